"""Whether an answer says that there is none: "Don't know", "Non risponde", "Refused / No answer"."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.language import FOLDER

_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_CODE = re.compile(r"^-?\d+\s*(?:[=:.)–-]|\s)\s*")
_APART = re.compile(r"\s+[/|]\s+|[,;]\s+")
_USUAL = re.compile(r"-\d+|[789]{1,4}|9+|0")  # codes that missing answers usually have
_APOSTROPHES = re.compile("[’‘`´ʼ]")


@dataclass(frozen=True, slots=True)
class _Known:
    """Whole texts, patterns of whole texts, texts that may be a step of a scale, and what may stand between two."""

    texts: frozenset[str]
    patterns: re.Pattern[str]
    steps: frozenset[str]
    between: re.Pattern[str]

    def holds(self, text: str, code: str) -> bool:
        if text in self.steps:
            return code != "0" and _USUAL.fullmatch(code) is not None
        return text in self.texts or self.patterns.fullmatch(text) is not None


@cache
def _known() -> _Known:
    with (FOLDER / "no_answer.toml").open("rb") as file:
        content = tomllib.load(file)
    between = "|".join(re.escape(sign) for sign in content.pop("between"))
    patterns = "|".join(pattern for some in content.pop("patterns").values() for pattern in some)
    steps = frozenset(content.pop("steps"))
    texts = frozenset(text for texts in content.values() for text in texts)
    return _Known(texts, re.compile(patterns), steps, re.compile(rf"(?:{between})+"))


@lru_cache(maxsize=65536)
def is_no_answer(label: str, code: str) -> bool:
    """Whether a label says that there is no answer, in any of the languages that are known for it.

    The whole label must: "Don't know anyone" and "Non sa leggere" are answers. What stands in brackets ("(do not
    read out)") and a code before it ("98 = ") do not count, nor do capitals, accents and the kind of apostrophe. An
    abbreviation alone ("NC", which may be North Carolina) and what may be a step of a scale ("Trifft nicht zu")
    count only at a ``code`` as missing answers have.
    """
    known = _known()
    plain = _plain(_BRACKETS.sub("", label)) or _plain(label.strip("()[] "))
    for one in (plain, _CODE.sub("", plain)):
        if known.holds(one, code) and (len(one) > 3 or not one.isalpha() or _USUAL.fullmatch(code)):
            return True
        for sign in (_APART, known.between):  # "NA / N/A" has a stroke within one of the two
            parts = [part.strip(" !?*") for part in sign.split(one)]
            if len(parts) > 1 and all(known.holds(part, code) or known.holds(part.strip("."), code) for part in parts):
                return True
    return False


def _plain(text: str) -> str:
    """Small letters without accents, straight apostrophes, single blanks, no signs at the ends."""
    text = _APOSTROPHES.sub("'", text).replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    bare = " ".join(bare.split()).strip(" !?*:;,-–—\"'«»“”")
    return bare if bare.count(".") > 1 or len(bare) <= 4 else bare.strip(".")
