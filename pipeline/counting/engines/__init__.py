"""Who counts: one small module per engine, imported when it is asked for.

``memory``: all rows at once, variable by variable, as the tables ask (no plan is needed). ``stream``: portion by
portion, in several processes. ``spark``: the same function in the workers of a cluster. ``database``: the same
questions as SQL, where the responses lie.
"""
