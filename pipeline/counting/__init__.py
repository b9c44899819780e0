"""Rows of responses in, aggregates out: the only room past ``responses.parquet`` that sees a respondent.

``cases`` turns a variable into category indices, ``engine`` counts them.
"""
