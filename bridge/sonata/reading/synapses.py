"""Synapse models of edge types: which receptor port a spike arrives at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.column.edges import N_RECEPTORS
from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known import STATIC_SYNAPSES, SYNAPSE_FILE
from bridge.sonata.reading.records import EdgeRecords

RECEPTOR_FILES = ("e2e.json", "i2e.json", "e2i.json", "i2i.json")
"""Synapse-model files of the receptor ports 0..3 (NEST counts them from 1)."""


@dataclass(frozen=True)
class Receptors:
    """Receptor ports of edges.

    Attributes
    ----------
    port
        Port 0..3 of each edge, ``(n_edges,)``.
    stood_in
        Synapse models without a file, whose port is that of their published name.
    """

    port: NDArray[np.int8]
    stood_in: tuple[str, ...]


def read_receptors(records: EdgeRecords, folders: Sequence[Path]) -> Receptors:
    """Read the synapse models that edges name.

    Parameters
    ----------
    records
        The edges.
    folders
        Where the files are. Only where there is none, the four names of the released
        network stand for themselves.

    Raises
    ------
    InputError
        If an edge has no synapse model, it is not static, its file is missing, or
        holds what cannot be honoured.
    """
    templates, _ = records.texts("model_template")
    for template in templates:
        if template is not None and template not in STATIC_SYNAPSES:
            raise InputError(
                f"{records.types.path}: edges of {records.name} have synapses of "
                f"model_template {template}; only {STATIC_SYNAPSES[0]} can be simulated"
            )
    names, place = records.texts("dynamics_params")
    ports = []
    stood_in = []
    for number, name in enumerate(names):
        if name is None:
            row = int(np.argmax(place == number))
            raise InputError(
                f"{records.types.path}: edge type {records.type_id[row]} has no "
                "dynamics_params, so no receptor"
            )
        file = next((f / name for f in folders if (f / name).is_file()), None)
        if file is not None:
            ports.append(_port(file))
        elif not folders and name in RECEPTOR_FILES:
            ports.append(RECEPTOR_FILES.index(name))
            stood_in.append(name)
        else:
            raise _missing(name, records.types.path, folders)
    port = np.array(ports, dtype=np.int8)[place]
    return Receptors(port, tuple(stood_in))


def _port(file: Path) -> int:
    content = read_json(file)
    check_names(content, SYNAPSE_FILE, str(file))
    port = content.get("receptor_type")
    if type(port) is not int or not 1 <= port <= N_RECEPTORS:
        raise InputError(f"{file}: receptor_type is {port!r}, not 1..{N_RECEPTORS}")
    return port - 1


def _missing(name: str, table: Path, folders: Sequence[Path]) -> InputError:
    if not folders:
        return InputError(
            f"{table}: synapse model {name} is not in the components; give their folder"
        )
    return InputError(f"{folders[0] / name}: no such synapse model, named in {table}")
