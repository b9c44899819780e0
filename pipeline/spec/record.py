"""What all records of a study's files share: texts by language, names, codes as people write them, the frozen record.

The kinds of records stand in ``model.py``, or in a file of their own beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.codes import code_of, code_typed
from pipeline.spss.model import code_text

if TYPE_CHECKING:
    from pipeline.errors import StudyError
    from pipeline.spec.model import Codebook
    from pipeline.spec.source import Place, SourceFile

ANY_LANGUAGE = "*"

Origin = Literal["published", "described", "simulated"]
Disclosure = Literal["public", "confidential"]
Edition = Literal["internal", "public"]
Kind = Literal["nominal", "ordinal", "numeric", "date", "text", "identifier", "weight"]
Inference = Literal["description", "process", "sample"]


def _text(value: Any) -> Any:
    """A text is one string for all languages, or a mapping from language to string."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (str, int, float)):
        return {ANY_LANGUAGE: str(value)}
    if isinstance(value, dict):
        return {k: "" if v is None else v for k, v in value.items()}  # said later, as a text that is lacking
    return value


def as_list(value: Any) -> Any:
    """One thing may stand for a list of one."""
    return [value] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


def _codes(value: Any) -> Any:
    value = as_list(value)
    if not isinstance(value, list):
        return value
    # What is no code stays as it is: pydantic then says what was expected and found.
    return [as_code(v) for v in value]


def as_code(value: Any) -> Any:
    return code_of(code_text(value)) if isinstance(value, (str, int, float)) else value


def _conditions(value: Any) -> Any:
    value = as_list(value)
    if not isinstance(value, list):
        return value
    return [code_typed(code_text(v)) if isinstance(v, (str, int, float)) else v for v in value]


def _by_code(value: Any) -> Any:
    """The keys are values as a file has them."""
    return {code_of(key): one for key, one in value.items()} if isinstance(value, dict) else value


def _wave_names(value: Any) -> Any:
    """Waves are folders: 2009 is the name "2009"."""
    value = as_list(value)
    whole = isinstance(value, list) and all(isinstance(v, (str, int)) and not isinstance(v, bool) for v in value)
    return [str(v) for v in value] if whole else value


def _wave_name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _date(value: Any) -> Any:
    """A date as YAML may read it: 2009 is a number, 2009-10-15 a date."""
    return value if value is None or isinstance(value, bool) else str(value)


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class Wording(dict[str, str]):
    """A text by language: what readers see and no number depends on. Whoever looks for texts looks for this type."""


Text = Annotated[dict[str, str], BeforeValidator(_text), AfterValidator(Wording)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Sha256 = Annotated[str, BeforeValidator(_lower), Field(pattern=r"^[0-9a-f]{64}$")]
"""A file's SHA-256 as people write it, in letters of either case."""
WaveNames = Annotated[tuple[str, ...], BeforeValidator(_wave_names)]
WaveName = Annotated[str, BeforeValidator(_wave_name)]
Started = Annotated[str, BeforeValidator(_date), Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?$")]
"""A year, a month of a year or a day: ``2009``, ``2009-10``, ``2009-10-15``."""
Codes = Annotated[tuple[str, ...], BeforeValidator(_codes)]
"""Values as a file has them, as codes."""
Conditions = Annotated[tuple[str, ...], BeforeValidator(_conditions)]
"""As :data:`Codes`, but ``.`` is no value at all, where the variable has no such category, and ``\\.`` never is."""
Labels = Annotated[dict[str, Text], BeforeValidator(_by_code)]
Margin = Annotated[dict[str, float], BeforeValidator(_by_code)]


def say(text: Text | None, lang: str) -> str:
    """The text in a language; the wording for all languages where there is only one."""
    if not text:
        return ""
    return text.get(lang) or text.get(ANY_LANGUAGE) or next(iter(text.values()))


class Record(BaseModel):
    """A record of a study file: frozen, no key but the declared ones.

    ``only_shown``: fields that are no wording and yet change no number.
    """

    only_shown: ClassVar[tuple[str, ...]] = ("date", "origin")
    model_config = ConfigDict(extra="forbid", frozen=True)


class Analysis(Record):
    """A content of a section that makes tables and figures of its own, such as a network of relations.

    They are numbered with the others, and their numbers stand in the results under the names of the tables. A kind of
    analysis is such a record in a file of its own, what makes its rows (``tables/analyses.py``) and what makes its
    blocks (``present/analyses.py``).
    """

    title: Text

    @property
    def name(self) -> str:
        """What it is called in ``report.yml``."""
        raise NotImplementedError

    def tables(self, codebook: Codebook) -> Sequence[str]:
        """The names of its tables in reading order."""
        raise NotImplementedError

    def figures(self, codebook: Codebook) -> Sequence[str]:
        """The names of its figures in reading order."""
        raise NotImplementedError

    def owns(self, table: str) -> bool:
        """Whether a table of the results is its own, also one that only a figure is drawn from."""
        return table.startswith(f"{self.name}-")

    def uses(self, codebook: Codebook) -> Sequence[str]:
        """The variables, sets and batteries without which a wave cannot show it."""
        raise NotImplementedError

    def withheld(self, codebook: Codebook) -> bool:
        """Whether the public edition leaves it out, and says so."""
        return True

    def mistakes(self, codebook: Codebook, source: SourceFile, place: Place) -> Iterator[StudyError]:
        """What is wrong with it; ``place`` is its own in the file."""
        yield from ()
