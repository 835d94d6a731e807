"""Parameters of NEST's ``glif_psc``: its keys, what they default to, what is read.

Keys and defaults are those of ``nest.GetDefaults("glif_psc")`` in NEST 3.10.0,
as far as ``nest.Create`` lets them be set.
"""

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.column.edges import N_RECEPTORS

READ: dict[str, Any] = {
    "V_m": -78.85,
    "V_th": -51.68,
    "g": 9.43,
    "E_L": -78.85,
    "C_m": 58.72,
    "t_ref": 3.75,
    "V_reset": -78.85,
    "asc_amps": (-9.18, -198.94),
    "asc_decay": (0.003, 0.1),
    "asc_r": (1.0, 1.0),
    "tau_syn": (2.0,),
    "spike_dependent_threshold": False,
    "after_spike_currents": False,
    "adapting_threshold": False,
}
"""What is read, with the value that NEST gives to a key that is left out."""

ONLY_DEFAULT: dict[str, Any] = {
    "ASCurrents": (0.0, 0.0),
    "frozen": False,
    "ignore_and_spike": False,
    "synaptic_elements": {},
}
"""What is refused unless it has NEST's default, which does nothing."""

WITHOUT_EFFECT = (
    # NEST sets the state from the defaults before it reads this key
    "asc_init",
    # of the rules of GLIF2, 4 and 5
    "th_spike_add",
    "th_spike_decay",
    "th_voltage_decay",
    "th_voltage_index",
    "voltage_reset_add",
    "voltage_reset_fraction",
    # of plastic synapses and structural plasticity
    "Ca",
    "beta_Ca",
    "tau_Ca",
    "tau_minus",
    "tau_minus_triplet",
    # where ignore_and_spike is off
    "ignore_and_spike_interval",
    "ignore_and_spike_offset",
)
"""What changes no spike of a cell without threshold rules and plastic synapses."""

_SCALARS = ("V_m", "V_th", "g", "E_L", "C_m", "t_ref", "V_reset")
_FLAGS = ("spike_dependent_threshold", "after_spike_currents", "adapting_threshold")
_MODELS = {
    (False, False, False): "GLIF1",
    (True, False, False): "GLIF2",
    (False, True, False): "GLIF3",
    (True, True, False): "GLIF4",
    (True, True, True): "GLIF5",
}


@dataclass(frozen=True)
class GlifParameters:
    """Parameters of one cell model, named as in :class:`CellModels`."""

    c_m_pf: float
    g_ns: float
    e_l_mv: float
    v_th_mv: float
    v_reset_mv: float
    t_ref_ms: float
    asc_amps_pa: tuple[float, ...]
    asc_decay_per_ms: tuple[float, ...]
    tau_syn_ms: tuple[float, ...]
    asc_r: tuple[float, ...]
    v_m_mv: float
    n_ports: int


def glif_parameters(content: Mapping[str, Any]) -> GlifParameters:
    """Return the parameters that NEST would simulate with.

    Parameters
    ----------
    content
        Values by NEST's keys; what is left out has NEST's default.

    Raises
    ------
    ValueError
        If a key is none of ``glif_psc``'s, a value is of the wrong kind, or the
        model is one that is not simulated here.
    """
    for key, value in content.items():
        if key in ONLY_DEFAULT:
            usual = ONLY_DEFAULT[key]
            if (tuple(value) if isinstance(value, list) else value) != usual:
                raise ValueError(f"{key} is {value!r}, which is not simulated here")
        elif key not in READ and key not in WITHOUT_EFFECT:
            raise ValueError(f"{key} is no parameter of NEST's glif_psc")
    values = {**READ, **content}
    has_currents = _model(values) == "GLIF3"
    amps, decay, r = (_numbers(values, k) for k in ("asc_amps", "asc_decay", "asc_r"))
    if not has_currents:  # NEST neither uses nor checks them
        amps, r = (0.0, 0.0), READ["asc_r"]
        is_usable = len(decay) == 2 and min(decay) > 0.0
        decay = decay if is_usable else READ["asc_decay"]
    for key, pair in (("asc_amps", amps), ("asc_decay", decay), ("asc_r", r)):
        if len(pair) != 2:
            raise ValueError(f"{key} has {len(pair)} values, not 2")
    number = {key: finite_number(values[key], key) for key in _SCALARS}
    tau_syn = _numbers(values, "tau_syn")
    if not 1 <= len(tau_syn) <= N_RECEPTORS:
        raise ValueError(f"tau_syn has {len(tau_syn)} values, not 1 to {N_RECEPTORS}")
    # stands for receptors that no synapse may use, and leaves a mean over them alone
    rest = (sum(tau_syn) / len(tau_syn),) * (N_RECEPTORS - len(tau_syn))
    return GlifParameters(
        c_m_pf=number["C_m"],
        g_ns=number["g"],
        e_l_mv=number["E_L"],
        v_th_mv=number["V_th"],
        v_reset_mv=number["V_reset"],
        t_ref_ms=number["t_ref"],
        asc_amps_pa=amps,
        asc_decay_per_ms=decay,
        tau_syn_ms=(*tau_syn, *rest),
        asc_r=r,
        v_m_mv=number["V_m"],
        n_ports=len(tau_syn),
    )


def _model(values: Mapping[str, Any]) -> str:
    for key in _FLAGS:
        if not isinstance(values[key], bool):
            raise ValueError(f"{key} is {values[key]!r}, not true or false")
    model = _MODELS.get(tuple(values[key] for key in _FLAGS))
    if model is None:
        on = " and ".join(key for key in _FLAGS if values[key])
        raise ValueError(f"NEST has no glif_psc with {on} alone")
    if model not in ("GLIF1", "GLIF3"):
        raise ValueError(
            f"{model} (spike_dependent_threshold is on), only GLIF1 and GLIF3, whose "
            "threshold is constant, are simulated here"
        )
    return model


def _numbers(values: Mapping[str, Any], key: str) -> tuple[float, ...]:
    if not isinstance(values[key], list | tuple):
        raise ValueError(f"{key} is {values[key]!r}, not a list of numbers")
    return tuple(finite_number(value, key) for value in values[key])


def finite_number(value: Any, key: str) -> float:
    """Return a value as a float.

    Parameters
    ----------
    value
        What JSON made of it.
    key
        Its name, for the message.

    Raises
    ------
    ValueError
        If it is no finite number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number of 400 digits
            if math.isfinite(value):
                return float(value)
    raise ValueError(f"{key} is {str(value)[:40]!r}, not a finite number")
