"""Analyses of several variables at once, and types of cases made from them: how codebook and report declare them.

The codebook says what a configuration is made of (``configurations:``); a derived variable with ``clusters:`` holds the
type of each case, like any other variable; a section of the report shows the analysis with its types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pipeline.errors import StudyError, nearest
from pipeline.spec.record import Analysis, Names, Record, Text

if TYPE_CHECKING:
    from pipeline.spec.model import Codebook
    from pipeline.spec.source import Place, SourceFile

Part = Literal[
    "axes",
    "scree",
    "answers",
    "map",
    "loadings",
    "loadings_figure",
    "number",
    "tree",
    "types",
    "profile",
    "profile_figure",
]

_OF_ANSWERS: tuple[tuple[Part, ...], tuple[Part, ...]] = (("axes", "answers"), ("map",))
_OF_NUMBERS: tuple[tuple[Part, ...], tuple[Part, ...]] = (("axes", "loadings"), ("scree", "loadings_figure"))
_OF_TYPES: tuple[tuple[Part, ...], tuple[Part, ...]] = (("number", "types", "profile"), ("tree", "profile_figure"))


class Configuration(Record):
    """Several questions analysed together.

    ``method``: ``correspondence`` (multiple correspondence analysis of answers), ``components`` or ``factors`` (of
    numbers and of scales whose codes are scores). ``active``: variables, batteries and sets of dichotomies that make
    the axes; ``supplementary``: those that are only placed on them and described. ``missing``: cases without an answer
    to an active question are left out, or having none is an answer of its own (``category``, of correspondence
    analysis only); an answer such as "don't know" (``no_answer``) is none. ``axes``: how many are kept; where nothing
    is said, correspondence analysis keeps those that reach 80% of the adjusted inertia, the others by parallel
    analysis with ``replicates`` random matrices from ``seed``.
    """

    name: str = ""
    label: Text
    method: Literal["correspondence", "components", "factors"]
    active: Names = Field(min_length=1)
    supplementary: Names = ()
    missing: Literal["leave_out", "category"] = "leave_out"
    axes: int | None = Field(default=None, ge=1, le=20)
    extraction: Literal["principal_axis", "maximum_likelihood"] = "principal_axis"
    rotation: Literal["none", "varimax", "oblimin"] = "varimax"
    replicates: int = Field(default=500, ge=50, le=10_000)
    seed: int = 20_091


class Clusters(Record):
    """How a derived variable gives each case its type: clusters of cases on the axes of a configuration.

    ``number`` of types, or the ``least`` and the ``most`` among which the rule ``choose`` finds it: ``inertia`` (where
    one type more takes away most of the inertia left inside) or ``silhouette`` (the largest mean). ``replicates``
    samples from ``seed`` say how stable the types are. ``named_for``: how many cases each type had when the categories
    were given their names; where data give other types, the names do not fit and are not shown. Once the study is
    read, ``inputs`` lists the file's variables that the types are made from.
    """

    of: str
    number: int | None = Field(default=None, ge=2, le=20)
    least: int = Field(default=3, ge=2, le=20)
    most: int = Field(default=8, ge=2, le=20)
    choose: Literal["inertia", "silhouette"] = "inertia"
    replicates: int = Field(default=100, ge=20, le=2_000)
    seed: int = 20_091
    named_for: tuple[int, ...] = ()
    inputs: Names = ()


class ConfigurationSpec(Analysis):
    """A configuration in the report: its axes, what lies on them, and its types where the codebook has some.

    ``parts``: which of its tables and figures are shown, where not all are.
    """

    configuration: str
    title: Text
    parts: tuple[Part, ...] = ()
    note: Text | None = None

    @property
    def name(self) -> str:
        """The configuration's name in the codebook."""
        return self.configuration

    def types(self, codebook: Codebook) -> tuple[str, ...]:
        """The derived variables that hold its types."""
        return types_of(codebook, self.configuration)

    def _shown(self, codebook: Codebook, figures: bool) -> tuple[str, ...]:
        method = codebook.configurations[self.configuration].method
        own = _OF_ANSWERS if method == "correspondence" else _OF_NUMBERS

        def wanted(parts: Sequence[Part]) -> list[Part]:
            return [part for part in parts if not self.parts or part in self.parts]

        found = [f"{self.configuration}-{part}" for part in wanted(own[figures])]
        for variable in self.types(codebook):
            found += [type_table(self.configuration, variable, part) for part in wanted(_OF_TYPES[figures])]
        return tuple(found)

    def tables(self, codebook: Codebook) -> tuple[str, ...]:
        """``<configuration>-axes``, ``-answers`` or ``-loadings``, ``<configuration>-<types>-number`` and so on."""
        return self._shown(codebook, figures=False)

    def figures(self, codebook: Codebook) -> tuple[str, ...]:
        """``<configuration>-map`` or ``-scree`` and ``-loadings_figure``, ``<configuration>-<types>-tree`` …"""
        return self._shown(codebook, figures=True)

    def uses(self, codebook: Codebook) -> tuple[str, ...]:
        """The questions of its configuration."""
        configuration = codebook.configurations[self.configuration]
        return (*configuration.active, *members_of(configuration.active, codebook))

    def withheld(self, codebook: Codebook) -> bool:
        """Its numbers cannot be led back to printed counts: in print only where every question is public."""
        configuration = codebook.configurations[self.configuration]
        names = members_of((*configuration.active, *configuration.supplementary), codebook)
        return any(confidential(name, codebook) for name in names)

    def mistakes(self, codebook: Codebook, source: SourceFile, place: Place) -> Iterator[StudyError]:
        """A configuration that the codebook does not have; parts that are lacking."""
        if self.configuration not in codebook.configurations:
            yield _no_name(source, (*place, "configuration"), self.configuration, list(codebook.configurations))
            return
        of = _OF_ANSWERS if codebook.configurations[self.configuration].method == "correspondence" else _OF_NUMBERS
        known = [part for group in (of, _OF_TYPES if self.types(codebook) else ()) for some in group for part in some]
        for i, part in enumerate(self.parts):
            if part not in known:
                yield StudyError(
                    "study.configuration_part", file=source.name, line=source.line((*place, "parts", i)),
                    name=self.configuration, part=part, known=", ".join(known),
                )  # fmt: skip


def types_of(codebook: Codebook, configuration: str) -> tuple[str, ...]:
    """The derived variables that hold the types of a configuration."""
    found = codebook.derived.items()
    return tuple(name for name, how in found if how.clusters is not None and how.clusters.of == configuration)


def type_table(configuration: str, variable: str, part: str) -> str:
    """The name of a table or figure about the types that a variable holds."""
    return f"{configuration}-{variable}-{part}"


def members_of(names: Sequence[str], codebook: Codebook) -> tuple[str, ...]:
    """The variables that names stand for: a battery or a set for its members."""
    batteries, sets = codebook.batteries, codebook.sets
    found: dict[str, None] = {}
    for name in names:
        members = batteries[name].members if name in batteries else sets[name].members if name in sets else (name,)
        found |= dict.fromkeys(members)
    return tuple(found)


def confidential(name: str, codebook: Codebook) -> bool:
    """Whether a variable is not public."""
    variable = codebook.all_variables().get(name)
    return variable is None or variable.disclosure == "confidential"


def inputs_of(configuration: Configuration, codebook: Codebook) -> tuple[str, ...]:
    """The variables of the file that the active questions are made from."""
    found: dict[str, None] = {}
    for name in members_of(configuration.active, codebook):
        derived = codebook.derived.get(name)
        found |= dict.fromkeys(derived.parts if derived is not None else (name,))
    return tuple(found)


def with_inputs(codebook: Codebook) -> Codebook:
    """The codebook whose types know what they are made from."""
    derived = {}
    for name, how in codebook.derived.items():
        derived[name] = how
        if how.clusters is not None and how.clusters.of in codebook.configurations:
            inputs = inputs_of(codebook.configurations[how.clusters.of], codebook)
            clusters = how.clusters.model_copy(update={"inputs": inputs})
            derived[name] = how.model_copy(update={"clusters": clusters, "kind": "nominal"})
    return codebook.model_copy(update={"derived": derived})


# ---------------------------------------------------------------- mistakes


def check_configurations(codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    """What is wrong with the codebook's configurations and with the types made from them."""
    for name, one in codebook.configurations.items():
        yield from _check_questions(name, one, codebook, source)
        if one.missing == "category" and one.method != "correspondence":
            line = source.line(("configurations", name, "missing"))
            yield StudyError("study.configuration_missing", file=source.name, line=line, name=name, method=one.method)
    for name, how in codebook.derived.items():
        if how.clusters is not None:
            yield from _check_types(name, codebook, source)


def _check_questions(
    name: str, one: Configuration, codebook: Codebook, source: SourceFile
) -> Iterator[StudyError]:  # fmt: skip
    variables = codebook.all_variables()
    known = {**variables, **codebook.sets, **codebook.batteries}
    for key, names in (("active", one.active), ("supplementary", one.supplementary)):
        for i, question in enumerate(names):
            place: Place = ("configurations", name, key, i)
            if question not in known:
                yield _no_name(source, place, question, list(known))
                continue
            for member in members_of((question,), codebook):
                unfit = _unfit(question, member, one.method if key == "active" else "", codebook)
                if unfit:
                    yield StudyError(
                        "study.configuration_question", file=source.name, line=source.line(place), name=name,
                        variable=member, reason=unfit, method=one.method,
                    )  # fmt: skip
                    break
    members = members_of(one.active, codebook)
    least = 2 if one.method == "correspondence" else 3
    if len(members) < least and all(m in variables for m in members):
        line = source.line(("configurations", name, "active"))
        yield StudyError("study.configuration_few", file=source.name, line=line, name=name, least=least)


def _unfit(question: str, member: str, method: str, codebook: Codebook) -> str:
    """What a variable is that a configuration cannot use; empty where it can. Without a method: supplementary."""
    variable, derived = codebook.all_variables().get(member), codebook.derived.get(member)
    if variable is None:
        return ""
    if question in codebook.sets and codebook.sets[question].kind != "dichotomies":
        return "sets: kind: " + codebook.sets[question].kind
    if derived is not None and derived.clusters is not None:
        return "derived: clusters"
    if variable.kind in ("text", "identifier", "date", "weight"):
        return f"kind: {variable.kind}"
    if method == "correspondence" and not variable.categorical:
        return f"kind: {variable.kind}"
    return f"kind: {variable.kind}" if method in ("components", "factors") and not variable.averageable else ""


def _check_types(name: str, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    derived = codebook.derived[name]
    place: Place = ("derived", name, "clusters")
    if derived.clusters is None:
        return
    if derived.clusters.of not in codebook.configurations:
        yield _no_name(source, (*place, "of"), derived.clusters.of, list(codebook.configurations))
        return
    if derived.clusters.number is None and derived.clusters.least > derived.clusters.most:
        yield StudyError(
            "study.clusters_range", file=source.name, line=source.line((*place, "most")), variable=name,
            least=derived.clusters.least, most=derived.clusters.most,
        )  # fmt: skip
    if derived.categories and not derived.clusters.named_for:
        yield StudyError("study.clusters_named", file=source.name, line=source.line(place), variable=name)
    if derived.disclosure == "public":
        secret = next((one for one in derived.parts if confidential(one, codebook)), None)
        if secret is not None:
            line = source.line(("derived", name, "disclosure"))
            yield StudyError("study.clusters_public", file=source.name, line=line, variable=name, other=secret)


def _no_name(source: SourceFile, place: Place, name: str, known: Sequence[str]) -> StudyError:
    return StudyError(
        "study.no_such_name", file=source.name, line=source.line(place), where=".".join(map(str, place)), name=name,
        nearest=nearest(name, list(known)) or ", ".join(list(known)[:12]) or "–",
    )  # fmt: skip
