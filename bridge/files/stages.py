"""Checkpoints of a run's stages, so that an interrupted run can continue."""

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from bridge.arrays import AnyArray
from bridge.errors import InputError, RunFolderError
from bridge.files.hashing import content_hash
from bridge.files.json_file import read_json
from bridge.files.npz_file import open_npz
from bridge.files.run.former import refuse_changed
from bridge.files.run.marker import is_digests
from bridge.files.run.places import is_real_file, is_real_folder, require_real_folder
from bridge.files.written_file import PARTIAL, make_folder, write_bytes
from bridge.version import __version__

_IDENTITY = "identity"
_CONTENT = "content hash"
_CHECKPOINTS = {".npz", ".safetensors"}
"""Endings of files that a run can continue from."""


class Stages:
    """Arrays of finished stages in a folder, valid for one run.

    Parameters
    ----------
    folder
        Where the checkpoints lie; made with the first of them.
    config
        Complete configuration (TOML) they belong to.
    inputs
        Hash of the content of each input they were made from, by name.
    """

    def __init__(
        self, folder: Path, config: str, inputs: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._run = content_hash({"config": config, "by": __version__})
        self._inputs = dict(inputs or {})

    def open(self, *, keep: bool, discard: bool) -> None:
        """Decide what happens to checkpoints that are already there.

        Parameters
        ----------
        keep
            Use them; they must be of this configuration, these inputs and this
            version.
        discard
            Delete them.

        Raises
        ------
        RunFolderError
            If there are some and neither flag is set, they are of another
            configuration or version, an input changed, or a link is among them.
        """
        require_real_folder(self._folder)
        if discard:
            self.discard()
        if not self._holds_something():
            self.discard()  # of a run that was killed before its first checkpoint
            return
        if not keep:
            raise RunFolderError(
                f"{self._folder}: an unfinished run lies here; give --resume to "
                "continue it or --overwrite to start again"
            )
        self._refuse_links()
        self._check_identity()
        for left_over in self._folder.glob(PARTIAL):
            left_over.unlink()

    def _refuse_links(self) -> None:
        for found in self._folder.rglob("*"):
            name = found.relative_to(self._folder).as_posix()
            if not (is_real_folder(found) or is_real_file(self._folder, name)):
                raise RunFolderError(
                    f"{found}: is a link or no file, and no checkpoint; give "
                    "--overwrite to start again"
                )

    def _check_identity(self) -> None:
        try:
            stored = read_json(self._folder / _IDENTITY)
        except InputError:
            stored = {}
        if stored.get("run") != self._run or not is_digests(stored.get("inputs")):
            raise RunFolderError(
                f"{self._folder}: the unfinished run has another configuration or was "
                "made by another version; give --overwrite to start again"
            )
        refuse_changed(self._folder, stored["inputs"], self._inputs)

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
                arrays = {key: stored.read(key) for key in stored.names}
        except InputError:
            return None
        stated = arrays.pop(_CONTENT, None)
        return arrays if str(stated) == content_hash(arrays) else None

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
        path = self._file(name)
        buffer = io.BytesIO()
        plain[_CONTENT] = np.array(content_hash(plain))
        np.savez(buffer, **plain)  # type: ignore[arg-type]
        write_bytes(self.folder() / path.name, buffer.getbuffer())

    def folder(self) -> Path:
        """Return the folder for files that a stage writes itself.

        They are kept and checked like the arrays; the stage sees to it that they
        are whole.
        """
        make_folder(self._folder)
        identity = {"run": self._run, "inputs": self._inputs}
        write_bytes(self._folder / _IDENTITY, json.dumps(identity).encode())
        return self._folder

    def discard(self) -> None:
        """Delete all checkpoints, at once for whoever looks."""
        # Half of them, after a kill, would be an unfinished run of nothing; the name
        # is one that the next run of this folder clears away.
        name = f"{self._folder.name.removesuffix('stages')}new-stages_{os.getpid()}"
        with suppress(OSError):
            doomed = self._folder.rename(self._folder.with_name(name))
            shutil.rmtree(doomed, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder where no stage has finished."""
        if not self._holds_something():
            self.discard()

    def _holds_something(self) -> bool:
        return self._folder.is_dir() and any(
            found.suffix in _CHECKPOINTS for found in self._folder.iterdir()
        )

    def _file(self, name: str) -> Path:
        if not re.fullmatch(r"[\w.+-]+", name):
            raise ValueError(f"stage {name!r}: letters, digits and ._+- only")
        return self._folder / f"{name}.npz"
