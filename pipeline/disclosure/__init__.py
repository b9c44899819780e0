"""What the public edition may show: which counts are hidden, which others must be hidden with them, and what a reader
could still work out.

``linked.py`` holds all printed counts as one system of equations, ``rules.py`` says which are too small or dominated,
``repair.py`` which others go with them, ``attacker.py`` what anybody can reach. ``cells.py`` finds the counts in result
rows, ``edition.py`` takes out of the rows what must not be there.
"""
