"""Which character set the texts of an SPSS file are in, decided from what the file says and from the bytes.

A file that declares nothing, or the wrong page, is normal: old Italian files come in code pages 1252 and 850,
Latin-1 and Mac Roman, and programs write UTF-8 under any name. The rules, in order:

1. what ``source.yml`` states is used, if the bytes can be that;
2. texts of plain ASCII leave nothing to decide;
3. what the file declares is used, if the bytes can be that and do not look mis-decoded;
4. without a usable declaration, valid UTF-8 is UTF-8, and otherwise the Western page in which the letters stand
   where letters stand is used, if one is clearly better than the others.

Whatever does not fit is refused with the likely page and the line to write, never guessed.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.errors import DataRejected
from pipeline.spss.model import Encoding, Notice

_MULTIBYTE = frozenset(
    {"utf-8", "cp932", "cp949", "cp950", "gbk", "gb2312", "gb18030", "big5", "big5hkscs", "shift_jis"}
    | {"euc_jp", "euc_kr", "johab"}
)
_SINGLE = frozenset(
    {f"cp{n}" for n in (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874)}
    | {f"cp{n}" for n in range(1250, 1259)}
    | {f"iso8859-{n}" for n in (*range(1, 12), 13, 14, 15, 16)}
    | {"mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2", "mac-turkish", "mac-iceland"}
    | {"koi8-r", "koi8-u", "tis-620", "ascii"}
)
_WESTERN = ("cp1252", "cp850", "mac-roman")
_WESTERN_DECLARED = frozenset({*_WESTERN, "cp437", "cp858", "iso8859-1", "iso8859-15"})
_NAMES = {
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "macroman": "mac-roman",
    "windows-31j": "cp932",
    "windows-936": "gbk",
    "cp936": "gbk",
    "cp65001": "utf-8",
    "windows-65001": "utf-8",
    "cp10000": "mac-roman",
    "windows-10000": "mac-roman",
    "ansi_x3.4-1968": "ascii",
}
_PAGES = {65001: "utf-8", 10000: "mac-roman", 20127: "ascii", 936: "gbk", 54936: "gb18030"} | {
    51932: "euc_jp",
    51949: "euc_kr",
    20932: "euc_jp",
    20866: "koi8-r",
    21866: "koi8-u",
}
_EBCDIC = 1
_ITALIAN = frozenset("àèéìòùÀÈÉÌÒÙ")
_WESTERN_LETTERS = frozenset("áâãäåæçêëíîïñóôõöøúûüýÿœßÁÂÃÄÅÆÇÊËÍÎÏÑÓÔÕÖØÚÛÜÝŒ")
_STANDING_ALONE = frozenset("àèéÀÈÉ")
_SIGNS = frozenset("€£§°ºª«»®©™²³½¼·•¿¡¹±×")
_RARE = frozenset("øØåÅýÝÿŸõÕãÃ")
_LAST = frozenset("àìòù")
_SELDOM_LAST = frozenset("çêîïôûäåæ")
_MARKS = frozenset("’‘“”–—…\xa0")
_NEVER_LAST = frozenset("bdfgpstvzBDFGPSTVZ")
# UTF-8 seen through a single-byte page: "CittÃ", "Ã¨", "â€™"; and through code page 850 or 437: "Citt├á".
_MOJIBAKE = re.compile(
    r"Ã[\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ]|Ã$|Â[\u00a0-\u00bf]|â€.|[├┬][áâàäåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒóíúñÑªº¿®¬½¼¡«»░▒▓│┤]"
)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_PICTURES = {i: chr(0x2400 + i) for i in range(32) if chr(i) not in "\t\n\r"} | {
    0x7F: "\u2421",
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}
# The lines and blocks that code pages 437, 850 and KOI8 have where other pages have letters: "╘ vero" for "È vero".
_DRAWN = re.compile("[\u2500-\u259f]")
_PROOFS = 10
_FEW = 1.5
_MARGIN = 1.0
_SAMPLE = 60
_MOSTLY = 0.8
_SEVERAL = 3


def codec_name(name: str) -> str | None:
    """The Python codec for an encoding's name in any usual spelling; None for one that is not a text's."""
    plain = name.strip().lower().replace("_", "-").split(":")[0]
    plain = _NAMES.get(plain, plain)
    if plain.startswith("ibm-5348"):
        plain = "cp1252"
    plain = re.sub(r"^(x-)?(windows|ibm|cp)-?(?=\d+$)", "cp", plain)
    plain = re.sub(r"^iso-?8859-?(?=\d+$)", "iso8859-", plain)
    if not re.fullmatch(r"[a-z0-9.\-]{1,40}", plain) or "." in plain:
        return None
    try:
        found = codecs.lookup(_NAMES.get(plain, plain)).name
    except LookupError:
        return None
    return found if found in _MULTIBYTE or found in _SINGLE else None


def codec_names() -> list[str]:
    """The names of all encodings that are known."""
    return sorted(_MULTIBYTE | _SINGLE | set(_NAMES))


def page_name(page: int) -> str | None:
    """The Python codec for a Windows code page number as record 7/3 holds it."""
    if page in _PAGES:
        return _PAGES[page]
    if 28591 <= page <= 28605:
        return codec_name(f"iso8859-{page - 28590}")
    return codec_name(f"cp{page}") if page > 100 else None


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that is not plain ASCII: its bytes, the bytes its field can hold (None: no fixed limit), whose."""

    data: bytes
    limit: int | None
    where: str


@dataclass(slots=True)
class Decoder:
    """Turns bytes into text by the decided encoding, and counts the texts that could not stay as they are.

    ``cut`` texts ended within a character, ``replaced`` ones had bytes that are no character, ``control`` ones
    held control characters, which no format of a report can carry: the pictures of them stand in their place
    (␀ for zero), so that two codes never become one.
    """

    codec: str
    replace: bool = False
    cut: int = 0
    replaced: int = 0
    control: int = 0
    _known: dict[bytes, str] = field(default_factory=dict)

    def text(self, data: bytes) -> str:
        """The text, without the blanks and zero bytes that fill its field."""
        data = data.rstrip(b" \0")
        if data.isascii() and not CONTROL.search(data):
            return data.decode("ascii")
        text = self._known.get(data)
        if text is None:
            text = self._decode(data)
            if _UNPRINTABLE.search(text):
                self.control += 1
                text = text.translate(_PICTURES)
            self._known[data] = text
        return text

    def _decode(self, data: bytes) -> str:
        try:
            return data.decode(self.codec)
        except UnicodeDecodeError as error:
            if _incomplete(error):
                self.cut += 1
                return data[: error.start].decode(self.codec).rstrip(" ")
            if not self.replace:
                raise
            self.replaced += 1
            return data.decode(self.codec, "replace")


def _incomplete(error: UnicodeDecodeError) -> bool:
    return error.reason in ("unexpected end of data", "incomplete multibyte sequence")


def decide(
    declared: bytes, code_page: int | None, stated: str | None, samples: Sequence[Sample]
) -> tuple[Encoding, Decoder, list[Notice]]:
    """The encoding of a file from its declaration, what source.yml states, and all its non-ASCII texts.

    Raises ``DataRejected`` (``spss.encoding_…``) with the likely encoding where the bytes do not fit.
    """
    name, codec, notices = _declaration(declared, code_page)
    if stated is not None:
        return _stated(name, stated, samples, notices)
    if not samples:
        return Encoding(name, "ascii", "ascii"), Decoder("ascii"), notices
    if codec is None or codec == "ascii":
        return _detected(name, samples, notices)
    bad = _misfit(samples, codec)
    if bad is not None:
        raise _refusal("spss.encoding_declared_fails", samples, bad, codec, declared=name)
    _judge(samples, codec, name, notices)
    if codec not in _MULTIBYTE:
        worst = samples[0] if _fits(samples, "utf-8") else None
        if worst is None and codec in _WESTERN_DECLARED:
            worst = _western_doubt(samples, codec)
        if worst is not None:
            text = _show(worst, codec)
            raise _refusal("spss.encoding_suspicious", samples, worst, codec, text=text, declared=name)
    if codec not in _WESTERN_DECLARED:
        _no_italian(samples, codec, name)
    return Encoding(name, codec, "declared"), Decoder(codec), notices


def _declaration(declared: bytes, code_page: int | None) -> tuple[str, str | None, list[Notice]]:
    notices = []
    name = declared.decode("ascii", "replace")
    codec = codec_name(name) if name else None
    if name and codec is None:
        notices.append(Notice("spss.notice_encoding_unknown", {"name": name[:_SAMPLE]}))
    if codec is None and code_page is not None:
        codec = page_name(code_page)
        if code_page == _EBCDIC:
            notices.append(Notice("spss.notice_ebcdic", {}))
        elif codec is not None:
            name = f"code page {code_page}"
    return name if codec is not None else "", codec, notices


def _stated(
    name: str, stated: str, samples: Sequence[Sample], notices: list[Notice]
) -> tuple[Encoding, Decoder, list[Notice]]:
    first, _, rest = stated.strip().partition(" ")
    codec = codec_name(first)
    if codec is None or rest.strip() not in ("", "replace"):
        raise DataRejected("spss.encoding_not_known", stated=stated)
    replace = rest.strip() == "replace"
    bad = None if replace else _misfit(samples, codec)
    if bad is not None:
        raise _refusal("spss.encoding_stated_fails", samples, bad, codec, stated=stated)
    odd = _suspicious(samples, codec)
    if odd is not None:
        notices.append(Notice("spss.notice_text_suspicious", {"text": _show(odd, codec), "where": odd.where}))
    _count_lost(samples, codec, notices)
    return Encoding(name, codec, "stated"), Decoder(codec, replace=replace), notices


def _detected(name: str, samples: Sequence[Sample], notices: list[Notice]) -> tuple[Encoding, Decoder, list[Notice]]:
    if _fits(samples, "utf-8"):
        codec = "utf-8"
    else:
        ranked = _ranked(samples)
        best, score = ranked[0]
        rivals = [other for rival, other in ranked[1:] if not _same(samples, best, rival)]
        if score < _FEW or (rivals and score - max(rivals) < _MARGIN):
            raise _refusal("spss.encoding_undeclared", samples, samples[0], "")
        codec = best
    _judge(samples, codec, name or "–", notices)
    example = max(samples, key=lambda s: (len(s.data) < _SAMPLE, sum(b > 127 for b in s.data)))
    notices.append(Notice("spss.notice_encoding_detected", {"used": codec, "text": _show(example, codec)}))
    return Encoding(name, codec, "detected"), Decoder(codec), notices


def _refusal(key: str, samples: Sequence[Sample], bad: Sample, tried: str, **params: str) -> DataRejected:
    """The error with the likely encoding, how the text reads in it, and the line to write."""
    likely = _likely(samples, codec_name(tried) if tried else None)
    return DataRejected(key, where=bad.where, likely=likely, reads=_show(bad, likely), used=tried, **params)


def _judge(samples: Sequence[Sample], codec: str, declared: str, notices: list[Notice]) -> None:
    """Refuse texts that read wrong and that another encoding, or a file made again, would mend.

    What was lost before the file was written nobody can mend: it is counted in a notice.
    """
    odd = _suspicious(samples, codec)
    if odd is not None:
        error = _odd(samples, odd, codec, declared)
        if error is not None:
            raise error
        notices.append(Notice("spss.notice_text_suspicious", {"text": _show(odd, codec), "where": odd.where}))
    _count_lost(samples, codec, notices)


def _count_lost(samples: Sequence[Sample], codec: str, notices: list[Notice]) -> None:
    """A notice of the texts in which a character had been replaced by U+FFFD before the file was written."""
    lost = [sample for sample in samples if "\ufffd" in sample.data.decode(codec, "ignore")]
    if lost:
        first = {"text": _show(lost[0], codec), "where": lost[0].where}
        notices.append(Notice("spss.notice_characters_lost", {"n": len(lost), **first}))


def _odd(samples: Sequence[Sample], odd: Sample, codec: str, declared: str) -> DataRejected | None:
    """The error for a text that the encoding allows and that reads wrong all the same.

    In valid UTF-8 the harm was done before the file was written; ``None`` where nothing would mend it.
    """
    text = _show(odd, codec)
    if codec not in _MULTIBYTE:
        return _refusal("spss.encoding_suspicious", samples, odd, codec, text=text, declared=declared)
    once = odd.data.rstrip(b" \0").decode(codec, "ignore")
    if _MOJIBAKE.search(once):
        for page in ("cp1252", "iso8859-1", "cp850", "mac-roman"):
            try:
                reads = once.encode(page).decode("utf-8")
            except UnicodeError:
                continue
            return DataRejected("spss.encoding_twice", where=odd.where, text=text, reads=reads[:_SAMPLE], used=codec)
    return None


def _likely(samples: Sequence[Sample], tried: str | None) -> str:
    if tried != "utf-8" and _fits(samples, "utf-8"):
        return "utf-8"
    return next(codec for codec, _ in _ranked(samples) if codec != tried)


def _show(sample: Sample, codec: str) -> str:
    text = sample.data.rstrip(b" \0").decode(codec, "replace")
    first = next((i for i, c in enumerate(text) if ord(c) > 127), 0)
    start = max(0, first - _SAMPLE // 2)
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text[start : start + _SAMPLE])


def _misfit(samples: Iterable[Sample], codec: str) -> Sample | None:
    """The first text that cannot be in that encoding.

    A character cut at the very end of its field is no misfit, nor after whole characters of several bytes.
    Otherwise ("citt" and one byte more) many other texts must prove the encoding.
    """
    dangling: list[Sample] = []
    proven = 0
    for sample in samples:
        data = sample.data.rstrip(b" \0")
        try:
            data.decode(codec)
            proven += 1
        except UnicodeDecodeError as error:
            if codec not in _MULTIBYTE or not _incomplete(error):
                return sample
            if not data[: error.start].isascii():
                proven += 1
            elif sample.limit is None or error.start + _length(data[error.start], codec) <= sample.limit:
                dangling.append(sample)
    return dangling[0] if len(dangling) * _PROOFS > proven else None


def _fits(samples: Iterable[Sample], codec: str) -> bool:
    return _misfit(samples, codec) is None


def _length(lead: int, codec: str) -> int:
    """Bytes of the character that starts with this byte."""
    if codec != "utf-8":
        return 2
    return 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2


def _suspicious(samples: Iterable[Sample], codec: str) -> Sample | None:
    """The first text that reads as if it had been decoded wrongly once already."""
    for sample in samples:
        text = sample.data.rstrip(b" \0").decode(codec, "ignore")
        if any("\x80" <= c <= "\x9f" for c in text) or _MOJIBAKE.search(text):
            return sample
        if codec not in _MULTIBYTE and _DRAWN.search(text):
            return sample
    return None


def _same(samples: Iterable[Sample], one: str, other: str) -> bool:
    return all(s.data.decode(one, "replace") == s.data.decode(other, "replace") for s in samples)


def _western_doubt(samples: Sequence[Sample], codec: str) -> Sample | None:
    """A text that shows that another Western page is meant, when the whole says so clearly."""
    mine = _mean(samples, codec)
    best, score = _ranked(samples)[0]
    if best == codec or mine > _FEW or score < _FEW or score - mine < _FEW:
        return None
    return min(samples, key=lambda s: _plausibility(s.data.decode(codec, "replace")))


def _no_italian(samples: Sequence[Sample], codec: str, declared: str) -> None:
    """Refuse the declaration of a page of other languages for what is Italian in a Western page or in UTF-8."""
    page = _likely(samples, codec)
    if _italian(samples, codec, page) and not _same(samples, page, codec):
        odd = next(s for s in samples if s.data.decode(page) != s.data.decode(codec, "replace"))
        raise _refusal("spss.encoding_suspicious", samples, odd, codec, text=_show(odd, codec), declared=declared)


def _italian(samples: Iterable[Sample], codec: str, page: str) -> bool:
    """Whether in ``page`` all accented letters are Italian ones and end their words, as nearly all do in Italian.

    Czech or Turkish seen through page 1252 has other letters, and has them inside its words. Few letters are
    proof only if ``codec`` makes of them what no word ends in.
    """
    letters = last = 0
    mixed = False
    for data in {sample.data.rstrip(b" \0") for sample in samples}:
        try:
            text = data.decode(page)
        except UnicodeDecodeError:
            return False
        for before, c, after in zip(" " + text, text, text[1:] + " ", strict=False):
            if ord(c) < 128 or c in _MARKS or c in _SIGNS:
                continue
            if c not in _ITALIAN or not (before.isascii() and (before.isalpha() or c in _STANDING_ALONE)):
                return False
            letters += 1
            last += not after.isalpha()
            mixed = mixed or (before.isalpha() and _foreign(c.encode(page), codec))
    return last >= _MOSTLY * max(1, letters) and (letters >= _SEVERAL or mixed)


def _foreign(data: bytes, codec: str) -> bool:
    """Whether these bytes are what ends no word of Latin letters: a sign, a letter of another alphabet, an ŕ."""
    found = data.decode(codec, "replace")[:1]
    return found in ("ŕ", "Ŕ") or not (found.isalpha() and unicodedata.name(found, "").startswith("LATIN"))


def _ranked(samples: Sequence[Sample]) -> list[tuple[str, float]]:
    """The Western pages with their mean plausibility, the best first; page 1252 wins where they are near."""
    scores = [(codec, _mean(samples, codec) + (0.5 if codec == "cp1252" else 0.0)) for codec in _WESTERN]
    return sorted(scores, key=lambda pair: -pair[1])


def _mean(samples: Sequence[Sample], codec: str) -> float:
    total, count = 0.0, 0
    for sample in samples[:5000]:
        text = sample.data.rstrip(b" \0").decode(codec, "replace")
        total += _plausibility(text)
        count += sum(ord(c) > 127 for c in text)
    return total / max(1, count)


def _plausibility(text: str) -> float:
    """How far the non-ASCII characters stand where such characters stand in Western European text."""
    total = 0.0
    for i, c in enumerate(text):
        if ord(c) > 127:
            before = text[i - 1] if i else " "
            after = text[i + 1] if i + 1 < len(text) else " "
            total += _place(c, before, after)
    return total


def _place(c: str, before: str, after: str) -> float:
    if c in _ITALIAN or c in _WESTERN_LETTERS:
        return _letter(c, before, after)
    inside = before.isalpha() and after.isalpha()
    if c == "’":
        return 3 if inside else 1 if before.isalpha() else -1
    if c in "‘“„":
        return 2 if not before.isalpha() and after.isalnum() else -1
    if c == "”":
        return 2 if not before.isspace() and not after.isalpha() else -1
    if c in "–—":
        return -1 if before.isalpha() else 2
    if c == "…":
        # No Italian word ends in one of these: "citt…" is a page 850 "à" seen through page 1252.
        return -1 if inside or before.lower() in _NEVER_LAST else 1 if before.isalpha() else 2
    if c in "½¼" and after.isalpha():
        return -2
    if c in _SIGNS:
        return -2 if inside or _sign(before) or _sign(after) else 1
    if c == "\xa0":
        return 0
    return -5 if c == "\ufffd" or "\x80" <= c <= "\x9f" else -2


def _sign(c: str) -> bool:
    return ord(c) > 127 and not c.isalpha() and not c.isspace()


def _letter(c: str, before: str, after: str) -> float:
    alone = not before.isalpha() and not after.isalpha()
    if alone and c not in _STANDING_ALONE:
        return -1
    if min(ord(before), ord(after)) > 127 and before.isalpha() and after.isalpha():
        return -3  # three in a row: letters of another script seen through a Western page
    if c.isupper() and (before.islower() or (before.isalpha() and after.islower())):
        return -4
    if c.islower() and before.isupper() and after.isupper():
        return -2
    if c.lower() in (_LAST if after.isalpha() else _SELDOM_LAST):
        return 0
    if c == "à" and before not in _NEVER_LAST and before.isalpha():
        return 0 if before in "aeouc" else 2
    return 3 if c in _ITALIAN else 1 if c in _RARE else 2
