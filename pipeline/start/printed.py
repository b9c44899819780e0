"""The first ``published.yml`` of a study: how figures already in print are written down, all of it behind a #."""

PUBLISHED = """\
# Figures already in print about this survey, to be checked by arithmetic and against the data. Take the # away from
# what you use; the report then has a section on them, and `make audit` prints the verdict on the terminal.
#   printed   the figure as printed, in quotes, trailing zeros too      kind   share, count, mean, test, statement
#   branch    the base of a share, from the branches below              cell   table:code of report.yml with that number
#   n, sd, items, scale: of a mean      cells: what a statement without a number names, each as a cell
# source: {work: "Author, Title, Year", page: "12"}
# branches:
#   answered: {of: P1}               # the cases of claim P1; `parts: all` where the printed parts are all there are
# claims:
#   P1: {text: offices that answered, printed: "98", kind: count}
#   P2: {text: with a new legal subject, printed: "26.5%", kind: share, branch: answered, cell: "forma:1"}
#   P3: {text: mean trust, printed: "3.29", sd: "1.29", kind: mean, n: 98, scale: [1, 5]}
#   P4: {text: a difference, printed: "t(96) = 2.20, p = .03", kind: test}
#   P5: {text: the areas named most, kind: statement, cells: ["aree:1", "aree:2"]}
"""
