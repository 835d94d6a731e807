"""Another package, or a folder, that stands where one of ours should be.

``bridge``, ``spiking``, ``ratemodel`` and ``validation`` are words that others use,
too. What Python would import under these names is looked up, not imported.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

from v1bridge.command_start import starts_command

PACKAGES = ("bridge", "spiking", "ratemodel", "validation")
"""The packages that lie beside ``v1bridge``."""

MARK = b"v1bridge"
"""Stands in the ``__init__.py`` of each of them."""


def find_clash(folder: Path) -> str:
    """Return what stands in the way and what to do, in one line; empty if nothing.

    Parameters
    ----------
    folder
        The folder that holds ``v1bridge`` and should hold the others.
    """
    for name in PACKAGES:
        ours = folder / name / "__init__.py"
        if not ours.is_file():
            return f"{ours} is missing; install v1bridge again"
        found = _origin(name)
        if found and not _is_same(found, ours):
            return (
                f"{found} is in the way of v1bridge's own package '{name}'; rename or "
                "remove it, start elsewhere, or give v1bridge an environment of its own"
            )
        if MARK not in ours.read_bytes():  # two packages in one folder
            return (
                f"{ours} is not v1bridge's: another package '{name}' was installed "
                "over it; uninstall that and install v1bridge again, or give v1bridge "
                "an environment of its own"
            )
    return ""


def refuse_clash() -> None:
    """Raise an ImportError at a clash; end with code 2 where the command starts.

    Raises
    ------
    ImportError
        If another package or folder hides, or has overwritten, one of ours.
    """
    clash = find_clash(Path(__file__).parent.parent)
    if not clash:
        return
    if starts_command():
        sys.stderr.write(f"v1bridge: {clash}\n")
        sys.exit(2)
    raise ImportError(clash)


def _origin(name: str) -> str:
    """Return the file or folder that ``import name`` takes; empty if there is none."""
    loaded = sys.modules.get(name)
    spec = find_spec(name) if loaded is None else loaded.__spec__
    if spec is None:
        return str(getattr(loaded, "__file__", None) or "")
    if spec.has_location:
        return spec.origin or ""
    # a folder without an __init__.py
    return next(iter(spec.submodule_search_locations or ()), spec.origin or "")


def _is_same(found: str, ours: Path) -> bool:
    try:
        return ours.samefile(found)
    except OSError:
        return False
