"""How much memory there is, and whether a run fits into it."""

import resource
from pathlib import Path

from bridge.errors import InputError

GIB = 2**30

WORTH_A_WORD = GIB
"""Runs that need more, bytes, and more than a quarter of what is free, say so."""


def available_memory() -> int | None:
    """Return the memory that this process may still take, bytes.

    The least of what the machine has, what a container leaves, and what the shell's
    ``ulimit -v`` leaves.

    Returns
    -------
    int or None
        None where the system does not tell.
    """
    known = (_of_machine(), _of_container(), _of_limit())
    return min((value for value in known if value is not None), default=None)


def require_memory(needed: int, what: str, advice: str) -> str:
    """Refuse a run that does not fit into the memory, before it starts.

    Parameters
    ----------
    needed
        Estimate of what it takes, bytes.
    what
        What needs it: the message begins with it.
    advice
        What to lower.

    Returns
    -------
    str
        The estimate in one line where it is worth a word, else empty.

    Raises
    ------
    InputError
        If less is free; the message has both numbers.
    """
    free = available_memory()
    said = f"{what} needs about {needed / GIB:.1f} GiB of memory"
    if free is None:
        return said if needed > WORTH_A_WORD else ""
    compared = f"{said}, {free / GIB:.1f} GiB are free"
    if needed > free:
        raise InputError(f"{compared}: {advice}")
    return compared if needed > max(WORTH_A_WORD, free // 4) else ""


def _of_machine() -> int | None:
    value = _named_line(Path("/proc/meminfo"), "MemAvailable:")
    return None if value is None else 1024 * value


def _of_container() -> int | None:
    """Return what the control group leaves; pages of files can be given back."""
    group = Path("/sys/fs/cgroup")
    for folder, most, used in (
        (group, "memory.max", "memory.current"),
        (group / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, taken = _number(folder / most), _number(folder / used)
        if limit is not None and taken is not None:
            files = _named_line(folder / "memory.stat", "inactive_file") or 0
            return max(0, limit - taken + files)
    return None


def _of_limit() -> int | None:
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    taken = _named_line(Path("/proc/self/status"), "VmSize:")
    if most == resource.RLIM_INFINITY or taken is None:
        return None
    return max(0, most - 1024 * taken)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # not there; "max"
        return None


def _named_line(path: Path, name: str) -> int | None:
    """Return the first number of the line that begins with a name."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    found = (line.split()[1] for line in lines if line.split()[:1] == [name])
    return next((int(value) for value in found), None)
