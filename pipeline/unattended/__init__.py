"""Runs that nobody watches: wait for whole files, make what changed, keep the last good report, say what happened.

``rerun`` is the command for schedulers and ``verify`` the check of what is published; ``status`` holds what a run
leaves behind for programs (``reports/status.json``) and ``index`` for people (``reports/index.html``).
"""
