"""Memory of the device cuda: what fits, how trials are split, sums that hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import DeviceError
from spiking.devices.cuda.device import jump_exponent
from spiking.devices.cuda.gpu import Gpu
from spiking.devices.cuda.memory import (
    CAPACITY,
    batch_sizes,
    choose_capacity,
    cuda_memory,
)
from spiking.network.network_arrays import network_arrays

GB = 2**30


def card(free_gb: float) -> Gpu:
    return Gpu("NVIDIA Test", "9.0", int(free_gb * GB), 80 * GB)


@pytest.fixture(scope="module")
def arrays(column):
    return network_arrays(column, 0.1)


def of_size(arrays, n_cells: int):
    return replace(arrays, structure=replace(arrays.structure, n_cells=n_cells))


def test_a_large_card_takes_64_copies_of_the_3k_column(arrays):
    assert choose_capacity(of_size(arrays, 3000), card(70)) == CAPACITY == 64 * 3072


@pytest.mark.parametrize("n_cells", [200_000, 500_000])
def test_room_grows_until_one_copy_fits(arrays, n_cells):
    capacity = choose_capacity(of_size(arrays, n_cells), card(70))
    assert n_cells <= capacity < 2 * n_cells


def test_room_shrinks_to_what_the_card_has(arrays):
    memory = cuda_memory(of_size(arrays, 3000))
    whole = memory.total(CAPACITY) / GB / 0.9
    assert choose_capacity(of_size(arrays, 3000), card(1.001 * whole)) == CAPACITY
    less = choose_capacity(of_size(arrays, 3000), card(0.999 * whole))
    assert less == CAPACITY // 2
    assert memory.total(less) <= 0.9 * 0.999 * whole * GB


def test_a_column_that_does_not_fit_once_is_refused(arrays):
    with pytest.raises(DeviceError, match=r"100000 cells needs .* GB, NVIDIA Test has"):
        choose_capacity(of_size(arrays, 100_000), card(0.7))


def test_every_array_of_a_cell_and_of_a_synapse_is_counted(arrays):
    # counted by hand from trial_loop.cu and the generated objects.cu, for two
    # slots and delays of up to 23 steps: 32 doubles of the model, 3 event spaces and
    # Brian2's index of 4 bytes each, 2 x 24 delay lines of 8 bytes, 16 recorded spikes
    # of 8 bytes, injected current and its group
    assert arrays.structure.n_slots == 2
    assert cuda_memory(arrays).bytes_per_cell == (
        32 * 8 + 4 * 4 + 2 * 24 * 8 + 16 * 8 + 12
    )
    # target, line and jump
    n = arrays.recurrent.target.size
    doubled = replace(
        arrays.recurrent,
        **{k: np.tile(v, 2) for k, v in vars(arrays.recurrent).items()},
    )
    more = cuda_memory(replace(arrays, recurrent=doubled))
    assert more.bytes_shared - cuda_memory(arrays).bytes_shared == n * (4 + 4 + 8)


@given(st.integers(1, 500), st.integers(1, 100))
def test_batches_are_few_full_and_complete(n_trials, n_copies):
    sizes = batch_sizes(n_trials, n_copies)
    assert sum(sizes) == n_trials
    assert max(sizes) <= n_copies
    assert len(sizes) == -(-n_trials // n_copies)
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_the_sum_of_all_arrivals_fits_and_is_finer_than_rounding(arrays, factor):
    scaled = replace(
        arrays,
        recurrent=replace(arrays.recurrent, jump=factor * arrays.recurrent.jump),
        external=replace(arrays.external, jump=factor * arrays.external.jump),
    )
    unit = 2.0 ** -jump_exponent(scaled)
    largest = max(
        np.bincount(
            np.concatenate([scaled.recurrent.target, scaled.external.target]),
            weights=np.abs(
                np.concatenate([scaled.recurrent.jump, scaled.external.jump])
            ),
        )
    )
    assert largest / unit < 2**62
    # double precision rounds the largest sum to a multiple of this
    assert unit < np.spacing(largest) / 16
