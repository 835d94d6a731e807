"""LGN spike trains read from SONATA files, checked against a plain reading."""

from pathlib import Path

import h5py
import libsonata
import numpy as np
import pytest

from bridge.column.column import Column
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.files.spike_file import read_spikes, write_spikes
from bridge.stimulus.lgn.spikes import read_lgn_spikes, stimulus_from_spikes

pytestmark = pytest.mark.agreement


def lgn_cells(node_id: list[int]) -> LgnCells:
    n = len(node_id)
    angle = np.full(n, np.nan)
    zeros = np.zeros(n)
    return LgnCells(np.array(node_id), ("sON_TF1",) * n, zeros, zeros, angle, zeros + 3)


@pytest.fixture
def spike_file(tmp_path: Path) -> Path:
    path = tmp_path / "spikes.h5"
    times = np.array([30.0, 5.0, 12.0, 12.0, 7.5])
    write_spikes(path, "lgn", times, np.array([40, 7, 40, 3, 99]))
    return path


@pytest.mark.parametrize("angle", [0, 45])
def test_grating_spikes_are_those_of_the_columns_cells(
    layer_4: Path, l4: Column, angle: int
) -> None:
    path = layer_4 / f"inputs/spikes.gratings.{angle}deg_2Hz.h5"
    spikes = read_lgn_spikes(path, l4.lgn)
    with h5py.File(path) as file:
        ids = file["spikes/lgn/node_ids"][:]
        times = file["spikes/lgn/timestamps"][:]
    mine = np.isin(ids, l4.lgn.node_id)
    assert spikes.times_ms.size == np.count_nonzero(mine) > 10_000
    assert (np.diff(spikes.times_ms) >= 0.0).all()
    for row in range(0, l4.lgn.n_cells, 50):
        expected = np.sort(times[ids == l4.lgn.node_id[row]])
        np.testing.assert_array_equal(spikes.times_ms[spikes.rows == row], expected)


def test_grating_rates_follow_the_grating(layer_4: Path, l4: Column) -> None:
    path = layer_4 / "inputs/spikes.gratings.0deg_2Hz.h5"
    spikes = read_lgn_spikes(path, l4.lgn)
    stimulus = stimulus_from_spikes(
        spikes,
        name="grating_0",
        kind="grating",
        duration_ms=3000.0,
        direction_deg=0.0,
    )
    assert stimulus.lgn_rate_hz.shape == (3000, l4.lgn.n_cells)
    # Smoothing with reflecting ends keeps the count (float32 storage: 1e-4).
    total = stimulus.lgn_rate_hz.sum(dtype=float) / 1000.0
    assert total == pytest.approx(spikes.times_ms.size, rel=1e-4)
    # After the onset at 500 ms the 2 Hz grating drives single cells at 2 Hz: among
    # 1..10 Hz the median cell has its largest amplitude there.
    rate = stimulus.lgn_rate_hz[1000:3000].astype(float)
    amplitude = np.abs(np.fft.rfft(rate, axis=0))[2 * np.arange(1, 11)]
    assert np.median(np.argmax(amplitude, axis=0)) == 1


def test_spikes_are_mapped_and_foreign_cells_skipped(spike_file: Path) -> None:
    spikes = read_lgn_spikes(spike_file, lgn_cells([3, 40, 8]))
    assert spikes.times_ms.tolist() == [12.0, 12.0, 30.0]
    assert spikes.rows.tolist() == [0, 1, 1]


def test_bins_without_smoothing_count_spikes(spike_file: Path) -> None:
    spikes = read_lgn_spikes(spike_file, lgn_cells([3, 40, 8]))
    stimulus = stimulus_from_spikes(
        spikes, name="s", kind="other", duration_ms=20.0, dt_ms=5.0, smooth_ms=0.0
    )
    expected = np.zeros((4, 3))
    expected[2, :2] = 200.0  # one spike in 5 ms; the one at 30 ms is outside
    np.testing.assert_array_equal(stimulus.lgn_rate_hz, expected)


def test_old_layout_is_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["spikes/gids"] = np.array([2, 1, 1], dtype=np.uint64)
        file["spikes/timestamps"] = np.array([3.0, 2.0, 1.0])
    times, ids = read_spikes(tmp_path / "old.h5")
    assert times.tolist() == [1.0, 2.0, 3.0]
    assert ids.tolist() == [1, 1, 2]


def test_libsonata_reads_our_spike_file(spike_file: Path) -> None:
    population = libsonata.SpikeReader(str(spike_file))["lgn"]
    assert population.sorting == "by_id"
    assert population.get() == [
        (3, 12.0),
        (7, 5.0),
        (40, 12.0),
        (40, 30.0),
        (99, 7.5),
    ]


def test_compressed_spikes_read_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    times, ids = rng.random(500) * 100.0, rng.integers(0, 9, 500)
    for name, compress in (("a", False), ("b", True)):
        write_spikes(tmp_path / name, "x", times, ids, compress=compress)
    plain, packed = read_spikes(tmp_path / "a"), read_spikes(tmp_path / "b")
    np.testing.assert_array_equal(plain[0], packed[0])
    np.testing.assert_array_equal(plain[1], packed[1])
    assert (np.sort(times) == plain[0]).all()


def test_bad_spike_files_end_in_one_line(spike_file: Path, tmp_path: Path) -> None:
    lgn = lgn_cells([3, 40, 8])
    content = spike_file.read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.h5").write_text("hello")
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file["other"] = np.zeros(3)
    with h5py.File(tmp_path / "no_times.h5", "w") as file:
        file["spikes/lgn/node_ids"] = np.zeros(3, dtype=int)
    with h5py.File(tmp_path / "lengths.h5", "w") as file:
        file["spikes/lgn/node_ids"] = np.zeros(3, dtype=int)
        file["spikes/lgn/timestamps"] = np.zeros(4)
    with h5py.File(tmp_path / "nan.h5", "w") as file:
        file["spikes/lgn/node_ids"] = np.zeros(1, dtype=int)
        file["spikes/lgn/timestamps"] = np.full(1, np.nan)
    with h5py.File(tmp_path / "seconds.h5", "w") as file:
        file["spikes/lgn/node_ids"] = np.zeros(1, dtype=int)
        file["spikes/lgn/timestamps"] = np.ones(1)
        file["spikes/lgn/timestamps"].attrs["units"] = "s"
    for name, message in (
        ("missing", "no such spike file"),
        ("cut", "cannot be read as HDF5"),
        ("text", "cannot be read as HDF5"),
        ("empty", "no /spikes group"),
        ("no_times", "has no timestamps"),
        ("lengths", "(3,) cell ids but (4,) spike times"),
        ("nan", "not a finite number"),
        ("seconds", "are in 's', not in ms"),
    ):
        with pytest.raises(InputError) as caught:
            read_lgn_spikes(tmp_path / f"{name}.h5", lgn)
        assert message in str(caught.value)
        assert f"{name}.h5" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_spikes_of_another_lgn_are_refused(spike_file: Path) -> None:
    with pytest.raises(InputError, match="none of its 4 cells is an LGN cell"):
        read_lgn_spikes(spike_file, lgn_cells([1000, 1001]))
    with pytest.raises(InputError, match="the column has no LGN cells"):
        read_lgn_spikes(spike_file, lgn_cells([]))
    with pytest.raises(InputError, match="population 'bkg' asked for, it has lgn"):
        read_lgn_spikes(spike_file, lgn_cells([3]), "bkg")


def test_a_stimulus_needs_a_sensible_time_base(spike_file: Path) -> None:
    spikes = read_lgn_spikes(spike_file, lgn_cells([3, 40, 8]))
    with pytest.raises(InputError, match="not a multiple of dt"):
        stimulus_from_spikes(spikes, name="s", kind="other", duration_ms=20.5)
    with pytest.raises(InputError, match="no spike within the first 5"):
        stimulus_from_spikes(spikes, name="s", kind="other", duration_ms=5.0)
    with pytest.raises(InputError, match="smooth_ms is negative"):
        stimulus_from_spikes(
            spikes, name="s", kind="other", duration_ms=20.0, smooth_ms=-1.0
        )
