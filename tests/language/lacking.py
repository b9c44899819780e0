"""Print the texts that a catalogue lacks and that are read in the common language there: ``make check`` does."""

from __future__ import annotations

from pipeline import language


def lacking(lang: str) -> list[str]:
    """The ids of the texts that a language lacks."""
    common = language.common()
    files = sorted(p.stem for p in (language.FOLDER / common).glob("*.toml"))
    own = {f: language.catalogue(lang, f) if (language.FOLDER / lang / f"{f}.toml").is_file() else {} for f in files}
    return [f"{f}.{key}" for f in files for key in language.catalogue(common, f) if key not in own[f]]


if __name__ == "__main__":
    for lang in language.languages():
        for text_id in lacking(lang):
            print(f"{lang} lacks {text_id}")
