"""``python -m surveyreport`` and the command ``surveyreport``: the same words as ``python -m pipeline``."""

import sys

from pipeline import cli


def main() -> int:
    """Run what was typed."""
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
