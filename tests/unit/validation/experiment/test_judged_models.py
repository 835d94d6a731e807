"""Which rate models a validation judges: steps, tau_r, names."""

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.files.stages import Stages
from bridge.progress import SilentProgress
from bridge.reduction.reduce import reduce_column
from bridge.reduction.time_constants import sample_tau_r_ms
from bridge.reduction.transfer.points import theoretical_data
from validation.config.validate import parse_config
from validation.experiment.experiment import Experiment
from validation.experiment.tau_r.fit import TauRFit


@pytest.fixture(scope="module")
def column():
    return build_column(60, 1)


@pytest.fixture(scope="module")
def parameters(column):
    return reduce_column(column, theoretical_data(column, "noise_free")).parameters


@pytest.fixture
def judged(column, parameters, tmp_path, monkeypatch):
    """Return the models of a section ``rate``, fits made up."""
    seen = []

    def fits(_, calls, **__):
        seen.extend(call["model"] for call in calls)
        assert all(not call["by_population"] for call in calls)
        return [
            TauRFit(0.1, "lower", 0.0)
            if call["model"].form == "plain"
            else TauRFit(2.0, None, 0.0)
            for call in calls
        ]

    module = "validation.experiment.experiment"
    monkeypatch.setattr(f"{module}.map_in_processes", fits)
    monkeypatch.setattr(Experiment, "calibration_counts", lambda _: None)

    def models(**rate):
        config = parse_config({"column": {"size": 60}, "rate": rate}, "x")
        stages, progress = Stages(tmp_path / "stages", "x"), SilentProgress()
        experiment = Experiment.of(column, config, stages, progress)
        found, notes = experiment.models(parameters)
        return {model.name: model for model in found}, notes, seen

    return models


def test_every_model_at_every_step_with_the_tau_r_of_the_finest(judged):
    variants, forms = ["instantaneous", "low_pass"], ["plain", "extended"]
    found, notes, fitted = judged(variants=variants, forms=forms, dt_ms=[5, 0.5, 2])
    assert set(found) == {
        f"{name}_{step}ms"
        for name in (
            *("instantaneous", "instantaneous_extended"),
            *("low_pass", "low_pass_extended", "low_pass_sampled"),
        )
        for step in ("0.5", "2", "5")
    }
    assert [(m.name, m.dt_ms) for m in fitted] == [
        ("low_pass", 0.5),
        ("low_pass_extended", 0.5),
    ]
    for step in (0.5, 2.0, 5.0):
        assert found[f"low_pass_{step:g}ms"].tau_r_ms == 0.1
        assert found[f"low_pass_extended_{step:g}ms"].tau_r_ms == 2.0
        assert found[f"low_pass_extended_{step:g}ms"].dt_ms == step
    said, note = notes
    assert "found at the finest step, 0.5 ms" in said
    assert note.startswith("low_pass: the fit of tau_r ends on the lower edge")


def test_one_step_is_not_in_the_names(judged):
    found, _, _ = judged(variants=["low_pass"], forms=["plain"], dt_ms=2.0)
    assert {name: m.dt_ms for name, m in found.items()} == {
        "low_pass": 2.0,
        "low_pass_sampled": 2.0,
    }


def test_sampled_is_drawn_from_tau_s_cell_by_cell(judged, parameters):
    found, _, _ = judged(variants=["low_pass", "equilibrium"], dt_ms=1.0)
    drawn = sample_tau_r_ms(parameters.tau_s_ms, 1000)  # reduction.seed
    for variant in ("low_pass", "equilibrium"):
        model = found[f"{variant}_sampled"]
        np.testing.assert_array_equal(model.tau_r_ms, drawn)
        assert model.tau_r_draw.seed == 1000
        assert f"{variant}_extended_sampled" not in found
    without, _, _ = judged(variants=["low_pass"], dt_ms=1.0, with_sampled=False)
    assert "low_pass_sampled" not in without


def test_tau_r_that_is_given_is_not_fitted(judged):
    by_population = [float(k) for k in range(1, 18)]
    found, notes, fitted = judged(variants=["low_pass"], tau_r_ms=by_population)
    assert found["low_pass_extended_5ms"].tau_r_ms == tuple(by_population)
    found, _, fitted = judged(
        variants=["low_pass", "instantaneous"], tau_r_ms="sampled", dt_ms=1.0
    )
    assert set(found) == {
        *("instantaneous", "instantaneous_extended", "instantaneous_membrane"),
        *("low_pass_sampled", "low_pass_extended_sampled"),
        "low_pass_membrane_sampled",
    }
    assert fitted == []
    assert notes == ()
