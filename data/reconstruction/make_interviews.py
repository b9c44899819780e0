"""Write the INVENTED example of coded interviews into study/interviews/: a REFI-QDA project and its codebook; and the
codes that two invented coders gave the closing remarks of the reconstructed survey, study/coding/nota.csv.

    python -m data.reconstruction.make_interviews

52 interviews and 2 focus groups in 9 cases, as many as the published study had, and not one word of it: sentences are
drawn from a fixed seed, two coders are simulated. Every text begins by saying so. The same bytes each time.
"""

from __future__ import annotations

import random
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from data.reconstruction.interview_sentences import PLAIN, QUESTIONS, SENTENCES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "study" / "interviews"
SURVEY = ROOT / "data" / "raw" / "2009" / "survey.sav"
SEED = 20_091
PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
TOLD = "[TESTO INVENTATO: nessuno ha detto queste parole]"
WHEN = "2026-01-01T00:00:00Z"
SPACE = uuid.UUID("6a0c2f0e-5f0c-4b8e-9a51-3f2f0b6c9d10")
CODERS = ("Codificatrice A", "Codificatore B")
TO_QUOTE = "Da citare"
BOTH_FROM, BOTH_EVERY = 3, 5  # every fifth source from the third on was coded by both

# Cases with their form; of the three partnerships the paper tells the names, the six others have none.
CASES = {
    "Arcipelago Mazzini": "contratto", "Affido professionale": "contratto", "Sportello di Magenta": "contratto",
    "Gestione associata A": "nuovo soggetto", "Gestione associata B": "nuovo soggetto",
    "Gestione associata C": "nuovo soggetto", "Gestione associata D": "contratto",
    "Gestione associata E": "contratto", "Gestione associata F": "contratto",
}  # fmt: skip
PARTNERSHIPS = ("Arcipelago Mazzini", "Affido professionale", "Sportello di Magenta")

# How likely a source speaks of a code: in a partnership, in a new entity, in a contract form.
LIKELY = {
    "Bisogno > Complessità del bisogno": (0.8, 0.6, 0.6), "Bisogno > Famiglie come risorsa": (0.5, 0.2, 0.2),
    "Partnership > Fiducia": (0.8, 0.3, 0.5), "Partnership > Natura giuridica": (0.2, 0.7, 0.4),
    "Partnership > Ruoli dei partner": (0.6, 0.3, 0.4), "Partnership > Relazioni orizzontali": (0.5, 0.05, 0.2),
    "Coproduzione > Co-progettazione": (0.6, 0.2, 0.4), "Coproduzione > Famiglie e operatori": (0.6, 0.1, 0.2),
    "Coproduzione > Valutazione condivisa": (0.3, 0.2, 0.1), "Governance > Co-governance": (0.4, 0.2, 0.4),
    "Governance > Consultazione": (0.1, 0.3, 0.4), "Governance > Concertazione": (0.2, 0.3, 0.3),
    "Governance > Autoamministrazione": (0.3, 0.1, 0.05), "Governance > Autoregolazione": (0.3, 0.05, 0.1),
    "Governance > Tavoli": (0.3, 0.5, 0.6), "Governance > Delega": (0.1, 0.7, 0.5),
    "Servizi > Primo accesso": (0.3, 0.6, 0.5), "Servizi > Tutela minori": (0.4, 0.6, 0.4),
    "Servizi > Assistenza domiciliare": (0.1, 0.5, 0.4), "Servizi > Personale stabile": (0.1, 0.7, 0.2),
}  # fmt: skip


def guid(*names: str) -> str:
    """The same identifier for the same thing at every run."""
    return str(uuid.uuid5(SPACE, "/".join(names)))


@dataclass
class Told:
    """A source: its text, and what was coded in it (start, end, code, coder)."""

    name: str
    case: str
    text: str = ""
    coded: list[tuple[int, int, str, str]] = field(default_factory=list)


def sources() -> list[Told]:
    """All sources in the order of the work."""
    draw = random.Random(SEED)  # noqa: S311
    cases = [case for case in CASES for _ in range(6)][:52]
    draw.shuffle(cases)
    made = [Told(f"Intervista {i + 1:02d}", case) for i, case in enumerate(cases)]
    made += [Told("Focus group 1", "Arcipelago Mazzini"), Told("Focus group 2", "Gestione associata A")]
    for number, one in enumerate(made):
        _write(one, draw, number)
    _mark(made)
    return made


def _mark(made: list[Told]) -> None:
    """What the researcher would quote: of every third code a sentence, each from another source."""
    used: set[str] = set()
    for code in list(SENTENCES)[::3]:
        for one in made[len(used) * 5 :]:
            found = next((c for c in one.coded if c[2] == code and c[3] == CODERS[0]), None)
            if found is not None and one.name not in used:
                one.coded.append((found[0], found[1], TO_QUOTE, CODERS[0]))
                used.add(one.name)
                break


def _write(one: Told, draw: random.Random, number: int) -> None:
    place = 0 if one.case in PARTNERSHIPS else 1 if CASES[one.case] == "nuovo soggetto" else 2
    more = 1.3 if one.name.startswith("Focus") else 1.0
    wanted = [code for code, chances in LIKELY.items() if draw.random() < min(0.95, chances[place] * more)]
    draw.shuffle(wanted)
    both = number % BOTH_EVERY == BOTH_FROM
    lines, at = [TOLD], len(TOLD) + 1
    for k, question in enumerate(QUESTIONS):
        for line in (f"I: {question}", None):
            if line is not None:
                lines.append(line)
                at += len(line) + 1
                continue
            own = wanted[k :: len(QUESTIONS)]
            pieces = ["R:", draw.choice(PLAIN)]
            for code in own:
                start = at + sum(len(p) + 1 for p in pieces)
                said = draw.choice(SENTENCES[code])
                pieces.append(said)
                _code(one, draw, start, start + len(said), code, both)
            if draw.random() < 0.5:
                pieces.append(draw.choice(PLAIN))
            lines.append(" ".join(pieces))
            at += len(lines[-1]) + 1
    one.text = "\n".join(lines) + "\n"


def _code(one: Told, draw: random.Random, start: int, end: int, code: str, both: bool) -> None:
    """What both coders do with a sentence: the second sees most of it, and sometimes something else."""
    one.coded.append((start, end, code, CODERS[0]))
    chance = draw.random()
    if not both or chance < 0.1:
        return
    other = draw.choice([c for c in SENTENCES if c.partition(" > ")[0] == code.partition(" > ")[0]])
    one.coded.append((start, end, other if chance > 0.9 else code, CODERS[1]))


# ---------------------------------------------------------------- files


def codes(parent: etree._Element, namespace: str) -> None:
    """The tree of codes."""
    book = etree.SubElement(parent, f"{{{namespace}}}Codes")
    tops: dict[str, etree._Element] = {}
    for path in SENTENCES:
        top, _, own = path.partition(" > ")
        if top not in tops:
            tops[top] = etree.SubElement(book, f"{{{namespace}}}Code", guid=guid("code", top), name=top,
                                         isCodable="true")  # fmt: skip
        etree.SubElement(tops[top], f"{{{namespace}}}Code", guid=guid("code", path), name=own, isCodable="true")
    etree.SubElement(book, f"{{{namespace}}}Code", guid=guid("code", TO_QUOTE), name=TO_QUOTE, isCodable="true")


def project(told: list[Told]) -> bytes:
    """``project.qde``."""

    def q(name: str) -> str:
        return f"{{{PROJECT}}}{name}"

    by = {coder: guid("user", coder) for coder in CODERS}
    root = etree.Element(
        q("Project"), nsmap={None: PROJECT}, name="ESEMPIO INVENTATO", origin="make_interviews.py",
        creatingUserGUID=by[CODERS[0]], creationDateTime=WHEN,
    )  # fmt: skip
    users = etree.SubElement(root, q("Users"))
    for coder in CODERS:
        etree.SubElement(users, q("User"), guid=by[coder], name=coder)
    codes(etree.SubElement(root, q("CodeBook")), PROJECT)
    variables = etree.SubElement(root, q("Variables"))
    form = guid("variable", "forma")
    etree.SubElement(variables, q("Variable"), guid=form, name="forma", typeOfVariable="Text")
    cases = etree.SubElement(root, q("Cases"))
    for case, value in CASES.items():
        one = etree.SubElement(cases, q("Case"), guid=guid("case", case), name=case)
        held = etree.SubElement(one, q("VariableValue"))
        etree.SubElement(held, q("VariableRef"), targetGUID=form)
        etree.SubElement(held, q("TextValue")).text = value
        for source in told:
            if source.case == case:
                etree.SubElement(one, q("SourceRef"), targetGUID=guid("source", source.name))
    group = etree.SubElement(root, q("Sources"))
    for source in told:
        own = etree.SubElement(
            group, q("TextSource"), guid=guid("source", source.name), name=source.name,
            plainTextPath=f"internal://{guid('source', source.name)}.txt", creatingUser=by[CODERS[0]],
            creationDateTime=WHEN,
        )  # fmt: skip
        for k, (start, end, code, coder) in enumerate(source.coded):
            selection = etree.SubElement(
                own, q("PlainTextSelection"), guid=guid("selection", source.name, str(k)),
                name=source.text[start:end][:40], startPosition=str(start), endPosition=str(end),
                creatingUser=by[coder], creationDateTime=WHEN,
            )  # fmt: skip
            coding = etree.SubElement(selection, q("Coding"), guid=guid("coding", source.name, str(k)),
                                      creatingUser=by[coder], creationDateTime=WHEN)  # fmt: skip
            etree.SubElement(coding, q("CodeRef"), targetGUID=guid("code", code))
    etree.SubElement(root, q("Description")).text = "Esempio inventato: fonti, parole e codifiche non sono di nessuno."
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


THEMES = {
    "1": ("risors", "soldi", "fond", "personale", "operator", "bilanc", "cost"),
    "2": ("tavol", "associazion", "volontar", "terzo settore", "cooperativ", "partner", "delega"),
    "3": ("comuni", "comune", "valli", "distanz", "lontan", "territori", "mont"),
    "4": ("famigli", "minori", "anzian", "domanda", "bisogn", "servizi", "casa"),
}
OTHER = "9"


def remarks() -> str:
    """The codes of the closing remarks: by words for the first coder, the second now and then of another mind."""
    import pyreadstat

    draw = random.Random(SEED + 1)  # noqa: S311
    frame, _ = pyreadstat.read_sav(str(SURVEY), usecols=["codice", "nota"])
    rows = {coder: [] for coder in CODERS}
    for unit, text in zip(frame["codice"], frame["nota"], strict=True):
        if not str(text or "").strip():
            continue
        first = [c for c, words in THEMES.items() if any(w in text.lower() for w in words)][:2] or [OTHER]
        second = [c for c in first if draw.random() > 0.12] or [draw.choice([*THEMES, OTHER])]
        for coder, codes_given in zip(CODERS, (first, sorted(second)), strict=True):
            rows[coder].append(f"2009,{unit.strip()},{coder},{' '.join(codes_given)}")
    return "\n".join(["wave,unit,coder,codes", *(line for coder in CODERS for line in rows[coder])]) + "\n"


def main() -> None:
    """Write all files."""
    told = sources()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(FOLDER / "esempio_inventato.qdpx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("project.qde", project(told)),
            *((f"sources/{guid('source', one.name)}.txt", one.text.encode()) for one in told),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)
    book = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin="make_interviews.py")
    codes(book, CODEBOOK)
    content = etree.tostring(book, xml_declaration=True, encoding="utf-8", pretty_print=True)
    (FOLDER / "schema.qdc").write_bytes(content)
    coding = ROOT / "study" / "coding" / "nota.csv"
    coding.parent.mkdir(exist_ok=True)
    coding.write_text(remarks(), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
