"""Networks in the report: their tables and figures, and the files in which other programs take them up."""
