"""Print the texts that a catalogue lacks (the common language is read there) and those nobody reads: ``make check``."""

from __future__ import annotations

from pipeline import language


def lacking(lang: str) -> list[str]:
    """The ids of the texts that a language lacks."""
    common = language.common()
    files = sorted(p.stem for p in (language.FOLDER / common).glob("*.toml"))
    own = {f: language.catalogue(lang, f) if (language.FOLDER / lang / f"{f}.toml").is_file() else {} for f in files}
    return [f"{f}.{key}" for f in files for key in language.catalogue(common, f) if key not in own[f]]


def unread(lang: str) -> list[str]:
    """The ids of the texts that the common language does not have any more."""
    known = {
        p.stem: language.catalogue(language.common(), p.stem)
        for p in (language.FOLDER / language.common()).glob("*.toml")
    }
    files = sorted(p.stem for p in (language.FOLDER / lang).glob("*.toml"))
    return [f"{f}.{key}" for f in files for key in language.catalogue(lang, f) if key not in known.get(f, {})]


if __name__ == "__main__":
    for lang in language.languages():
        for text_id in lacking(lang):
            print(f"{lang} lacks {text_id}")
        for text_id in unread(lang):
            print(f"{lang} has {text_id}, which {language.common()} has not")
