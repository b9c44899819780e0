"""The templates as the Python that Jinja2 makes of them, made once and kept in ``templates/compiled.json``.

Reading templates takes Jinja2 half of the time in which a page is written. ``python -m pipeline.render.html.compiled``
makes the file again. It is looked up by a hash of the template's text, the environment's options and Jinja2's version:
what has changed since is not found, and read from its text as ever.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from functools import cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

TEMPLATES = Path(__file__).parent / "templates"
FILE = TEMPLATES / "compiled.json"


@cache
def _made() -> dict[str, str]:
    return dict(json.loads(FILE.read_text("utf-8"))) if FILE.is_file() else {}


class Compiled(BytecodeCache):
    """Gives Jinja2 the code of templates that are as they were when the file was made. It writes nothing."""

    def __init__(self, environment: Environment) -> None:
        options = (environment.autoescape, environment.trim_blocks, environment.lstrip_blocks)
        self._environment = repr((options, importlib.metadata.version("jinja2")))

    def key(self, name: str, source: str) -> str:
        """What a template's code is kept under."""
        return f"{name} {hashlib.sha256((self._environment + source).encode()).hexdigest()}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's name: Jinja2 hashes the path otherwise."""
        return name

    def get_source_checksum(self, source: str) -> str:
        """The template's text itself, of which :meth:`load_bytecode` makes the key."""
        return source

    def load_bytecode(self, bucket: Bucket) -> None:
        """Set the code, where the file has it."""
        if python := _made().get(self.key(bucket.key, bucket.checksum)):
            bucket.code = compile(python, bucket.key, "exec")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing: the file is made on request."""


def contents(environment: Environment) -> str:
    """What the file holds for the templates as they are."""
    cached, made = Compiled(environment), {}
    for path in sorted(TEMPLATES.glob("*.j2")):
        source = path.read_text("utf-8")
        made[cached.key(path.name, source)] = environment.compile(source, path.name, path.name, raw=True)
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    from pipeline.render.html import _environment

    FILE.write_text(contents(_environment()), "utf-8")
