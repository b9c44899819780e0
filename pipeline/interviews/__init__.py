"""Coded qualitative data: what interviews, focus groups and open answers say, as far as it can be counted.

``read.py`` takes the files in ``interviews/`` of a study (REFI-QDA projects, coded segments as CSV) and gives a
:class:`~pipeline.interviews.model.Project`; ``compute.py`` makes result rows of it. No file is unpacked to the disk.
"""
