"""GLIF cell models as the Allen Cell Types Database has them, in NEST's keys.

Units are SI and voltages relative to ``El_reference``; ``coeffs`` scale what was
fitted. Numbers are converted as BMTK 1.2 converts them for ``glif_psc``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.column.building.tables import TAU_SYN_MS
from bridge.sonata.glif.nest_form import finite_number

_INTEGRATION = (
    "type",
    "dt_multiplier",
    "extrapolation_method_name",
    "init_threshold",
    "th_adapt",
)
"""Keys of Allen's own integration, or of thresholds that are not constant."""

_NUMBERS = ("El_reference", "El", "C", "R_input", "th_inf", "spike_cut_length", "dt")
_CURRENTS = ("asc_amp_array", "asc_tau_array", "init_AScurrents")
_COEFFS = ("a", "b", "C", "G", "th_inf", "asc_amp_array")
_RULES = {
    "voltage_dynamics_method": ("linear_forward_euler", "linear_exact"),
    "voltage_reset_method": ("zero",),
    "threshold_dynamics_method": ("inf",),
    "threshold_reset_method": ("inf",),
    "AScurrent_dynamics_method": ("exp", "none"),
    "AScurrent_reset_method": ("sum", "none"),
}
"""Rules of GLIF1 and GLIF3; both integrations of the voltage solve one equation,
which is solved exactly here."""


def is_allen_form(content: Mapping[str, Any]) -> bool:
    """Say whether a cell model is in Allen's form rather than in NEST's."""
    return "coeffs" in content


def nest_form_of(
    content: Mapping[str, Any], after_spike_currents: bool | None
) -> dict[str, Any]:
    """Return a cell model in NEST's keys.

    Parameters
    ----------
    content
        The model in Allen's form.
    after_spike_currents
        Whether it is GLIF3 or GLIF1; ``None``: as its own
        ``AScurrent_dynamics_method`` says.

    Raises
    ------
    KeyError
        If a key is missing.
    ValueError
        If a key is unknown, a value is of the wrong kind, or the model has rules
        of GLIF2, 4 or 5.
    """
    known = (*_INTEGRATION, *_NUMBERS, *_CURRENTS, *_RULES)
    _check_keys(content, (*known, "coeffs", "init_voltage", "tau_syn"), "")
    coeffs = _object(content, "coeffs")
    _check_keys(coeffs, _COEFFS, "coeffs.")
    if content.get("type", "GLIF") != "GLIF":
        raise ValueError(f"type is {content['type']!r}, not 'GLIF'")
    if content.get("tau_syn", []) not in ([], list(TAU_SYN_MS)):
        raise ValueError("tau_syn is none of Allen's form, whose readers ignore it")
    rules = {key: _rule(content, key) for key in _RULES if key in content}
    if after_spike_currents is None:
        after_spike_currents = rules["AScurrent_dynamics_method"] == "exp"
    value = {key: finite_number(content[key], key) for key in _NUMBERS}
    scale = {key: finite_number(coeffs[key], key) for key in ("C", "G", "th_inf")}
    if content.get("init_voltage", value["El"]) != value["El"]:
        raise ValueError("init_voltage is not El, at which NEST starts")
    if value["R_input"] == 0.0:
        raise ValueError("R_input is 0")
    rest_mv = value["El_reference"] * 1e3
    e_l_mv = value["El"] * 1e3 + rest_mv
    converted = {
        "V_m": e_l_mv,
        "V_th": value["th_inf"] * scale["th_inf"] * 1e3 + rest_mv,
        "g": scale["G"] / value["R_input"] * 1e9,
        "E_L": e_l_mv,
        "C_m": value["C"] * scale["C"] * 1e12,
        "t_ref": value["spike_cut_length"] * value["dt"] * 1e3,
        "V_reset": rest_mv,
        "tau_syn": TAU_SYN_MS,
        "after_spike_currents": after_spike_currents,
    }
    if after_spike_currents:
        converted |= _currents(content, coeffs, rules)
    return converted


def _check_keys(content: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in content:
        if key not in known:
            raise ValueError(f"{where}{key} is no key of Allen's GLIF models")


def _object(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = content[key]
    if not isinstance(value, dict):
        raise ValueError(f"{key} is {str(value)[:40]!r}, not an object")
    return value


def _rule(content: Mapping[str, Any], key: str) -> str:
    rule = _object(content, key)
    name = rule["name"]
    if name not in _RULES[key]:
        raise ValueError(
            f"{key} is {name!r}, not {' or '.join(map(repr, _RULES[key]))}; only GLIF1 "
            "and GLIF3 are simulated here"
        )
    unread = set(_object(rule, "params")) if "params" in rule else set()
    if key == "AScurrent_reset_method":
        unread -= {"r"}
    if unread:
        raise ValueError(f"{key} has {min(unread)}, which GLIF1 and GLIF3 have not")
    return str(name)


def _currents(
    content: Mapping[str, Any], coeffs: Mapping[str, Any], rules: Mapping[str, str]
) -> dict[str, Any]:
    amps = _pair(content, "asc_amp_array")
    scale = _pair(coeffs, "asc_amp_array")
    tau_s = _pair(content, "asc_tau_array")
    if min(tau_s) <= 0.0:
        raise ValueError("asc_tau_array is not positive")
    if any(a * s != 0.0 for a, s in zip(amps, scale, strict=True)):
        for key, name in rules.items():
            if name == "none":
                raise ValueError(
                    f"{key} is 'none', but the model has after-spike currents; those "
                    "of nest:glif_lif_psc have none"
                )
    # Allen's own simulator heeds both of these, BMTK neither
    if "init_AScurrents" in content and any(_pair(content, "init_AScurrents")):
        raise ValueError("init_AScurrents is not 0")
    reset = content.get("AScurrent_reset_method", {}).get("params", {})
    if "r" in reset and _pair(reset, "r") != (1.0, 1.0):
        raise ValueError("after-spike currents are scaled at a spike (r is not 1)")
    return {
        "asc_amps": [a * s * 1e12 for a, s in zip(amps, scale, strict=True)],
        "asc_decay": [1e-3 / tau for tau in tau_s],
    }


def _pair(content: Mapping[str, Any], key: str) -> tuple[float, ...]:
    values = content[key]
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError(f"{key} is {str(values)[:40]!r}, not a list of 2 numbers")
    return tuple(finite_number(value, key) for value in values)
