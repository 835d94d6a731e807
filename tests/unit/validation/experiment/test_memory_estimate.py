"""The estimates of memory: what works today is let through, what cannot be is not."""

from types import SimpleNamespace
from typing import Any

import pytest

from bridge.errors import InputError
from bridge.machine import memory as machine
from ratemodel.training.config import TrainingConfig
from validation.config.column import BuiltColumn, FileColumn
from validation.config.validate import ValidateConfig, parse_config
from validation.experiment import memory
from validation.experiment.column import load_column
from validation.experiment.memory import (
    require_memory_of_simulation,
    require_memory_of_training,
    require_memory_of_validation,
)

GIB = 2**30


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the free memory, GiB, of a machine with two cores."""
    monkeypatch.setattr(memory, "available_cores", lambda: 2)

    def set_free(gib: float) -> None:
        monkeypatch.setattr(machine, "available_memory", lambda: int(gib * GIB))

    return set_free


def simulation(size: int | str, **changes: Any) -> None:
    settings = {
        "n_trials": 10,
        "duration_ms": 2500.0,
        "bin_ms": 10.0,
        "record_spikes": False,
    }
    require_memory_of_simulation(BuiltColumn(size=size), None, **(settings | changes))


def validation(size: int | str, **spiking: int) -> ValidateConfig:
    return parse_config({"column": {"size": size}, "spiking": spiking}, "test")


# Peaks of all processes together, measured with /proc/PID/smaps_rollup and VmHWM.
MEASURED = [
    (300, {"n_trials": 400, "duration_ms": 1000.0}, 146),
    (300, {"n_trials": 2, "duration_ms": 60_000.0}, 859),
    ("3k", {"n_trials": 4, "duration_ms": 1000.0}, 224),
    (
        "3k",
        {"n_trials": 4, "duration_ms": 10_000.0, "record_spikes": True},
        395,
    ),
]


@pytest.mark.parametrize(("size", "settings", "peak_mib"), MEASURED)
def test_a_simulation_is_estimated_within_a_factor_of_two(
    free: Any, size: int | str, settings: dict[str, Any], peak_mib: int
) -> None:
    free(2.0 * peak_mib / 1024)
    simulation(size, **settings)
    free(0.5 * peak_mib / 1024)
    with pytest.raises(InputError, match="needs about"):
        simulation(size, **settings)


def test_a_validation_is_estimated_within_a_factor_of_two(free: Any) -> None:
    config = parse_config(
        {
            "column": {"size": 300},
            "spiking": {"trials_per_seed": 4},
            "rate": {"variants": ["low_pass", "instantaneous"], "forms": ["extended"]},
            "protocol": {"duration_ms": 1500.0, "n_directions": 2},
        },
        "test",
    )
    peak_mib = 1392
    free(2.0 * peak_mib / 1024)
    require_memory_of_validation(config, None)
    free(0.5 * peak_mib / 1024)
    with pytest.raises(InputError, match="needs about"):
        require_memory_of_validation(config, None)


@pytest.mark.parametrize("size", ["3k", "6k"])
def test_what_is_usual_fits_a_laptop(free: Any, size: str) -> None:
    free(6.0)
    simulation(size, n_trials=500)
    require_memory_of_validation(validation(size), None)


@pytest.mark.parametrize(
    ("rate", "n_models"),
    [
        ({"dt_ms": 1.0, "with_sampled": False}, 1),
        ({"dt_ms": [1.0, 5.0], "with_sampled": False}, 2),
        ({"dt_ms": 1.0, "with_sampled": True}, 2),
        ({"dt_ms": [1.0, 5.0], "with_sampled": True}, 4),
        ({"dt_ms": [1.0, 5.0], "with_sampled": True, "forms": ["extended"]}, 2),
    ],
)
def test_every_rate_model_has_a_worker_where_there_are_cores(
    free: Any, monkeypatch: pytest.MonkeyPatch, rate: Any, n_models: int
) -> None:
    """Forms, steps and a drawn tau_r multiply; more cores than models are idle."""
    rate = {"variants": ["low_pass"], "forms": ["plain"], **rate}
    free(1000.0)
    monkeypatch.setattr(memory, "_spiking_bytes", lambda *_, **__: 0)
    needed: list[int] = []
    monkeypatch.setattr(memory, "_require", lambda need, *_: needed.append(need))
    for n in (1, n_models, 64):
        monkeypatch.setattr(memory, "available_cores", lambda n=n: n)
        config = parse_config({"column": {"size": 300}, "rate": rate}, "test")
        require_memory_of_validation(config, None)
    one, every, more = (need - memory._WITH_TORCH for need in needed)
    assert every == n_models * one == more


def test_what_cannot_be_is_refused_with_what_to_lower(free: Any) -> None:
    free(16.0)
    with pytest.raises(InputError, match=r"100,000 trials .* lower --size, --trials"):
        simulation("3k", n_trials=100_000)
    with pytest.raises(InputError, match=r"230,924 cells .* lower column\.size"):
        require_memory_of_validation(validation(230_924), None)
    config = validation(300, trials_per_seed=100_000)
    with pytest.raises(
        InputError, match=r"2 x 100,000 trials .*spiking.trials_per_seed"
    ):
        require_memory_of_validation(config, None)


@pytest.mark.parametrize(
    ("n_cells", "n_edges", "batch", "peak_mib"),
    [(300, 11_900, 8, 954), (3000, 465_000, 8, 1052), (3000, 465_000, 64, 1172)],
)
def test_a_training_is_estimated_within_a_factor_of_two(
    free: Any, n_cells: int, n_edges: int, batch: int, peak_mib: int
) -> None:
    parameters: Any = SimpleNamespace(
        n_cells=n_cells,
        recurrent=SimpleNamespace(n_edges=n_edges),
        lgn_edges=SimpleNamespace(n_edges=0),
    )
    config = TrainingConfig(batch=batch)
    free(2.0 * peak_mib / 1024)
    require_memory_of_training(parameters, config, 40, 1, has_membrane=False)
    with pytest.raises(InputError, match=r"needs about .* training\.batch"):
        require_memory_of_training(
            parameters, TrainingConfig(batch=100_000), 40, 1, has_membrane=False
        )
    free(0.5 * peak_mib / 1024)
    with pytest.raises(InputError, match="needs about"):
        require_memory_of_training(parameters, config, 40, 1, has_membrane=False)


def test_a_column_is_not_built_beyond_the_memory(free: Any) -> None:
    free(4.0)
    with pytest.raises(InputError, match="building a column of 230,924 cells needs"):
        load_column(BuiltColumn(size=230_924))


def test_what_takes_a_lot_says_so(
    free: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    free(6.0)
    simulation("3k")
    assert capsys.readouterr().err == ""
    simulation(60_000)
    said = capsys.readouterr().err
    assert "needs about 3.0 GiB of memory, 6.0 GiB are free" in said


def test_a_column_of_files_is_looked_at_once_it_is_read(
    free: Any, column_3k: Any
) -> None:
    free(0.1)
    settings = {
        "n_trials": 10,
        "duration_ms": 2500.0,
        "bin_ms": 10.0,
        "record_spikes": False,
    }
    config = FileColumn(path="somewhere")
    require_memory_of_simulation(config, None, **settings)
    with pytest.raises(InputError, match="simulating 3,000 cells"):
        require_memory_of_simulation(config, column_3k, **settings)
