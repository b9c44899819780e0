"""Respondents' rows as a pandas DataFrame, for people: notebooks and a study's own variables.

Nothing in a report is counted from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.codes import BLANK, SYSTEM_MISSING
from pipeline.counting.cases import Cases
from pipeline.spec.model import Variable, say

if TYPE_CHECKING:
    import pandas as pd

_YEAR = 366 * 86400.0  # seconds; what is longer is a date and no duration
_ZERO = np.datetime64("1582-10-14T00:00:00", "s")


def responses_frame(cases: Cases, names: Iterable[str], lang: str) -> pd.DataFrame:
    """One row per respondent, one column per variable, valid values only.

    Categories are ordered categoricals of codes ("1", "2" …), in the codebook's order; numbers float64; dates
    datetime64; texts str. What is missing, by the user or the system, is NaN (see :func:`missing_frame`). ``attrs``:
    ``labels`` (variable → label), ``categories`` (variable → code → label), ``kinds`` (variable → kind).
    """
    import pandas as pd

    named = {name: cases.variables[name] for name in names}
    frame = pd.DataFrame({name: _column(cases, name, variable) for name, variable in named.items()})
    frame.attrs = {
        "labels": {name: say(v.label, lang) or name for name, v in named.items()},
        "categories": {
            name: {code: say(text, lang) for code, text in v.categories.items()}
            for name, v in named.items()
            if v.categorical
        },
        "kinds": {name: v.kind for name, v in named.items()},
    }
    return frame


def missing_frame(cases: Cases, names: Iterable[str], lang: str) -> pd.DataFrame:
    """The code of each user-missing answer: the variables that have any, NaN where there is a value or none at all."""
    import pandas as pd

    found, labels = {}, {}
    for name in names:
        masks = {c: mask for c, mask in cases.missing(name).items() if c not in (SYSTEM_MISSING, BLANK) and mask.any()}
        if masks:
            codes = np.full(cases.rows, None, dtype=object)
            for code, mask in masks.items():
                codes[mask] = code
            found[name] = pd.Categorical(codes, list(masks), ordered=True)
            labels[name] = {code: say(cases.variables[name].missing.get(code), lang) for code in masks}
    frame = pd.DataFrame(found, index=range(cases.rows))
    frame.attrs = {"categories": labels}
    return frame


def _column(cases: Cases, name: str, variable: Variable) -> Any:
    import pandas as pd

    if variable.categorical:
        coded = cases.coded(name)
        return pd.Categorical.from_codes(np.asarray(coded.index, dtype=np.int64) - 1, list(coded.codes), ordered=True)
    if not cases.columns[name].numbers:
        coded = cases.coded(name)
        texts = np.array([None, *coded.codes], dtype=object)[np.asarray(coded.index, dtype=np.int64)]
        return pd.array(texts, dtype="str")
    values = cases.numeric(name)
    if variable.kind != "date":
        return values
    seconds = np.where(np.isnan(values), 0, values).astype("timedelta64[s]")
    moments: Any = _ZERO + seconds if not len(values) or np.nanmax(np.append(values, 0)) > _YEAR else seconds
    moments[np.isnan(values)] = np.array("NaT", dtype=moments.dtype)
    return moments
