"""What a run folder says, without what differs from run to run: times."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from safetensors.numpy import load_file

_TIMES = {"timings", "minutes", "trials_per_s", "threads"}
_OTHER = {"provenance.json", "report.html", ".v1bridge"}
"""Names versions and times, and pages made of the other files."""


def content_of(folder: Path) -> dict[str, Any]:
    """Return numbers and texts of every file of a folder, by its path.

    Parameters
    ----------
    folder
        Holds run folders, hidden ones and left-overs as well.
    """
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file():
            is_other = path.name in _OTHER or path.suffix == ".log"
            found[name] = "there" if is_other else _content(path)
        elif not any(path.iterdir()):
            found[name] = "empty folder"
    return found


def _content(path: Path) -> Any:
    if path.suffix == ".json":
        return _without_times(json.loads(path.read_text()))
    if path.suffix == ".jsonl":
        return [_without_times(json.loads(line)) for line in path.open()]
    if path.suffix == ".npz":
        with np.load(path) as stored:
            return {name: stored[name].tolist() for name in stored.files}
    if path.suffix == ".safetensors":
        return {name: value.tolist() for name, value in load_file(path).items()}
    if path.suffix == ".nc":
        return _arrays(path)
    if path.suffix == ".md":
        return "there"  # tells minutes
    return path.read_text()


def _arrays(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def note(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = repr(item[()].tolist())  # NaN equals NaN

    with h5py.File(path, "r") as file:
        file.visititems(note)
    return found


def _without_times(tree: Any) -> Any:
    if isinstance(tree, dict):
        kept = {k: v for k, v in tree.items() if k not in _TIMES}
        return {k: _without_times(v) for k, v in kept.items()}
    return [_without_times(v) for v in tree] if isinstance(tree, list) else tree
