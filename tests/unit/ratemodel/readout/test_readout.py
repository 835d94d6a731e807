"""Pools, readouts, answer windows."""

import numpy as np
import pytest
import torch

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from ratemodel.readout.answer_window import answer_weights
from ratemodel.readout.config import ReadoutConfig
from ratemodel.readout.pools import draw_pools
from ratemodel.readout.readout import Readout, build_readouts
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.task_set import build_tasks


@pytest.mark.parametrize("layer", ["L23", "L4", "L5", "L6"])
def test_pools_are_disjoint_cells_of_their_layer(column_3k: Column, layer: str) -> None:
    population = column_3k.population
    pools = draw_pools(
        population,
        {"orientation": 1, "classification": 10, "change": 2},
        layer=layer,
        pool_size=30,
        seed=1,
    )
    assert [p.shape for p in pools.values()] == [(1, 30), (10, 30), (2, 30)]
    cells = np.concatenate([p.ravel() for p in pools.values()])
    assert np.unique(cells).size == 13 * 30
    names = {POPULATIONS[k] for k in population[cells]}
    assert names == {f"e{layer[1:]}"}


def test_the_seed_decides_the_pools(column_3k: Column) -> None:
    def pools(seed: int) -> list[int]:
        drawn = draw_pools(
            column_3k.population, {"change": 2}, layer="L5", pool_size=20, seed=seed
        )
        return drawn["change"].ravel().tolist()

    assert pools(1) == pools(1)
    assert pools(1) != pools(2)


def test_too_few_cells_are_refused_with_the_size_that_fits() -> None:
    population = np.full(50, POPULATIONS.index("e5"))
    with pytest.raises(InputError, match="pool_size can be 4 at the most") as caught:
        draw_pools(population, {"a": 12}, layer="L5", pool_size=30, seed=1)
    assert "\n" not in str(caught.value)
    draw_pools(population, {"a": 12}, layer="L5", pool_size=4, seed=1)
    with pytest.raises(InputError, match="there are L23, L4, L5, L6"):
        draw_pools(population, {"a": 1}, layer="L1", pool_size=4, seed=1)


def test_one_pool_is_compared_with_a_threshold() -> None:
    readout = Readout(np.array([[0, 2]]), 2, centre_hz=3.0, scale_per_hz=0.5)
    rates = torch.tensor([[2.0, 99.0, 6.0], [1.0, 99.0, 2.0]])
    torch.testing.assert_close(readout(rates), torch.tensor([[0.0, 0.5], [0.0, -0.75]]))
    # 0.5 (4 - 3) + 0.25 above 0, 0.5 (1.5 - 3) + 0.25 below: the threshold is 2.5 Hz.
    with torch.no_grad():
        readout.bias.fill_(0.25)
    at_threshold = torch.tensor([[2.5, 0.0, 2.5]])
    torch.testing.assert_close(readout(at_threshold), torch.zeros(1, 2))


def test_a_step_of_the_bias_moves_a_logit_however_narrow_the_rates() -> None:
    readout = Readout(np.array([[0]]), 2)
    readout.calibrate(1.0 + 0.01 * torch.randn(500, 1))
    optimiser = torch.optim.Adam([readout.bias], lr=0.05)
    readout(torch.ones(1, 1))[0, 1].backward()
    before = readout(torch.ones(1, 1)).detach()
    optimiser.step()
    moved = readout(torch.ones(1, 1)).detach() - before
    assert abs(float(moved[0, 1])) == pytest.approx(0.05, rel=1e-3)  # Adam's first


def test_a_pool_for_every_answer_is_scaled() -> None:
    pools = np.array([[0, 1], [2, 3], [4, 5]])
    readout = Readout(pools, 3, scale_per_hz=2.0)
    logits = readout(torch.tensor([[1.0, 3.0, 0.0, 1.0, 5.0, 5.0]]))
    torch.testing.assert_close(logits, torch.tensor([[4.0, 1.0, 10.0]]))
    with torch.no_grad():
        readout.raw_scale.fill_(-20.0)
    assert readout.scale_per_hz.item() > 0.0


def test_pools_and_answers_must_fit() -> None:
    with pytest.raises(InputError, match="2 pools for 3 answers"):
        Readout(np.array([[0], [1]]), 3)


@pytest.mark.parametrize(("binary", "n_pools"), [("threshold", 1), ("two_pools", 2)])
def test_each_task_has_a_readout_of_its_own(
    column_3k: Column, binary: str, n_pools: int
) -> None:
    tasks = build_tasks(TasksConfig())
    config = ReadoutConfig(binary=binary)
    readouts = build_readouts(tasks.tasks, column_3k.population, config)
    shapes = {name: len(r.pools) for name, r in readouts.by_task.items()}
    assert shapes == {"orientation": n_pools, "classification": 10, "change": n_pools}
    rates = torch.rand(7, column_3k.population.size)
    for name, own in readouts.by_task.items():
        torch.testing.assert_close(readouts(rates, name), own(rates))


def test_the_answer_window_averages_the_steps_inside_it() -> None:
    time = np.arange(110) * 5.0
    for start, stop in ((150.0, 200.0), (500.0, 550.0)):
        weights = answer_weights((start, stop), bin_ms=5.0, n_bins=110)
        inside = (time >= start) & (time < stop)
        np.testing.assert_array_equal(weights > 0, inside)
        assert weights @ time == pytest.approx(time[inside].mean(), rel=1e-5)


def test_windows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="150 to 200 ms: not whole time steps of 4 ms"):
        answer_weights((150.0, 200.0), bin_ms=4.0, n_bins=100)
    with pytest.raises(InputError, match="ends at 200 ms, the run at 100 ms"):
        answer_weights((150.0, 200.0), bin_ms=1.0, n_bins=100)


@pytest.mark.parametrize(("n_pools", "n_classes"), [(1, 2), (2, 2), (4, 4)])
def test_calibrated_logits_start_around_0(n_pools, n_classes):
    pools = np.arange(6 * n_pools).reshape(n_pools, 6)
    readout = Readout(pools, n_classes)
    rates = 0.3 + 0.01 * torch.rand(200, 6 * n_pools)
    readout.calibrate(rates)
    logits = readout(rates)
    if n_pools == 1:
        logits = logits[:, 1:] - logits[:, :1]
    torch.testing.assert_close(
        logits.mean(0), torch.zeros(n_pools), atol=1e-3, rtol=0.0
    )
    assert float(logits.detach().std(0).mean()) == pytest.approx(1.0, rel=0.01)
