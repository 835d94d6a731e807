"""Files of cell models: what is refused, and by which name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import InputError
from bridge.sonata.cell_model_files import published_cell_model, read_cell_model
from bridge.sonata.glif.nest_form import GlifParameters, glif_parameters
from bridge.sonata.glif.templates import after_spike_currents

ALLEN: dict[str, Any] = {
    "type": "GLIF",
    "El_reference": -0.07,
    "El": 0.0,
    "C": 8.0e-11,
    "R_input": 2.0e8,
    "th_inf": 0.02,
    "init_voltage": 0.0,
    "init_AScurrents": [0.0, 0.0],
    "spike_cut_length": 60,
    "dt": 5e-05,
    "asc_amp_array": [-1.0e-11, -6.0e-11],
    "asc_tau_array": [0.25, 0.01],
    "coeffs": {"C": 0.5, "G": 2, "th_inf": 1.25, "asc_amp_array": [1.0, 2.0]},
    "voltage_reset_method": {"name": "zero", "params": {}},
    "threshold_dynamics_method": {"name": "inf", "params": {}},
    "AScurrent_dynamics_method": {"name": "exp", "params": {}},
    "AScurrent_reset_method": {"name": "sum", "params": {"r": [1.0, 1.0]}},
}


def allen(**changes: Any) -> dict[str, Any]:
    return {**ALLEN, **changes}


def rule(name: str, **params: Any) -> dict[str, Any]:
    return {"name": name, "params": params}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., GlifParameters]:
    def read(content: object, template: str = "nest:glif_psc") -> GlifParameters:
        path = tmp_path / "cell.json"
        path.write_text(json.dumps(content))
        return glif_parameters(read_cell_model(path, template))

    return read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"I_e": 200.0}, "I_e is no parameter of NEST's glif_psc"),
        ({"model": "glif_psc"}, "model is no parameter"),
        ({"spike_dependent_threshold": True}, "GLIF2"),
        (
            {"spike_dependent_threshold": True, "after_spike_currents": True},
            "GLIF4",
        ),
        (
            {
                "spike_dependent_threshold": True,
                "after_spike_currents": True,
                "adapting_threshold": True,
            },
            "GLIF5",
        ),
        ({"adapting_threshold": True}, "NEST has no glif_psc with adapting_threshold"),
        ({"after_spike_currents": 1}, "after_spike_currents is 1, not true or false"),
        ({"ASCurrents": [-5.0, 0.0]}, "ASCurrents"),
        ({"frozen": True}, "frozen is True"),
        ({"ignore_and_spike": True}, "ignore_and_spike is True"),
        ({"tau_syn": []}, "tau_syn has 0 values"),
        ({"tau_syn": 5.5}, "tau_syn is 5.5, not a list"),
        ({"tau_syn": [5.5, "8.5"]}, "tau_syn is '8.5', not a finite number"),
        (
            {"asc_amps": [1.0], "after_spike_currents": True},
            "asc_amps has 1 values, not 2",
        ),
        (
            {"asc_r": [1.0, 1.0, 1.0], "after_spike_currents": True},
            "asc_r has 3 values, not 2",
        ),
        ({"C_m": True}, "C_m is 'True', not a finite number"),
    ],
)
def test_a_key_of_nest_is_refused_by_name(content, message, read) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        read(content)


def test_allens_form_is_converted(read: Callable[..., GlifParameters]) -> None:
    found = read(ALLEN, "nest:glif_lif_asc_psc")
    assert found.c_m_pf == pytest.approx(40.0)
    assert found.g_ns == pytest.approx(10.0)
    assert found.e_l_mv == found.v_reset_mv == found.v_m_mv == -70.0
    assert found.v_th_mv == pytest.approx(-45.0)
    assert found.t_ref_ms == pytest.approx(3.0)
    assert found.asc_amps_pa == pytest.approx((-10.0, -120.0))
    assert found.asc_decay_per_ms == pytest.approx((0.004, 0.1))
    assert read(ALLEN) == found
    glif1 = read(ALLEN, "nest:glif_lif_psc")
    assert glif1.asc_amps_pa == (0.0, 0.0)
    assert read(allen(AScurrent_dynamics_method=rule("none"))) == glif1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (allen(tilt=1.0), "tilt is no key"),
        (allen(coeffs={**ALLEN["coeffs"], "x": 1.0}), r"coeffs\.x is no key"),
        (allen(coeffs=3), "coeffs is '3', not an object"),
        (allen(type="LIF"), "type is 'LIF'"),
        (allen(tau_syn=[1.0]), "tau_syn"),
        (allen(C="1e-11"), "C is '1e-11', not a finite number"),
        (allen(R_input=0.0), "R_input is 0"),
        (allen(init_voltage=0.01), "init_voltage is not El"),
        (allen(init_AScurrents=[0.0, 1e-12]), "init_AScurrents is not 0"),
        (allen(asc_tau_array=[0.0, 1.0]), "asc_tau_array is not positive"),
        (allen(asc_amp_array=[1.0]), "asc_amp_array is .*, not a list of 2"),
        (
            allen(AScurrent_reset_method=rule("sum", r=[0.5, 1.0])),
            "r is not 1",
        ),
        (
            allen(AScurrent_reset_method=rule("none")),
            "AScurrent_reset_method is 'none', but",
        ),
        (
            allen(threshold_dynamics_method=rule("three_components_exact")),
            "threshold_dynamics_method is 'three_components_exact'",
        ),
        (
            allen(voltage_reset_method=rule("v_before", a=0.2, b=0.01)),
            "voltage_reset_method is 'v_before'",
        ),
        (
            allen(voltage_dynamics_method=rule("quadratic_i_of_v")),
            "voltage_dynamics_method is",
        ),
        (
            allen(threshold_dynamics_method=rule("inf", a_spike=1.0)),
            "threshold_dynamics_method has a_spike",
        ),
        (allen(AScurrent_dynamics_method="exp"), "not an object"),
        (
            {k: v for k, v in ALLEN.items() if k != "AScurrent_dynamics_method"},
            "no AScurrent_dynamics_method",
        ),
        ({k: v for k, v in ALLEN.items() if k != "C"}, "no C"),
    ],
)
def test_a_key_of_allens_form_is_refused_by_name(content, message, read) -> None:
    with pytest.raises(InputError, match=rf"cell\.json: .*{message}"):
        read(content)


def test_a_template_takes_its_own_form(read: Callable[..., GlifParameters]) -> None:
    with pytest.raises(InputError, match="takes the Allen Institute's form"):
        read({"C_m": 80.0}, "nest:glif_lif_psc")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (None, "has no model_template"),
        ("nest:glif_cond", "is a nest:glif_cond"),
        ("nest:glif_psc_double_alpha", "is a nest:glif_psc_double_alpha"),
        ("nest:glif_lif_r_psc", "GLIF2"),
        ("nest:glif_lif_r_asc_psc", "GLIF4"),
        ("nest:glif_lif_r_asc_a_psc", "GLIF5"),
        ("nest:glif_lif_psc_bix", "is a nest:glif_lif_psc_bix"),
        ("glif_psc", "is a glif_psc"),
        ("nest:GLIF_psc", "is a nest:GLIF_psc"),
    ],
)
def test_another_template_is_refused_by_name(template, message) -> None:
    with pytest.raises(ValueError, match=message):
        after_spike_currents(template)


def test_a_published_model_follows_its_template() -> None:
    glif3 = published_cell_model(313862167, "nest:glif_psc")
    glif1 = published_cell_model(313862167, "nest:glif_lif_psc")
    assert glif3 is not None
    assert glif1 is not None
    assert any(glif_parameters(glif3).asc_amps_pa)
    assert glif_parameters(glif1).asc_amps_pa == (0.0, 0.0)
    assert published_cell_model(1, "nest:glif_psc") is None


def test_after_spike_currents_that_are_off_may_have_any_length(
    read: Callable[..., GlifParameters],
) -> None:
    """NEST creates such a cell, and never looks at them."""
    off = read({"asc_amps": [], "asc_decay": [], "asc_r": [1.0]})
    assert off == read({})
    with pytest.raises(ValueError, match="asc_amps has 0 values, not 2"):
        read({"asc_amps": [], "after_spike_currents": True})
