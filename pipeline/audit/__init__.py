"""Figures already in print, checked by arithmetic: which counts and bases can have produced them.

``printed``, ``tree``, ``repair``, ``moments``, ``sprite`` and ``p_values`` have no labels and no files. All but the
last compute with whole numbers and fractions only: in binary floats a tie is not a tie, and a figure on the edge is
judged by luck.
"""
