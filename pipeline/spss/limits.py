"""How much an untrusted file may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child process that reads a file may use; whatever exceeds a limit is refused by name.

    ``memory`` is the address space of the child and ``decoded`` the size of all cases at eight bytes per
    value, both in bytes; ``seconds`` is wall-clock time, ``cpu_seconds`` processor time; ``variables``
    is how many the file may have, for each of which the process that asked keeps a record. A .zsav whose blocks
    would unfold to more than ``expansion`` times their size, and to more than ``expansion_from`` bytes (each a
    value at least), is taken for a bomb.
    """

    memory: int = 6144 * MIB
    decoded: int = 8192 * MIB
    seconds: float = 300.0
    cpu_seconds: int = 300
    variables: int = 100_000
    expansion: int = 100
    expansion_from: int = 16 * MIB
