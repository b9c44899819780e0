"""Waves: how a wave's questionnaire maps to the codebook, and what may be compared between waves.

:func:`comparability` says for each question and wave whether a trend may include it; :func:`load_mapping` reads a
wave's ``mapping.yml``. The other modules draft that file, apply it and apply ``corrections.yml``.
"""

from pipeline.waves.comparable import Comparable, comparability
from pipeline.waves.load import load_corrections, load_mapping
from pipeline.waves.model import Correction, QuestionMap, SetMap, WaveMapping

__all__ = [
    "Comparable",
    "Correction",
    "QuestionMap",
    "SetMap",
    "WaveMapping",
    "comparability",
    "load_corrections",
    "load_mapping",
]
