"""Waves beside one another: how units follow from one another, what changed between waves, and the report on it.

``units`` reads how the units of a wave follow from those of an earlier one, ``change`` is the arithmetic of a change,
``trend`` and ``panel`` make result rows from waves, and ``document`` with its neighbours makes the report.
"""
