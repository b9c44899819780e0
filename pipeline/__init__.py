"""Survey data in, statistical reports out: see CONTRIBUTING.md for the rooms and their promises."""

__version__ = "0.1.0"
