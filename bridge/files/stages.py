"""Checkpoints of a run's stages, so that an interrupted run can continue."""

import io
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from bridge.arrays import AnyArray
from bridge.errors import InputError, RunFolderError
from bridge.files.hashing import content_hash
from bridge.files.npz_file import open_npz
from bridge.version import __version__

_IDENTITY = "identity"


class Stages:
    """Arrays of finished stages in a folder, valid for one configuration.

    Parameters
    ----------
    folder
        Where the checkpoints lie; made with the first of them.
    config
        Complete configuration (TOML) they belong to.
    """

    def __init__(self, folder: Path, config: str) -> None:
        self._folder = folder
        self._identity = content_hash({"config": config, "by": __version__})

    def open(self, *, keep: bool, discard: bool) -> None:
        """Decide what happens to checkpoints that are already there.

        Parameters
        ----------
        keep
            Use them; they must be of this configuration and this version.
        discard
            Delete them.

        Raises
        ------
        RunFolderError
            If there are some and neither flag is set, or they are of another
            configuration or version.
        """
        if discard:
            self.discard()
        if not self._holds_something():
            return
        where = str(self._folder)
        if not keep:
            raise RunFolderError(
                f"{where}: an unfinished run lies here; give --resume to continue "
                "it or --overwrite to start again"
            )
        identity = self._folder / _IDENTITY
        if not identity.is_file() or identity.read_text() != self._identity:
            raise RunFolderError(
                f"{where}: the unfinished run has another configuration or was made "
                "by another version; give --overwrite to start again"
            )

    def load(self, name: str) -> dict[str, AnyArray] | None:
        """Return the arrays of a finished stage.

        Parameters
        ----------
        name
            Name of the stage.

        Returns
        -------
        dict or None
            Its arrays, or ``None`` where it has not finished or its file is
            damaged.
        """
        try:
            # As large as it may be: it was in memory when it was written.
            with open_npz(self._file(name), "stage", most_bytes=sys.maxsize) as stored:
                return {key: stored.read(key) for key in stored.names}
        except InputError:
            return None

    def save(self, name: str, arrays: Mapping[str, ArrayLike]) -> None:
        """Store the arrays of a finished stage, whole or not at all.

        Parameters
        ----------
        name
            Name of the stage.
        arrays
            Numbers, truth values or text; no Python objects.

        Raises
        ------
        ValueError
            If an array holds Python objects.
        """
        plain = {key: np.asarray(value) for key, value in arrays.items()}
        for key, value in plain.items():
            if value.dtype.hasobject:
                raise ValueError(f"stage {name}: {key} holds Python objects")
        self._folder.mkdir(exist_ok=True)
        buffer = io.BytesIO()
        np.savez(buffer, **plain)  # type: ignore[arg-type]
        self._write(self._folder / _IDENTITY, self._identity.encode())
        self._write(self._file(name), buffer.getvalue())

    def folder(self) -> Path:
        """Return the folder for files that a stage writes itself.

        They are kept and checked like the arrays; the stage sees to it that they
        are whole.
        """
        self._folder.mkdir(exist_ok=True)
        self._write(self._folder / _IDENTITY, self._identity.encode())
        return self._folder

    def discard(self) -> None:
        """Delete all checkpoints."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder where no stage has finished."""
        if not self._holds_something():
            self.discard()

    def _holds_something(self) -> bool:
        return self._folder.is_dir() and any(
            found.name != _IDENTITY and found.suffix != ".part"
            for found in self._folder.iterdir()
        )

    def _file(self, name: str) -> Path:
        if not re.fullmatch(r"[\w.+-]+", name):
            raise ValueError(f"stage {name!r}: letters, digits and ._+- only")
        return self._folder / f"{name}.npz"

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        partial = path.with_name(path.name + ".part")
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
