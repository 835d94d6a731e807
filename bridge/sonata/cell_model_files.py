"""Cell models as JSON: NEST ``glif_psc`` parameters and Allen Cell Types files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.column.building.tables import TAU_SYN_MS
from bridge.column.cell_models import CellModels
from bridge.errors import InputError
from bridge.files.json_file import read_json, write_json


@dataclass(frozen=True)
class GlifParameters:
    """GLIF3 parameters of one cell model, named as in :class:`CellModels`."""

    c_m_pf: float
    g_ns: float
    e_l_mv: float
    v_th_mv: float
    v_reset_mv: float
    t_ref_ms: float
    asc_amps_pa: tuple[float, ...]
    asc_decay_per_ms: tuple[float, ...]
    tau_syn_ms: tuple[float, ...]


def nest_parameters(models: CellModels, row: int) -> dict[str, Any]:
    """Return one model in the form that NEST's ``glif_psc`` takes."""
    return {
        "V_m": float(models.e_l_mv[row]),
        "V_th": float(models.v_th_mv[row]),
        "g": float(models.g_ns[row]),
        "E_L": float(models.e_l_mv[row]),
        "C_m": float(models.c_m_pf[row]),
        "t_ref": float(models.t_ref_ms[row]),
        "V_reset": float(models.v_reset_mv[row]),
        "asc_init": [0.0, 0.0],
        "asc_decay": models.asc_decay_per_ms[row].tolist(),
        "asc_amps": models.asc_amps_pa[row].tolist(),
        "tau_syn": models.tau_syn_ms[row].tolist(),
        "spike_dependent_threshold": False,
        "after_spike_currents": True,
        "adapting_threshold": False,
    }


def write_cell_model(path: Path, models: CellModels, row: int) -> None:
    """Write one model as the file of its cell type."""
    write_json(path, nest_parameters(models, row))


def read_cell_model(path: Path) -> GlifParameters:
    """Read one model from NEST's or the Allen Cell Types Database's form.

    Raises
    ------
    InputError
        If a key is missing or of the wrong kind, or the model has what GLIF3
        has not (an adapting threshold, a voltage-dependent reset).
    """
    content = read_json(path)
    try:
        if "coeffs" in content:
            return _from_cell_types(content)
        return _from_nest(content)
    except KeyError as error:
        raise InputError(f"{path}: no {error.args[0]}") from None
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{path}: {error}") from None


def _from_nest(content: Mapping[str, Any]) -> GlifParameters:
    for flag in ("spike_dependent_threshold", "adapting_threshold"):
        if content.get(flag, False):
            raise ValueError(f"{flag} is on, this model has a constant threshold")
    amps = _pair(content, "asc_amps") if content.get("asc_amps") else (0.0, 0.0)
    decay = _pair(content, "asc_decay") if content.get("asc_decay") else (0.003, 0.1)
    if not content.get("after_spike_currents", True):
        amps = (0.0, 0.0)
    tau_syn = tuple(float(v) for v in content.get("tau_syn", TAU_SYN_MS))
    if len(tau_syn) != len(TAU_SYN_MS):
        raise ValueError(f"tau_syn has {len(tau_syn)} values, not {len(TAU_SYN_MS)}")
    return GlifParameters(
        c_m_pf=float(content["C_m"]),
        g_ns=float(content["g"]),
        e_l_mv=float(content["E_L"]),
        v_th_mv=float(content["V_th"]),
        v_reset_mv=float(content["V_reset"]),
        t_ref_ms=float(content["t_ref"]),
        asc_amps_pa=amps,
        asc_decay_per_ms=decay,
        tau_syn_ms=tau_syn,
    )


def _from_cell_types(content: Mapping[str, Any]) -> GlifParameters:
    """Convert from SI units relative to rest, as BMTK does for ``glif_psc``."""
    rules = {
        "threshold_dynamics_method": "inf",
        "voltage_reset_method": "zero",
    }
    for key, wanted in rules.items():
        if content[key]["name"] != wanted:
            raise ValueError(f"{key} is {content[key]['name']!r}, not {wanted!r}")
    ratio = content["AScurrent_reset_method"]["params"].get("r", [1.0, 1.0])
    if any(float(r) != 1.0 for r in ratio):
        raise ValueError("after-spike currents are scaled at a spike (r is not 1)")
    coeffs = content["coeffs"]
    rest_mv = float(content["El_reference"]) * 1e3
    amps = _pair(content, "asc_amp_array")
    scale = _pair(coeffs, "asc_amp_array")
    tau_s = _pair(content, "asc_tau_array")
    return GlifParameters(
        c_m_pf=float(content["C"]) * float(coeffs["C"]) * 1e12,
        g_ns=float(coeffs["G"]) / float(content["R_input"]) * 1e9,
        e_l_mv=float(content["El"]) * 1e3 + rest_mv,
        v_th_mv=float(content["th_inf"]) * float(coeffs["th_inf"]) * 1e3 + rest_mv,
        v_reset_mv=rest_mv,
        t_ref_ms=float(content["spike_cut_length"]) * float(content["dt"]) * 1e3,
        asc_amps_pa=tuple(a * s * 1e12 for a, s in zip(amps, scale, strict=True)),
        asc_decay_per_ms=tuple(1e-3 / tau for tau in tau_s),
        tau_syn_ms=TAU_SYN_MS,
    )


def _pair(content: Mapping[str, Any], key: str) -> tuple[float, ...]:
    values = tuple(float(v) for v in content[key])
    if len(values) != 2:
        raise ValueError(f"{key} has {len(values)} values, not 2")
    return values
