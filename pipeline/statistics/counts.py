"""What counts and shares are, and the other numbers that tables make themselves from the counts they are given."""

from __future__ import annotations

from pipeline.statistics.registry import Value, declare

declare(
    # cases (n) and sums of weights (count) in each cell, and their shares
    Value("count", "count", "cell"),
    Value("n", "count", "cell"),
    Value("row_share", "share", "cell"),
    Value("column_share", "share", "cell"),
    Value("table_share", "share", "cell"),
    Value("share_of_cases", "share", "cell"),
    Value("share_of_responses", "share", "cell"),
    Value("interval_low", "share", "cell", inferential=True),
    Value("interval_high", "share", "cell", inferential=True),
    Value("effective_n", place="cell"),
    # of one variable
    Value("share", "share", "group"),
    Value("valid_share", "share", "group"),
    Value("valid_share_se", "share", "group", inferential=True),
    Value("cumulative_share", "share", "group"),
    Value("bound_low", "share", "group"),
    Value("bound_high", "share", "group"),
    Value("class_n", "count", "group"),
    Value("mean_unweighted", "value", "group", decimals=2),
    # who is not among the valid cases
    Value("missing_n", "count", "base"),
    Value("missing_count", "count", "base"),
    Value("missing_share", "share", "base"),
    Value("cases_n", "count", "base"),
    # who is in the base of a multiple response set and mentioned nothing
    Value("none_n", "count", "base"),
    Value("none_count", "count", "base"),
    Value("none_share", "share", "base"),
    # of pairs of variables that are screened together (tables/associations.py)
    Value("association", decimals=2, p="association_p"),
)
