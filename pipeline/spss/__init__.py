"""Reading SPSS files: system files (.sav, .zsav) and portable files (.por), whole and right or not at all."""

from pipeline.spss.model import (
    Dictionary,
    Encoding,
    MissingValues,
    MultipleResponseSet,
    Notice,
    Variable,
    VariableSet,
    code_text,
    code_value,
)
from pipeline.spss.read import DataFile, Limits, Reading, read, read_dictionary

__all__ = [
    "DataFile",
    "Dictionary",
    "Encoding",
    "Limits",
    "MissingValues",
    "MultipleResponseSet",
    "Notice",
    "Reading",
    "Variable",
    "VariableSet",
    "code_text",
    "code_value",
    "read",
    "read_dictionary",
]
