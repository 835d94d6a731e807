"""Cell models as files: NEST ``glif_psc`` parameters and Allen Cell Types files."""

from pathlib import Path
from typing import Any

import numpy as np

from bridge.column.building.models_of_table import models_of_table
from bridge.column.building.tables import cell_table
from bridge.column.cell_models import CellModels
from bridge.errors import InputError
from bridge.files.json_file import read_json, write_json
from bridge.sonata.glif.allen_form import is_allen_form, nest_form_of
from bridge.sonata.glif.templates import GLIF_PSC, after_spike_currents


def nest_parameters(models: CellModels, row: int) -> dict[str, Any]:
    """Return one model in the form that NEST's ``glif_psc`` takes."""
    parameters = {
        "V_m": float(models.v_m_mv[row]),
        "V_th": float(models.v_th_mv[row]),
        "g": float(models.g_ns[row]),
        "E_L": float(models.e_l_mv[row]),
        "C_m": float(models.c_m_pf[row]),
        "t_ref": float(models.t_ref_ms[row]),
        "V_reset": float(models.v_reset_mv[row]),
        "asc_init": [0.0, 0.0],
        "asc_decay": models.asc_decay_per_ms[row].tolist(),
        "asc_amps": models.asc_amps_pa[row].tolist(),
        "tau_syn": models.tau_syn_ms[row, : models.n_ports[row]].tolist(),
        "spike_dependent_threshold": False,
        "after_spike_currents": True,
        "adapting_threshold": False,
    }
    if (models.asc_r[row] != 1.0).any():
        parameters["asc_r"] = models.asc_r[row].tolist()
    return parameters


def write_cell_model(path: Path, models: CellModels, row: int) -> None:
    """Write one model as the file of its cell type."""
    write_json(path, nest_parameters(models, row))


def read_cell_model(path: Path, template: str = GLIF_PSC) -> dict[str, Any]:
    """Read one model in NEST's keys from NEST's or the Allen Cell Types form.

    Parameters
    ----------
    path
        The file.
    template
        The ``model_template`` of its cells.

    Returns
    -------
    dict
        What :func:`bridge.sonata.glif.nest_form.glif_parameters` takes.

    Raises
    ------
    InputError
        If the file cannot be read, a key of Allen's form is missing, unknown or of
        the wrong kind, or the file is not in the form that the template takes.
    """
    content = read_json(path)
    try:
        currents = after_spike_currents(template)
        if is_allen_form(content):
            return nest_form_of(content, currents)
    except KeyError as error:
        raise InputError(f"{path}: no {error.args[0]}") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    if currents is not None:
        raise InputError(
            f"{path}: no coeffs; {template} takes the Allen Institute's form, "
            f"{GLIF_PSC} takes NEST's"
        )
    return content


def published_cell_model(number: int, template: str) -> dict[str, Any] | None:
    """Return one of the 111 published models in NEST's keys, or None.

    Parameters
    ----------
    number
        Its number at the Allen Institute.
    template
        The ``model_template`` of its cells, one that can be read.
    """
    found = np.flatnonzero(cell_table().node_type_id == number)
    if found.size == 0:
        return None
    currents = after_spike_currents(template) is not False
    return nest_parameters(models_of_table(found[:1]), 0) | {
        "after_spike_currents": currents
    }
