"""Results in, a document out: display tables, charts, sentences; numbers are rounded here, once."""
