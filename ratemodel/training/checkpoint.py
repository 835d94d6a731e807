"""Checkpoints: whole or not at all, checked, the one before kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from bridge.errors import InputError
from bridge.files.hashing import content_hash
from bridge.files.regular_file import check_regular
from bridge.files.written_file import make_folder, write_bytes

_PATTERN = "step-*.safetensors"
# What safetensors says of a file that is not whole; UnicodeDecodeError is a ValueError.
_DAMAGE = (SafetensorError, OSError, LookupError, RuntimeError, TypeError, ValueError)
KEPT = 2
"""Checkpoints that are kept: the last, and the one before it."""


@dataclass(frozen=True)
class Checkpoint:
    """What a file of tensors holds.

    Attributes
    ----------
    tensors
        By name.
    facts
        Short texts by name, such as the step.
    """

    tensors: dict[str, Tensor]
    facts: dict[str, str]


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, str]
) -> None:
    """Write a file of tensors with a hash of everything in it, atomically.

    Parameters
    ----------
    path
        A ``.safetensors`` file; the former one stays until the new one is whole.
    tensors, facts
        What :class:`Checkpoint` gives back.
    """
    kept = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_bytes(path, save(kept, dict(facts) | {"content": _seal(kept, facts)}))


def read_tensors(path: Path) -> Checkpoint:
    """Read a file of :func:`write_tensors`.

    Raises
    ------
    InputError
        If it is missing, no regular file, cut short, damaged or changed, or was
        written by something else.
    """
    check_regular(path, "file of tensors")
    try:
        with safe_open(path, framework="pt") as file:
            facts = dict(file.metadata() or {})
            # Cloned: the file may be replaced while its content is in use.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except _DAMAGE as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: is cut short or damaged ({reason})") from None
    if "content" not in facts:
        raise InputError(f"{path}: was not written by 'v1bridge train'")
    try:
        is_whole = facts.pop("content") == _seal(tensors, facts)
    except TypeError:  # a type of numbers that NumPy does not have
        is_whole = False
    if not is_whole:
        raise InputError(f"{path}: was changed after it was written")
    return Checkpoint(tensors, facts)


class Checkpoints:
    """The checkpoints of a run in a folder.

    Parameters
    ----------
    folder
        Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(
        self, step: int, tensors: Mapping[str, Tensor], facts: Mapping[str, str]
    ) -> None:
        """Write the checkpoint of a step and remove all but the one before."""
        make_folder(self._folder)
        path = self._folder / f"step-{step:08d}.safetensors"
        write_tensors(path, tensors, dict(facts) | {"step": str(step)})
        for old in self._paths()[KEPT:]:
            old.unlink()

    def latest(self) -> tuple[Checkpoint | None, tuple[str, ...]]:
        """Return the newest checkpoint that is whole.

        Returns
        -------
        tuple
            The checkpoint, or None where there is none, and what is wrong with
            the newer ones.
        """
        damaged: list[str] = []
        for path in self._paths():
            try:
                return read_tensors(path), tuple(damaged)
            except InputError as error:
                damaged.append(str(error))
        return None, tuple(damaged)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(_PATTERN), reverse=True)


def _seal(tensors: Mapping[str, Tensor], facts: Mapping[str, str]) -> str:
    arrays = {f"tensor.{name}": torch.asarray(t).numpy() for name, t in tensors.items()}
    return content_hash(arrays | {f"fact.{name}": text for name, text in facts.items()})
