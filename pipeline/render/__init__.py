"""The output formats: one folder each, with ``SUFFIX`` and ``write(document, path)``."""
