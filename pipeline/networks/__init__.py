"""The arithmetic of networks: arrays of ties in, frozen numbers out. No labels, no files, no respondents.

``two_mode`` is about units and items, ``one_mode`` about nodes of one kind; ``core`` finds a core and a periphery,
``chance`` asks what would come of groups allotted by chance, ``layout`` says where a drawing has its nodes. What each
number is, is told in ``statistics/networks.py``.
"""
