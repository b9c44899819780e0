"""Projects as coding software writes them, made by hand for the tests."""

from __future__ import annotations

import io
import zipfile

U = "00000000-0000-4000-8000-0000000000{:02d}"
TEXT = "Io mi fido di loro.\nI tavoli non servono.\nAnna Neri decide con noi, perché c’è fiducia 🙂 vera.\n"

QDE = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="Prova" origin="ATLAS.ti 23" basePath="/Users/lucia/Documents"
         creatingUserGUID="{a}" creationDateTime="2026-01-01T00:00:00Z">
  <Users><User guid="{a}" name="Ada"/><User guid="{b}" name="Bea"/></Users>
  <CodeBook><Codes>
    <Code guid="{fid}" name="Fiducia" isCodable="true"><Description>che cosa lega</Description></Code>
    <Code guid="{gov}" name="Governance" isCodable="true">
      <Code guid="{tav}" name="Tavoli" isCodable="true"/>
      <Code guid="{dec}" name="Decidere" isCodable="true"/>
    </Code>
    <Code guid="{att}" name="Coke::diet" isCodable="true"/>
    <Code guid="{cit}" name="Da citare" isCodable="true"/>
  </Codes></CodeBook>
  <Variables><Variable guid="{var}" name="forma" typeOfVariable="Text"/></Variables>
  <Cases><Case guid="{case}" name="Arcipelago">
    <VariableValue><VariableRef targetGUID="{var}"/><TextValue>contratto</TextValue></VariableValue>
    <SourceRef targetGUID="{s1}"/>
  </Case></Cases>
  <Sources>
    <TextSource guid="{s1}" name="Intervista 1" plainTextPath="internal://one.txt">
      <PlainTextSelection guid="{x1}" startPosition="0" endPosition="19" creatingUser="{a}">
        <Description>un commento</Description>
        <Coding guid="{x2}" creatingUser="{a}"><CodeRef targetGUID="{FID}"/></Coding>
        <Coding guid="{x3}" creatingUser="{a}"><CodeRef targetGUID="{cit}"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="{x4}" startPosition="3" endPosition="12" creatingUser="{b}">
        <Coding guid="{x5}" creatingUser="{b}"><CodeRef targetGUID="{fid}"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="{x6}" startPosition="20" endPosition="41" creatingUser="{a}">
        <Coding guid="{x7}" creatingUser="{a}"><CodeRef targetGUID="{tav}"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="{x8}" startPosition="42" endPosition="67" creatingUser="{a}">
        <Coding guid="{x9}" creatingUser="{a}"><CodeRef targetGUID="{dec}"/></Coding>
        <Coding guid="{y0}" creatingUser="{a}"><CodeRef targetGUID="{cit}"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="{y1}" startPosition="89" endPosition="93" creatingUser="{b}">
        <Coding guid="{y2}" creatingUser="{b}"><CodeRef targetGUID="{fid}"/></Coding>
      </PlainTextSelection>
      <PlainTextSelection guid="{y3}" startPosition="5" endPosition="5" creatingUser="{a}">
        <Coding guid="{y4}" creatingUser="{a}"><CodeRef targetGUID="{att}"/></Coding>
      </PlainTextSelection>
    </TextSource>
    <TextSource guid="{s2}" name="Focus 1">
      <PlainTextContent>Qui non si decide nulla.</PlainTextContent>
      <Coding guid="{y5}" creatingUser="{a}"><CodeRef targetGUID="{gov}"/></Coding>
    </TextSource>
    <PDFSource guid="{s3}" name="Piano.pdf" path="internal://piano.pdf">
      <PDFSelection guid="{y6}" page="1" firstX="1" firstY="1" secondX="9" secondY="9">
        <Representation guid="{y7}"><PlainTextContent>accordo di programma</PlainTextContent></Representation>
        <Coding guid="{y8}" creatingUser="{a}"><CodeRef targetGUID="{fid}"/></Coding>
      </PDFSelection>
    </PDFSource>
    <AudioSource guid="{s4}" name="Registrazione" path="relative:///nastro.mp3">
      <Transcript guid="{y9}"><PlainTextContent>Prima parte. Seconda parte.</PlainTextContent>
        <SyncPoint guid="{z0}" timeStamp="0" position="13"/><SyncPoint guid="{z1}" timeStamp="9" position="27"/>
        <TranscriptSelection guid="{z2}" fromSyncPoint="{z0}" toSyncPoint="{z1}">
          <Coding guid="{z3}" creatingUser="{a}"><CodeRef targetGUID="{tav}"/></Coding>
        </TranscriptSelection>
      </Transcript>
    </AudioSource>
  </Sources>
</Project>
"""


def _guids() -> dict[str, str]:
    names = ["a", "b", "fid", "gov", "tav", "dec", "att", "cit", "var", "case", "s1", "s2", "s3", "s4"]
    names += [f"{letter}{i}" for letter in "xyz" for i in range(10)]
    made = {name: U.format(i + 1) for i, name in enumerate(names)}
    made["fid"] = "ABCDEF00-0000-4000-8000-000000000003"
    made["FID"] = "{abcdef00-0000-4000-8000-000000000003}"  # another program's way to write the same
    return made


def qde() -> str:
    """A project file with the ways that programs have of writing things."""
    made = QDE
    for name, guid in _guids().items():
        made = made.replace("{" + name + "}", guid)
    return made


def qdpx(project: str | bytes | None = None, inner: str = "Prova.qde", **parts: bytes | str) -> bytes:
    """An archive with a project and its sources; ``parts``: others, by name."""
    held = {inner: qde() if project is None else project, "Sources/one.txt": TEXT, **parts}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return file.getvalue()
