"""The log of a training run: JSON lines, and TensorBoard where it is installed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.files.written_file import append_text, make_folder, write_text

NAME = "log.jsonl"
"""Name of the log in the run folder."""


class TrainingLog:
    """Appends one line per record.

    Parameters
    ----------
    folder
        Folder of ``log.jsonl`` and of ``tensorboard``.
    first_step
        Records of this step and later ones are of a part that is run again, and
        are dropped.
    """

    def __init__(self, folder: Path, first_step: int) -> None:
        self._path = folder / NAME
        make_folder(folder)
        kept = [
            line
            for line in _lines(self._path)
            if (record := _record(line)) and record["step"] < first_step
        ]
        write_text(self._path, "".join(f"{line}\n" for line in kept))
        self._board: Any = _tensorboard(folder / "tensorboard", first_step)

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a record; it has a ``step``."""
        append_text(self._path, json.dumps(record) + "\n")
        if self._board is not None:
            split = record["split"]
            for name, value in _numbers(record):
                self._board.add_scalar(f"{split}/{name}", value, record["step"])

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._board is not None:
            self._board.close()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _record(line: str) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:  # the last line of a run that was killed
        return None
    return record


def _numbers(record: Mapping[str, Any]) -> list[tuple[str, float]]:
    found = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            found += [(f"{name}/{key}", item) for key, item in _numbers(value)]
        elif isinstance(value, int | float) and name != "step":
            found.append((name, float(value)))
    return found


def _tensorboard(folder: Path, first_step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=first_step)
