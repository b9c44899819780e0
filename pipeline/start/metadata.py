"""Which variables of a file are no questions: what survey tools and interviewers write of when, where and how.

A name alone is no proof: a question may be called ``Status`` or ``Duration``. So names that a question may have as well
need a second sign: what their label is about, what their values are, other columns of a tool in the same file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.counting.columns import Columns
from pipeline.spss.model import Dictionary, Variable
from pipeline.start.words import words

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

_LOOKED_AT = 200  # texts of a column that are looked at

_SURE = re.compile(
    # Qualtrics; SurveyMonkey; LimeSurvey; Kobo and ODK; SurveyCTO; SoSci; Google and Microsoft Forms
    r"startdate|enddate|recordeddate|duration_+in_+seconds_*|responseid|ip_?address|location_?(latitude|longitude)|"
    r"distribution_?channel|user_?language|external_?(data_?)?reference|recipient_?(last_?name|first_?name|email)|"
    r"q_\w*(recaptcha|duplicate|relevantid|fraud|unanswered|totalduration|bl)\w*|\w+_(first_click|last_click|page_submit|click_count)|"
    r"respondent_?id|collector_?id|date_?(created|modified)|email_?address|custom_?data_?\d*|"
    r"submit_?date|startlanguage|lastpage|datestamp|refurl|ipaddr|interviewtime|group_?time_?\d+|"
    r"uuid|submission_time|submission__\w+|validation_status|submitted_by|xform_id_string|parent_(index|table_name)|"
    r"(meta_)?(instance_?id|instance_?name|root_?uuid)|device_?id|subscriber_?id|sim_?serial|formhub_?uuid|version_+|"
    r"formdef_version|review_(status|comments|corrections)|submissiondate|"
    r"questnnr|missrel|q_viewer|mailsent|lastdata|time_?\d{3}|time_(sum|rsi)|deg_time|maxpage|"
    r"timestamp|informazioni_?cronologiche|marca_?temporal[e]?|horodateur|zeitstempel|carimbo_?de_?data_?hora",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"status|progress|duration|finished|first_?name|last_?name|custom_?\d+|seed|token|id|index|notes|tags|start|end|today|"
    r"username|user_?name|audit|key|case|serial|ref|mode|started|missing|language|email|phone_?number|completed?|"
    r"start_?time|end_?time|completion_?time|name|completionstatus|ora_?di_?(inizio|completamento)|\w+time|"
    r"inizio|fine|durata|stato|avanzamento|indirizzo_?ip|id_?risposta|data_?(inizio|fine|registrazione|di_?invio)",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"^(?:[@#$_]+|[A-Z]_+)")  # SPSS lets no name begin with "_": KoBo's own become V_uuid or uuid
_PLACE = re.compile(r"\w*_(latitude|longitude|altitude|precision)", re.IGNORECASE)
_SURE_LABEL = re.compile(
    r"\bdisplay order\b|\btiming - (first click|last click|page submit|click count)|^(question|group|total) time\b",
    re.IGNORECASE,
)
_DISPLAY_ORDER = re.compile(r"\w+_DO(_\w+)?")
_TOOL_ANSWERS = re.compile(
    r"true|false|yes|no|ip address|survey (preview|test)|imported|(possible )?spam( [\w ]+)?|offline[\w ]*|anonymous|"
    r"cancell?ed|finished|respondent|viewed only|approved|not approved|on hold|complete|incomplete|partial|"
    r"abgebrochen|ausgefüllt|teilnehmer|durchklicker|vero|falso|vrai|faux|wahr|falsch|verdadero|verdadeiro",
    re.IGNORECASE,
)
_TECHNICAL_TEXT = re.compile(
    r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+|\d{4}-\d\d-\d\d.*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.*|https?://.*|"
    r"(uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-.*|[\w.+-]+@[\w-]+\.[\w.]+|R_\w{8,}",
    re.IGNORECASE,
)
_OF_INTERVIEWER = re.compile(
    r"(number|no|nr|n|id|code|name|codice|numero|nome|matricola|num[ée]ro|nom|identifiant|n[úu]mero|c[óo]digo|nombre|"
    r"nummer|kennung|del|of|the|de|da|dell|dello|do|l|d|der|des|initials)?",
    re.IGNORECASE,
)


def metadata(dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns) -> frozenset[str]:
    """The names of variables that are no questions."""
    plain = {v.name: _BEGIN.sub("", v.name) for v in dictionary.variables}
    sure = {v.name for v in dictionary.variables if _SURE.fullmatch(v.name) or _SURE.fullmatch(plain[v.name])}
    return frozenset(
        v.name
        for v in dictionary.variables
        if not _asks(v, found[v.name])
        and (
            v.name in sure
            or _SURE_LABEL.search(v.label) is not None
            or (_DISPLAY_ORDER.fullmatch(v.name) is not None and not v.label.strip())
            or (_MAYBE.fullmatch(plain[v.name]) is not None and _technical(v, found[v.name], columns, bool(sure)))
            or (_PLACE.fullmatch(v.name) is not None and not v.value_labels)
            or _interviewer(v)
        )
    )


def _asks(v: Variable, g: Guess) -> bool:
    """Whether a variable has answers to choose from that no tool writes of itself."""
    labels = [text.strip() for _, text in v.value_labels]
    return len(labels) > 1 and not all(_TOOL_ANSWERS.fullmatch(text) for text in labels) and not g.empty


def _technical(v: Variable, g: Guess, columns: Columns, beside_others: bool) -> bool:
    """Whether the label of a variable, or that it has none, and its values are as tools write them."""
    label = v.label.strip()
    unlabelled = not label or _letters(label) == _letters(v.name) or _TOOL_ANSWERS.fullmatch(label) is not None
    if not unlabelled and not (words("technical").search(label) and (beside_others or not label.endswith("?"))):
        return False
    different = columns[v.name].k == columns.rows > 1
    return beside_others or different or g.kind in ("date", "identifier") or _technical_texts(v, columns)


def _technical_texts(v: Variable, columns: Columns) -> bool:
    if v.kind != "string":
        return False
    texts = [text.strip() for text in columns[v.name].texts[:_LOOKED_AT] if text.strip()]
    return bool(texts) and all(_TECHNICAL_TEXT.fullmatch(text) for text in texts)


def _interviewer(v: Variable) -> bool:
    """Whether it says who asked: "Interviewer number", "Codice dell'intervistatore", and no question about them."""
    if v.value_labels and len(v.value_labels) > 1 and v.label.strip().endswith("?"):
        return False
    text = (v.label.strip() or v.name).replace("_", " ")
    rest, count = words("interviewer").subn(" ", text)
    return count > 0 and all(_OF_INTERVIEWER.fullmatch(word) for word in re.findall(r"[^\W\d]+", rest))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
