"""From a table's description to result rows: which counts a kind of table needs and which statistics it takes.

One kind of table per file; ``tabulate`` chooses by the kinds of the row and the column.
"""
