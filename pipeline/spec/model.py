"""The study as frozen records: what ``study/*.yml`` and a wave's ``source.yml`` may say.

Each class is one kind of record in a file; an unknown key is refused. Codes are text everywhere (``"1"``); labels are
:class:`dict` from language to text. What crosses records (a table on a variable that does not exist) is checked in
``pipeline.spec.load``. What all records share is in ``record.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline import language
from pipeline.codes import code_of
from pipeline.spec.configurations import Clusters, Configuration
from pipeline.spec.networks import Network
from pipeline.spec.record import (
    ANY_LANGUAGE,
    Analysis,
    Codes,
    Conditions,
    Disclosure,
    Edition,
    Inference,
    Kind,
    Labels,
    Margin,
    Names,
    Origin,
    Record,
    Sha256,
    Started,
    Text,
    WaveName,
    WaveNames,
    Wording,
    as_code,
    as_list,
    say,
)
from pipeline.spss.model import code_text

__all__ = [
    "ANY_LANGUAGE",
    "Analysis",
    "Codes",
    "Conditions",
    "Disclosure",
    "Edition",
    "Inference",
    "Kind",
    "Labels",
    "Margin",
    "Names",
    "Origin",
    "Record",
    "Sha256",
    "Started",
    "Text",
    "WaveName",
    "WaveNames",
    "Wording",
    "say",
]  # what other rooms take from here although it stands in record.py; the records below may be taken as well

# ---------------------------------------------------------------- study.yml


class UnitName(Record):
    """How one unit and many are called, with the article where a language has one."""

    one: str
    many: str


class Population(Record):
    """Who is studied. ``size`` is N where the population is finite and known."""

    only_shown = ("unit",)
    name: Text
    unit: dict[str, UnitName]
    size: int | None = Field(default=None, ge=1)


class ReplicateWeights(Record):
    """Replicate weights, from which every standard error is computed: complete weights, a variable per replicate.

    ``variables``: their names, with ``repw1-repw80`` for a run of numbers and ``*`` for anything. ``type`` sets the
    scale (R's ``svrepdesign``): ``brr``, ``fay`` with its ``rho``, ``jk1``, ``jkn`` with ``rscales``, ``bootstrap``;
    ``scale`` another than that. ``rscales``: one factor for all replicates, or one each. ``mse``: deviations are taken
    from the full estimate, not from the replicates' mean. ``df``: degrees of freedom, where the file's makers give
    them. Once the study is read ``variables`` are listed one by one.
    """

    variables: Names
    type: Literal["brr", "fay", "jk1", "jkn", "bootstrap"]
    rho: float | None = Field(default=None, ge=0, lt=1)
    scale: float | None = Field(default=None, gt=0)
    rscales: float | tuple[float, ...] | None = None
    mse: bool = False
    df: float | None = Field(default=None, gt=0)


class Weights(Record):
    """The weight, if any, and how it is meant (STATISTICS: none, frequency, probability, like_spss).

    With ``rake`` the weight is made here and named ``variable``: from ``start`` (or 1 for every case) it is fitted to
    the population's counts of the categories of some variables, ``{territorio: {1: 26, 2: 44, 3: 28}}``.
    """

    variable: str
    rake: dict[str, Margin] = {}
    start: str | None = None
    kind: Literal["frequency", "probability", "like_spss"] = "probability"
    use: bool = True
    replicates: ReplicateWeights | None = None


class Design(Record):
    """A sample's design: variables that name the stratum and the cluster of each case.

    ``population`` names the variable that holds, for each case, how many clusters (or cases) its stratum has in the
    population. ``lonely``: what a stratum with a single cluster contributes.
    """

    strata: str | None = None
    cluster: str | None = None
    population: str | None = None
    lonely: Literal["fail", "certainty", "adjust", "average"] = "fail"


class Exact(Record):
    """Exact tests beyond enumeration: how many replicates, from which seed."""

    monte_carlo: int = Field(default=10_000, ge=100)
    seed: int = 20_091


class Comparisons(Record):
    """Column comparison: the adjustment of p-values and the least expected count for a letter."""

    adjustment: Literal["bonferroni", "holm", "bh", "none"] = "bonferroni"
    least_expected: float = Field(default=5.0, ge=0)


class Dominance(Record):
    """When a total gives a unit away, in per cent: where its ``n`` largest units (1) make up more than ``k`` of it, or
    where the second can tell the first to within ``p``, if everybody knows everybody to within ``q`` (100) anyhow."""

    n: int = Field(default=1, ge=1)
    k: float | None = Field(default=None, gt=0, le=100)
    p: float | None = Field(default=None, gt=0, lt=100)
    q: float = Field(default=100, gt=0, le=100)


def _dominance(value: Any) -> Any:
    """A share of a total, from which its largest unit dominates it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1:
        return {"k": 100 * value}
    return value


class DisclosureRules(Record):
    """The public edition's rules: the least count shown, and when a total or a mean gives a unit away.

    ``weights``: whether a reader may know who has which weight, so that a weighted number tells more than its count.
    ``instead``: variables in whose place tables show a coarser one, in bands of it.
    """

    threshold: int = Field(default=3, ge=1)
    dominance: Annotated[Dominance, BeforeValidator(_dominance)] = Dominance(k=75)
    weights: Literal["known", "unknown"] = "known"
    instead: dict[str, str] = {}


class Policies(Record):
    """What stops a run: codes that the codebook does not have, and variables that the file does not have.

    ``two_readers_up_to``: SPSS files of at most so many megabytes are read by pyreadstat as well and compared.
    """

    unknown_codes: Literal["stop", "warn"] = "stop"
    missing_variables: Literal["stop", "warn"] = "stop"
    untranslated: Literal["stop", "warn"] = "warn"
    decimals_below_30: Literal["whole", "one"] = "one"
    two_readers_up_to: float = Field(default=50, ge=0)


class Alerts(Record):
    """What an unattended run calls attention to; nothing where no size is given.

    ``change``: a firm change of a share since the wave before, of at least so many percentage points. ``no_answer``: a
    question that so many more of a hundred cases did not answer than in the wave before. ``straight_lining``: a battery
    of which so many more of a hundred gave one answer to all items. ``response``: so many fewer of a hundred units that
    answered, or a stratum or a category of ``response_by`` (the mode, an area) whose share of the cases moved so far.
    """

    change: float | None = Field(default=None, gt=0, le=100)
    no_answer: float | None = Field(default=None, gt=0, le=100)
    straight_lining: float | None = Field(default=None, gt=0, le=100)
    response: float | None = Field(default=None, gt=0, le=100)
    response_by: Names = ()

    @property
    def asked(self) -> bool:
        """Whether anything is watched."""
        return any(x is not None for x in (self.change, self.no_answer, self.straight_lining, self.response))


class InTime(Record):
    """How the waves are told as time passes.

    ``order``: waves from the earliest; those it does not name come after. Where it is not given the first days of
    fieldwork decide (``started:`` in every ``source.yml``), else the names, numbers in them by their size. ``since``:
    a wave with which every later one is compared, besides the first and the one before.
    """

    order: WaveNames = ()
    since: WaveName | None = None
    alerts: Alerts = Alerts()


class Counter(Record):
    """Who counts (``engine:``), where that is to be said; else all rows at once, or in a stream where they do not fit.

    ``spark``: a cluster, at its ``master:`` (``spark://host:7077``). ``database``: a table of a database that Ibis
    connects to, by its address ``url:`` (``duckdb:///survey.ddb``), named ``table:``. ``responses``: where the rows
    lie for the workers of a cluster (a folder of Parquet files that all of them see, ``hdfs://…``, ``s3://…``), if not
    where the stage ``process`` has put them. ``processes``: of a stream.
    """

    kind: Literal["memory", "stream", "spark", "database"]
    master: str | None = None
    responses: str | None = None
    url: str | None = None
    table: str | None = None
    processes: int | None = Field(default=None, ge=1)


class SurveyFacts(Record):
    """What a survey report discloses of the survey itself, beyond what the other files say or the data show.

    Source of the list: AAPOR, Code of Professional Ethics and Practices (2021), section III.A.
    """

    sponsor: Text | None = None
    conducted_by: Text | None = None
    instrument: Text | None = None
    frame: Text | None = None
    selection: Text | None = None
    mode: Text | None = None
    processing: Text | None = None
    limits: Text | None = None


class Study(Record):
    """``study.yml``. ``finite_population``: what the design's finite population correction goes into. ``status``: a
    ``final`` report lacks nothing that a survey report discloses. ``mark_units``: a reader of the internal page may
    choose a unit and see its answers marked, so the page holds them."""

    title: Text
    subtitle: Text | None = None
    authors: Text | None = None
    date: str | None = None
    languages: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        default_factory=language.usual, min_length=1
    )
    population: Population
    status: Literal["draft", "final"] | None = None
    survey: SurveyFacts = SurveyFacts()
    inference: Inference | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    identifier: str | None = None
    mark_units: bool = False
    weights: Weights | None = None
    design: Design | None = None
    finite_population: Literal["descriptions", "tests too"] = "descriptions"
    exact: Exact = Exact()
    comparisons: Comparisons = Comparisons()
    editions: Annotated[tuple[Edition, ...], BeforeValidator(as_list)] = ("internal",)
    disclosure: DisclosureRules = DisclosureRules()
    policies: Policies = Policies()
    waves: InTime = InTime()
    engine: Counter | None = None
    note: Text | None = None

    @property
    def mode(self) -> Inference:
        """How the data are read where nothing else is said: with a known N as a census, else as a sample."""
        return self.inference or ("sample" if self.population.size is None else "description")

    def undisclosed(self, source: Source) -> tuple[str, ...]:
        """The keys of the study's and the wave's file that a final report still lacks."""
        empty = [f"survey: {name}" for name in SurveyFacts.model_fields if getattr(self.survey, name) is None]
        return (*empty, *(() if source.fieldwork is not None else ("source.yml: fieldwork",)))


# ---------------------------------------------------------------- codebook.yml


class MissingRange(Record):
    """A range of user-missing values; ``low`` or ``high`` absent means LO or HI."""

    low: float | None = None
    high: float | None = None
    label: Text


class Net(Record):
    """A subtotal of categories: "favourable" = 4 and 5."""

    label: Text
    codes: Codes


class Answers(Record):
    """What may be answered: shared by scales and variables."""

    kind: Kind = "nominal"
    categories: Labels = {}
    missing: Labels = {}
    no_answer: Codes | None = None
    scores: bool = False
    nets: dict[str, Net] = {}


class Variable(Record):
    """One variable. ``name`` is its key in the file.

    ``no_answer``: codes among ``categories`` that are shown like any other and enter nothing that needs a number or an
    order (``[]`` for none). Where it is not said, the labels decide: "Don't know", "Refused". Once the study is read
    it is decided.
    """

    name: str = ""
    label: Text
    question: Text | None = None
    kind: Kind = "nominal"
    scale: str | None = None
    categories: Labels = {}
    missing: Labels = {}
    no_answer: Codes | None = None
    missing_range: MissingRange | None = None
    scores: bool = False
    nets: dict[str, Net] = {}
    asked_if: dict[str, Codes] = {}
    unit: Text | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    origin: Origin | None = None
    disclosure: Disclosure = "confidential"
    guess: Text | None = None

    @property
    def categorical(self) -> bool:
        """Whether its values are categories."""
        return self.kind in ("nominal", "ordinal")

    @property
    def averageable(self) -> bool:
        """Whether a mean of its values means something: a numeric variable, or a scale whose codes are scores."""
        return self.kind == "numeric" or self.scores


class MultipleSet(Record):
    """A multiple response set over variables of the codebook.

    ``dichotomies``: an item per variable, mentioned where it has the ``counted`` value; ``items_from``: whether the
    items are called as the variables or as that value of theirs. ``categories``: a mention per variable.
    ``delimited``: all mentions in one text, parted by the ``separator``. ``base``: who was ``asked`` (has a valid
    value), who mentioned ``any`` item, or ``all`` cases, where a cross that is lacking is an answer.
    """

    name: str = ""
    label: Text
    question: Text | None = None
    kind: Literal["dichotomies", "categories", "delimited"]
    members: Names
    separator: str = " "
    items_from: Literal["variables", "values"] = "variables"
    counted: str | int | float | None = None
    scale: str | None = None
    categories: Labels = {}
    base: Literal["asked", "any", "all"] = "asked"
    origin: Origin | None = None
    disclosure: Disclosure = "confidential"
    guess: Text | None = None

    @property
    def counted_code(self) -> str:
        """The code of the value that counts as a mention of a dichotomy: 1 where nothing is said."""
        return code_of(code_text(1 if self.counted is None else self.counted))


class Battery(Record):
    """A run of variables answered on one scale, shown as one grid."""

    name: str = ""
    label: Text
    question: Text | None = None
    members: Names
    origin: Origin | None = None
    guess: Text | None = None


class Band(Record):
    """One category of a derived variable: from these codes, or from this range (low included, high excluded)."""

    label: Text
    codes: Codes = ()
    low: float | None = None
    high: float | None = None


class Derived(Record):
    """A variable made from others: bands or recodes of one, or the mean of several (of at least ``least`` valid).

    One with ``uses`` is made from those variables by the function of its name in ``derive.py``, in ``categories``. One
    with ``clusters`` is the type of each case; its ``categories`` name the types, where somebody has looked at them.
    One with ``coded`` holds the codes that people gave the answers to that open question (``coding/<question>.csv``).
    """

    name: str = ""
    label: Text
    source: str | None = None
    bands: dict[str, Band] = {}
    mean_of: Names = ()
    least: int = 1
    uses: Names = ()
    clusters: Clusters | None = None
    coded: str | None = None
    categories: Labels = {}
    kind: Kind = "ordinal"
    unit: Text | None = None
    decimals: int | None = None
    origin: Origin | None = None
    disclosure: Disclosure = "confidential"

    @property
    def parts(self) -> tuple[str, ...]:
        """The variables that it is made from."""
        if self.clusters is not None:
            return self.clusters.inputs
        alone = self.source or self.coded
        return (alone,) if alone else self.mean_of or self.uses


class GuessedItem(Record):
    """One thing guessed: the variables or the group, what of it, and ``at``, the keys that lead to its line."""

    names: Text
    text: Text | None = None
    at: Names = ()


class Guessed(Record):
    """Guesses of one kind with one reason, as ``init`` or ``quick`` made them; ``change`` says what to type.

    They open the codebook's pages, the ``doubtful`` first, until they are taken out of the file.
    """

    about: Literal["no_answer", "weight", "set", "battery", "kind", "identifier", "metadata"]
    doubtful: bool = False
    why: Text
    change: Text
    items: tuple[GuessedItem, ...]


class Codebook(Record):
    """``codebook.yml``, its scales resolved into the variables.

    ``written_from``: the SHA-256 of the file that it describes. What it says of that file is its author's word; every
    other file is compared with it.
    """

    written_from: Sha256 | None = None
    guessed: tuple[Guessed, ...] = ()
    scales: dict[str, Answers] = {}
    variables: dict[str, Variable] = {}
    sets: dict[str, MultipleSet] = {}
    batteries: dict[str, Battery] = {}
    derived: dict[str, Derived] = {}
    networks: dict[str, Network] = {}
    configurations: dict[str, Configuration] = {}

    def all_variables(self) -> dict[str, Variable]:
        """The file's variables, then the derived ones, as variables."""
        return self._all

    @cached_property
    def _all(self) -> dict[str, Variable]:
        return {**self.variables, **{name: _as_variable(name, d) for name, d in self.derived.items()}}


def _as_variable(name: str, derived: Derived) -> Variable:
    return Variable(
        name=name,
        label=derived.label,
        kind="numeric" if derived.mean_of else derived.kind,
        categories=derived.categories or {code: band.label for code, band in derived.bands.items()},
        unit=derived.unit,
        decimals=derived.decimals,
        origin=derived.origin,
        disclosure=derived.disclosure,
    )


# ---------------------------------------------------------------- report.yml


class ModelTable(Record):
    """A regression: its kind, outcome, predictors; ``event`` is the outcome code a logistic model predicts."""

    kind: Literal["linear", "logistic", "ordinal", "multinomial", "poisson"]
    outcome: str
    predictors: Names
    event: Annotated[str | None, BeforeValidator(as_code)] = None
    reference: dict[str, Annotated[str, BeforeValidator(as_code)]] = {}


class TableSpec(Record):
    """A table: what stands in its rows and columns and which statistics it shows.

    ``inference`` reads this one table otherwise than the study does (and the table says so). ``all_statistics`` lists
    every number about the whole table behind it, on a screen and in the workbook; with ``print`` in a numbered table of
    its own, on paper too.

    ``rows``: variables, sets or batteries. ``columns``: the banner, side by side; ``a > b`` nests b within a, in rows
    too. ``trend_by``: variables in whose categories the comparison of waves follows the table's numbers as well.
    ``layer``: one table per category. ``where``: only cases with these codes. ``kind`` is found from the kinds
    of rows and columns where it is not said. ``kind: correlation`` without columns correlates the rows with each other,
    over the cases valid on both of a pair, or on all of them (``missing: listwise``). ``kind: associations``
    screens the rows with the columns, or with each other, and shows the strongest pairs.
    """

    table: str
    title: Text
    kind: (
        Literal[
            "frequency",
            "summary",
            "multiple",
            "crosstab",
            "means",
            "grid",
            "reliability",
            "correlation",
            "model",
            "associations",
        ]
        | None
    ) = None
    rows: Names = ()
    columns: Names = ()
    missing: Literal["pairwise", "listwise"] = "pairwise"
    layer: str | None = None
    statistics: Names = ()
    where: dict[str, Conditions] = {}
    weighted: bool | None = None
    letters: bool = False
    inference: Inference | None = None
    all_statistics: bool | Literal["print"] = False
    sort: Literal["size", "order"] | None = None
    model: ModelTable | None = None
    trend_by: Names = ()
    base: Text | None = None
    note: Text | None = None


CHART_KINDS = (
    "bars", "stacked", "diverging", "dots", "histogram", "columns", "coefficients", "heatmap", "panels", "slope"
)  # fmt: skip


class FigureSpec(Record):
    """A figure drawn from a table's results. ``show`` is the statistic drawn.

    ``kind``: one of :data:`CHART_KINDS`, or a function of the study's ``charts.py``.
    """

    figure: str
    of: str
    title: Text
    headline: Text | None = None
    kind: str | None = None
    show: str | None = None
    column: str | None = None
    note: Text | None = None
    highlight: Codes = ()


class TextSpec(Record):
    """A paragraph; holes such as ``{forms:count:1}`` are filled from the results."""

    text: Text


class FindingSpec(Record):
    """A key finding of the first page: a text of the study's, or sentences made by rule (``auto``).

    ``file``: what the file is; ``complete``: how complete its answers are; ``lopsided``: where nearly all say the same;
    ``look``: what needs a look; ``associations``: the strongest pairs of the first table of that kind.
    """

    text: Text | None = None
    auto: Literal["file", "complete", "lopsided", "look", "associations"] | None = None


Content = TableSpec | FigureSpec | TextSpec | Analysis


class SectionSpec(Record):
    """A section of the report: its opening text, then its contents in order."""

    section: str
    title: Text
    text: Text | None = None
    contents: tuple[Content, ...] = ()


class Report(Record):
    """``report.yml``."""

    main_figure: str | None = None
    findings: tuple[FindingSpec, ...] = ()
    sections: tuple[SectionSpec, ...] = ()

    def contents(self) -> Iterator[Content]:
        """Everything in all sections, in reading order."""
        for section in self.sections:
            yield from section.contents

    def tables(self) -> list[TableSpec]:
        """The tables, in reading order."""
        return [c for c in self.contents() if isinstance(c, TableSpec)]

    def analyses(self) -> list[Analysis]:
        """The contents that make several tables and figures, in reading order."""
        return [c for c in self.contents() if isinstance(c, Analysis)]


# ---------------------------------------------------------------- a wave's source.yml


class Break(Record):
    """What changed from one wave to the next in how was asked, so that a change may come from that.

    ``kind``: the mode (telephone, web), the wording, or else. ``what`` is told in a sentence. ``variables``: which
    questions it concerns; none named, all of them.
    """

    kind: Literal["mode", "wording", "other"]
    what: Text
    variables: Names = ()


class Source(Record):
    """``data/raw/<wave>/source.yml``: where a wave's file comes from and what is known of it.

    ``population``: the number of units that existed in this wave, where it is not the study's. ``file``: which files
    are meant, where several lie beside it. ``fieldwork`` is what a reader is told; ``started`` the first day (or month,
    or year) of it, by which waves are ordered and drawn at their distance in time; ``breaks`` what was
    done otherwise than in the wave before.
    """

    kind: Literal["survey", "reconstruction", "demonstration"] = "survey"
    title: Text
    file: Names = ()
    fieldwork: Text | None = None
    started: Started | None = None
    breaks: tuple[Break, ...] = ()
    citation: Names = ()
    note: Text | None = None
    sha256: str | None = None
    rows: int | None = None
    encoding: str | None = None
    population: int | None = Field(default=None, ge=1)

    @property
    def marks(self) -> bool:
        """Whether origin marks are shown: not for a real survey."""
        return self.kind != "survey"
