"""LGN spike trains read from SONATA files, checked against a plain reading."""

from dataclasses import replace
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
    assert spikes.n_unknown == 2


def test_ids_are_those_of_the_nodes_file(spike_file: Path) -> None:
    """Where the column came from files, its field numbers are not what counts."""
    read = replace(lgn_cells([40, 5, 3]), file_id=np.array([3, 7, 99]))
    spikes = read_lgn_spikes(spike_file, read)
    assert spikes.times_ms.tolist() == [5.0, 7.5, 12.0]
    assert spikes.rows.tolist() == [1, 2, 0]


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
    trains = read_spikes(tmp_path / "old.h5")
    assert trains.times_ms.tolist() == [1.0, 2.0, 3.0]
    assert trains.ids.tolist() == [1, 1, 2]
    assert (trains.population, trains.states_unit) == (None, False)
    with pytest.raises(InputError, match=r"old\.h5: its spikes have no population"):
        read_spikes(tmp_path / "old.h5", "lgn")


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
    np.testing.assert_array_equal(plain.times_ms, packed.times_ms)
    np.testing.assert_array_equal(plain.ids, packed.ids)
    assert (np.sort(times) == plain.times_ms).all()


def write_file(path: Path, populations: dict[str, dict], units: object = "ms") -> Path:
    """Write datasets by population as they come, right or wrong."""
    with h5py.File(path, "w") as file:
        for name, datasets in populations.items():
            group = file.create_group(f"spikes/{name}")
            for key, values in datasets.items():
                group[key] = values
            if units is not None and "timestamps" in group:
                group["timestamps"].attrs["units"] = units
    return path


def trains(times: list[float], ids: list[int]) -> dict[str, np.ndarray]:
    return {"node_ids": np.array(ids, np.uint64), "timestamps": np.array(times, float)}


ONE, NONE = trains([1.5], [3]), trains([], [])


@pytest.mark.parametrize(
    ("populations", "asked", "read"),
    [
        ({"bkg": trains([9.0], [1]), "lgn": ONE}, None, "lgn"),
        ({"lgn": ONE, "tw": NONE}, None, "lgn"),
        ({"left": ONE, "tw": NONE}, None, "left"),
        ({"bkg": ONE}, None, "bkg"),
        ({"bkg": ONE, "lgn": trains([9.0], [1])}, "bkg", "bkg"),
    ],
)
def test_the_population_that_is_meant_is_read(
    tmp_path: Path, populations: dict, asked: str | None, read: str
) -> None:
    path = write_file(tmp_path / "s.h5", populations)
    found = read_spikes(path, asked, like="lgn")
    assert (found.population, found.times_ms.tolist()) == (read, [1.5])


def test_unclear_populations_are_named(tmp_path: Path) -> None:
    path = write_file(tmp_path / "s.h5", {"bkg": ONE, "tw": ONE})
    with pytest.raises(InputError, match=r"spikes of bkg, tw; .* --lgn-population"):
        read_spikes(path, like="lgn")
    with pytest.raises(InputError, match="'v1' asked for, it has bkg, tw"):
        read_spikes(path, "v1")


@pytest.mark.parametrize(
    ("units", "times_ms"),
    [
        (np.array([b"ms"]), [1.5]),
        (np.bytes_("milliseconds"), [1.5]),
        ("s", [1500.0]),
        (np.array(["seconds"], dtype=object), [1500.0]),
        (None, [1.5]),
    ],
)
def test_units_are_honoured(tmp_path: Path, units: object, times_ms: list) -> None:
    found = read_spikes(write_file(tmp_path / "s.h5", {"lgn": ONE}, units))
    assert found.times_ms.tolist() == times_ms
    assert found.states_unit == (units is not None)


def test_a_unit_may_stand_at_the_population(tmp_path: Path) -> None:
    path = write_file(tmp_path / "s.h5", {"lgn": ONE}, None)
    with h5py.File(path, "r+") as file:
        file["spikes/lgn"].attrs["units"] = "sec"
    assert read_spikes(path).times_ms.tolist() == [1500.0]
    with h5py.File(path, "r+") as file:
        file["spikes/lgn/timestamps"].attrs["units"] = "ms"
    with pytest.raises(InputError, match=r"units of /spikes/lgn and of its timestamps"):
        read_spikes(path)


def test_what_would_tell_spikes_apart_is_named(tmp_path: Path) -> None:
    """A dataset of trials, a second list of cells, spikes beside populations."""
    path = write_file(tmp_path / "s.h5", {"lgn": ONE | {"trial": [0]}})
    with pytest.raises(InputError, match=r"s\.h5: /spikes/lgn/trial is not known"):
        read_spikes(path)
    path = write_file(tmp_path / "ids.h5", {"lgn": ONE | {"gids": [7]}})
    with pytest.raises(InputError, match="/spikes/lgn has node_ids and gids; remove"):
        read_spikes(path)
    path = write_file(tmp_path / "both.h5", {"lgn": ONE})
    with h5py.File(path, "r+") as file:
        file["spikes/gids"], file["spikes/timestamps"] = [1], [2.0]
    with pytest.raises(InputError, match="has spikes of lgn and spikes without a pop"):
        read_spikes(path, like="lgn")


SORTED = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, "u1")


@pytest.mark.parametrize("kind", [None, SORTED])
@pytest.mark.parametrize("options", [{}, {"compression": "lzf", "chunks": (2,)}])
def test_what_is_said_of_the_order_is_not_needed(
    tmp_path: Path, kind: object, options: dict
) -> None:
    """BMTK writes it as text, SONATA has an enumeration, and either may be wrong."""
    times, ids = np.array([5.0, 1.0, 3.0], np.float32), np.array([2, 0, 2], np.int32)
    with h5py.File(tmp_path / "s.h5", "w") as file:
        group = file.create_group("spikes/lgn")
        group.attrs.create("sorting", "by_id" if kind is None else 1, dtype=kind)
        group.create_dataset("timestamps", data=times, **options)
        group.create_dataset("node_ids", data=ids, **options)
    found = read_spikes(tmp_path / "s.h5")
    assert found.times_ms.tolist() == [1.0, 3.0, 5.0]
    assert found.ids.tolist() == [0, 2, 2]


def test_bad_spike_files_end_in_one_line(spike_file: Path, tmp_path: Path) -> None:
    lgn = lgn_cells([3, 40, 8])
    content = spike_file.read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.h5").write_text("hello")
    (tmp_path / "folder.h5").mkdir()
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file["other"] = np.zeros(3)
    with h5py.File(tmp_path / "elsewhere.h5", "w") as file:
        group = file.create_group("spikes/lgn")
        group["node_ids"] = np.zeros(2, dtype=int)
        secret = [(str(spike_file), 0, 16)]
        group.create_dataset("timestamps", (2,), "f8", external=secret)
    ids = np.zeros(3, dtype=int)
    for name, datasets in (
        ("no_times", {"node_ids": ids}),
        ("lengths", {"node_ids": ids, "timestamps": np.zeros(4)}),
        ("nan", {"node_ids": ids, "timestamps": np.full(3, np.nan)}),
        ("negative", {"node_ids": ids, "timestamps": np.full(3, -50.0)}),
        ("negative_id", {"node_ids": ids - 1, "timestamps": np.ones(3)}),
        ("half_id", {"node_ids": ids + 0.5, "timestamps": np.ones(3)}),
        ("words", {"node_ids": ids, "timestamps": np.array([b"now"] * 3)}),
    ):
        write_file(tmp_path / f"{name}.h5", {"lgn": datasets})
    write_file(tmp_path / "hours.h5", {"lgn": ONE}, "hours")
    write_file(tmp_path / "numbers.h5", {"lgn": ONE}, 3.0)
    for name, message in (
        ("missing.h5", "no such spike file"),
        ("folder.h5", "is a folder"),
        ("cut.h5", "cannot be read as HDF5"),
        ("text.h5", "cannot be read as HDF5"),
        ("text.csv", "spikes in CSV are not read"),
        ("empty.h5", "no /spikes group"),
        ("elsewhere.h5", "keeps its values in another file"),
        ("no_times.h5", "has no timestamps"),
        ("lengths.h5", "has 4 values, not 3"),
        ("nan.h5", "not a finite number"),
        ("negative.h5", "a spike time is negative (-50 ms)"),
        ("negative_id.h5", "-1 is no id of a cell"),
        ("half_id.h5", "node_ids is not a list of whole numbers"),
        ("words.h5", "timestamps is not a list of numbers"),
        ("hours.h5", "are in 'hours', not in ms or s"),
        ("numbers.h5", "are in '3.0', not in ms or s"),
    ):
        with pytest.raises(InputError) as caught:
            read_lgn_spikes(tmp_path / name, lgn)
        assert message in str(caught.value)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_spikes_of_another_lgn_are_refused(spike_file: Path) -> None:
    with pytest.raises(InputError, match=r"none of its 4 cells is .*the visual field"):
        read_lgn_spikes(spike_file, lgn_cells([1000, 1001]))
    read = replace(lgn_cells([3, 40]), file_id=np.array([0, 1]))
    with pytest.raises(InputError, match="the column's own LGN nodes file"):
        read_lgn_spikes(spike_file, read)
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
