"""The pipeline from Python and Jupyter: a study's answers and results as DataFrames, and tables as in the report.

>>> import surveyreport
>>> study = surveyreport.Study()             # the project's own; surveyreport.Study("my_study") for another
>>> study.waves
['2009']
>>> answers = study.responses("2009", lang="en")
>>> answers["forma"].cat.ordered, answers.attrs["labels"]["territorio"]
(True, 'Type of territory')
>>> table = surveyreport.crosstab(answers, "forma", "territorio", lang="en")
>>> int(table.to_frame("n").iloc[-1, -1])    # offices that answered both
83
"""

from pipeline import __version__
from surveyreport.derive import derive
from surveyreport.study import Study
from surveyreport.tables import Table, crosstab

__all__ = ["Study", "Table", "__version__", "crosstab", "derive"]
