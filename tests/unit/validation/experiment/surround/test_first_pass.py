"""The rates of a surround that responds come from a first pass."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.building.tables import population_table
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.stages import Stages
from bridge.progress import SilentProgress
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel
from validation.config.sections import SpikingConfig
from validation.config.validate import parse_config
from validation.experiment.experiment import Experiment
from validation.experiment.sets.noise_seed import noise_seed
from validation.experiment.surround import first_pass
from validation.experiment.surround.first_pass import N_TRIALS, with_surround_rates
from validation.runs.charge import charge_facts

SPIKING = SpikingConfig(device="numpy", dt_ms=1.0)


@pytest.fixture(scope="module")
def column():
    return build_column(60, 1)


@pytest.fixture(scope="module")
def stimuli(column):
    shape = (100, column.lgn.n_cells)
    return tuple(
        Stimulus(f"{hz} Hz", 1.0, np.full(shape, hz), onset_ms=(50.0,))
        for hz in (20.0, 60.0)
    )


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    return Stages(tmp_path_factory.mktemp("stages") / "stages", "config")


def rated(column, stimuli, stages, name="test"):
    return with_surround_rates(
        column,
        stimuli,
        SPIKING,
        name=name,
        bin_ms=10.0,
        stages=stages,
        progress=SilentProgress(),
    )


def test_rates_are_those_of_the_populations_in_the_first_pass(column, stimuli, stages):
    found = rated(column, stimuli, stages)
    model = SpikingModel(column, dt_ms=1.0, device="numpy")
    trials = N_TRIALS // 2
    runs = [
        model.run(
            stimuli,
            n_trials=trials,
            seed=noise_seed(seed, "surround test"),
            drop_ms=0.0,
            record_spikes=True,
        )
        for seed in SPIKING.seeds
    ]
    for index, stimulus in enumerate(found):
        assert stimulus.name == stimuli[index].name
        assert stimulus.onset_ms == (50.0,)
        assert stimulus.surround_hz.shape == (100, 17)
        for number, population in enumerate(POPULATIONS):
            cells = column.cells_of(population)
            if not cells.size:
                wanted = population_table().reference_rate_hz[number]
                np.testing.assert_allclose(stimulus.surround_hz[:, number], wanted)
                continue
            # spike by spike: those in (0, 10] ms are the first ten samples
            times = np.concatenate(
                [
                    s.times_ms[np.isin(s.ids, cells)]
                    for run in runs
                    for s in run.spikes
                    if s.stimulus == index
                ]
            )
            counts, _ = np.histogram(times - 1e-6, np.arange(0.0, 101.0, 10.0))
            wanted = counts / (cells.size * 2 * trials * 0.01)
            np.testing.assert_allclose(
                stimulus.surround_hz[:, number], np.repeat(wanted, 10), atol=1e-9
            )
    both = np.stack([s.surround_hz for s in found])
    e4 = POPULATIONS.index("e4")
    assert both[1, :, e4].mean() > both[0, :, e4].mean()


def test_a_resumed_run_does_not_simulate_again(column, stimuli, stages, monkeypatch):
    first = rated(column, stimuli, stages, "again")

    def refuse(*args, **options):
        raise AssertionError("simulated again")

    monkeypatch.setattr(first_pass, "SpikingModel", refuse)
    second = rated(column, stimuli, stages, "again")
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.surround_hz, other.surround_hz)


def test_a_column_without_a_surround_is_refused_at_once(
    column, stimuli, stages, monkeypatch
):
    monkeypatch.setattr(first_pass, "SpikingModel", None)
    bare = replace(column, surround=PoissonInput.none())
    with pytest.raises(InputError, match="no surround that could respond"):
        rated(bare, stimuli, stages)


def config(**protocol):
    return parse_config(
        {
            "spiking": {"device": "numpy", "dt_ms": 1.0},
            "protocol": {"n_directions": 2, "duration_ms": 1500.0} | protocol,
        },
        "test",
    )


def test_all_stimuli_of_the_protocol_state_rates(column, stages, monkeypatch):
    called = []

    def fake(column_, stimuli, spiking, *, name, **options):
        called.append((name, len(stimuli)))
        return tuple(
            replace(s, surround_hz=np.full((len(s.lgn_rate_hz), 17), 2.0))
            for s in stimuli
        )

    monkeypatch.setattr("validation.experiment.experiment.with_surround_rates", fake)
    experiment = Experiment.of(column, config(), stages, SilentProgress())
    responding = experiment.with_responding_surround()
    shown = responding.protocol.calibration + responding.protocol.test
    others = [s for own in responding.sets for s in own.stimuli]
    assert others
    assert all(s.surround_hz is not None for s in (*shown, *others))
    assert [s.name for s in shown] == [
        s.name for s in experiment.protocol.calibration + experiment.protocol.test
    ]
    sets = {own.name for own in experiment.sets}
    assert {name for name, _ in called} == {"calibration", "test"} | sets


class _Rates:
    """As much of a reference as the bookkeeping reads."""

    def __init__(self, n_cells):
        self.neuron_rates_hz = np.full((2, 3, 4, n_cells), 3.0)


@pytest.mark.parametrize("responds", [False, True])
def test_the_frozen_share_is_that_of_the_surround_where_it_is_frozen(
    column, stages, responds
):
    experiment = Experiment.of(column, config(), stages, SilentProgress())
    if responds:
        # twice the reference rates: twice the charge
        rates = np.tile(2.0 * population_table().reference_rate_hz, (1500, 1))
        test = tuple(replace(s, surround_hz=rates) for s in experiment.protocol.test)
        experiment = replace(
            experiment, protocol=replace(experiment.protocol, test=test)
        )
    facts = charge_facts(experiment, _Rates(column.n_cells))

    def charge(events, hz):
        tau = column.model_values("tau_syn_ms")[events.target, events.receptor]
        return (abs(events.weight_pa) * tau * hz).sum()

    recurrent = charge(column.recurrent, 3.0)
    surround = (1 + responds) * charge(column.surround, column.surround.rate_hz)
    background = charge(column.background, column.background.rate_hz)
    lgn_hz = np.mean(
        [s.lgn_rate_hz[500:].mean(axis=0) for s in experiment.protocol.test], axis=0
    )
    lgn = charge(column.lgn_edges, lgn_hz[column.lgn_edges.source])
    total = recurrent + surround + background + lgn
    frozen = 0.0 if responds else surround
    of_inner = frozen / (recurrent + surround)
    # shares are rounded to 1e-4; LGN rates are in single precision
    assert facts.recurrent == pytest.approx(recurrent / total, abs=1e-4)
    assert facts.surround == pytest.approx(surround / total, abs=1e-4)
    assert facts.background == pytest.approx(background / total, abs=1e-4)
    assert facts.lgn == pytest.approx(lgn / total, abs=1e-4)
    assert facts.frozen_share == pytest.approx(of_inner, abs=1e-4)
    assert facts.frozen_share_of_all == pytest.approx(
        (frozen + background) / total, abs=1e-4
    )
    assert json.loads(facts.model_dump_json())["frozen_share"] == facts.frozen_share


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"column": {"surround": False}}, "column.surround false exclude each other"),
        (
            {"protocol": {"bin_ms": 2.5}, "rate": {"dt_ms": 0.5}},
            "bin_ms .2.5. is not a multiple of 1 ms",
        ),
        ({"protocol": {"surround": "none"}}, "protocol.surround"),
    ],
)
def test_what_contradicts_a_responding_surround_is_refused(sections, message):
    asked = {"protocol": {"surround": "responding"}}
    for section, keys in sections.items():
        asked[section] = asked.get(section, {}) | keys
    with pytest.raises(InputError, match=message):
        parse_config(asked, "x")
    if "surround" not in sections.get("protocol", {}):
        frozen = asked | {"protocol": asked["protocol"] | {"surround": "frozen"}}
        assert parse_config(frozen, "x").protocol.surround == "frozen"
