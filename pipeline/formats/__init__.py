"""Any data file that a survey comes in: a file in, dictionary and columns out.

SPSS by our own reader, Stata and SAS through pyreadstat, CSV and Excel with a codebook beside them through pandas, and
an SPSS setup (syntax and data).
"""

from pipeline.formats.read import Reading, read
from pipeline.spss.read import DataFile, unreadable

__all__ = ["DataFile", "Reading", "read", "unreadable"]
