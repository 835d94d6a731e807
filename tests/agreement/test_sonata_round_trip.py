"""Our SONATA export: read back by us, opened by libsonata."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import h5py
import libsonata
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError, RunFolderError
from bridge.sonata.read import read_sonata
from bridge.sonata.write import write_sonata
from bridge.stimulus.stimulus import Stimulus

pytestmark = pytest.mark.agreement


@pytest.fixture(scope="module")
def exported(column_3k: Column, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "3k"
    write_sonata(column_3k, folder, input_ms=0.0)
    return folder


@pytest.fixture(scope="module")
def small() -> Column:
    return build_column(300, 4)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=" "))


def test_reading_what_was_written_gives_the_same_column(
    column_3k: Column, exported: Path
) -> None:
    for path in (exported, exported / "simulation_config.json"):
        column = read_sonata(path)
        assert column.hash == column_3k.hash
        assert column.name == "3k"


def test_a_changed_weight_changes_the_hash(small: Column, tmp_path: Path) -> None:
    write_sonata(small, tmp_path / "c", input_ms=0.0)
    with h5py.File(tmp_path / "c/network/v1_v1_edges.h5", "r+") as file:
        group = file["edges/v1_to_v1/0"]
        group["syn_weight"][3] *= 1.0 + 1e-15
    assert read_sonata(tmp_path / "c").hash != small.hash


def test_an_export_of_an_earlier_version_is_read(small: Column, tmp_path: Path) -> None:
    """It split the weight into syn_weight x nsyns, and had it whole as weight_pA."""
    write_sonata(small, tmp_path / "c", input_ms=0.0)
    for path in (tmp_path / "c/network").glob("*_v1_edges.h5"):
        with h5py.File(path, "r+") as file:
            group = next(iter(file["edges"].values()))["0"]
            group.move("syn_weight", "weight_pA")
            group.move("n_synapses", "nsyns")
            group["syn_weight"] = group["weight_pA"][:] / group["nsyns"][:]
    assert read_sonata(tmp_path / "c").hash == small.hash


def test_synapses_multiply_as_nsyns_only(small: Column, tmp_path: Path) -> None:
    write_sonata(small, tmp_path / "c", input_ms=0.0)
    with h5py.File(tmp_path / "c/network/v1_v1_edges.h5", "r+") as file:
        file.move("edges/v1_to_v1/0/n_synapses", "edges/v1_to_v1/0/nsyns")
    many = read_sonata(tmp_path / "c").recurrent
    counts = small.recurrent.n_synapses
    assert (many.n_synapses == counts).all()
    assert (many.weight_pa == small.recurrent.weight_pa * counts).all()


@pytest.mark.parametrize(
    ("name", "source_size"), [("v1", "n_cells"), ("lgn", "lgn"), ("bkg", "background")]
)
def test_libsonata_sees_the_same_edges(
    column_3k: Column, exported: Path, name: str, source_size: str
) -> None:
    circuit = libsonata.CircuitConfig.from_file(str(exported / "circuit_config.json"))
    population = circuit.edge_population(f"{name}_to_v1")
    everything = population.select_all()
    edges = {
        "v1": column_3k.recurrent,
        "lgn": column_3k.lgn_edges,
        "bkg": column_3k.background,
    }[name]
    source = getattr(edges, "source", np.arange(column_3k.background.n_streams))
    assert (population.source_nodes(everything) == source).all()
    assert (population.target_nodes(everything) == edges.target).all()
    weight = population.get_attribute("syn_weight", everything)
    assert (weight == edges.weight_pa).all()
    # A second factor, which some readers take and others do not, is not there.
    assert population.attribute_names == {"syn_weight", "n_synapses"}
    # Delay and receptor stand in the types, which libsonata does not read.
    with h5py.File(exported / f"network/{name}_v1_edges.h5") as file:
        type_id = file[f"edges/{name}_to_v1/edge_type_id"][:]
    types = {
        int(row["edge_type_id"]): row
        for row in table(exported / f"network/{name}_v1_edge_types.csv")
    }
    models = exported / "components/synaptic_models"
    port = {
        p.name: json.loads(p.read_text())["receptor_type"] for p in models.iterdir()
    }
    delay = np.array([float(types[k]["delay"]) for k in type_id])
    receptor = np.array([port[types[k]["dynamics_params"]] for k in type_id])
    assert (delay == edges.delay_ms).all()
    assert (receptor == edges.receptor + 1).all()
    size = {
        "n_cells": column_3k.n_cells,
        "lgn": column_3k.lgn.n_cells,
        "background": column_3k.background.n_streams,
    }[source_size]
    assert circuit.node_population(name).size == size


def test_libsonata_queries_agree_with_the_edges(
    column_3k: Column, exported: Path
) -> None:
    storage = libsonata.EdgeStorage(str(exported / "network/v1_v1_edges.h5"))
    population = storage.open_population("v1_to_v1")
    edges = column_3k.recurrent
    for cell in (0, 1, 58, 1500, 2999):
        incoming = population.afferent_edges([cell]).flatten()
        outgoing = population.efferent_edges([cell]).flatten()
        assert sorted(incoming) == np.flatnonzero(edges.target == cell).tolist()
        assert sorted(outgoing) == np.flatnonzero(edges.source == cell).tolist()


def test_libsonata_sees_positions_and_rates(column_3k: Column, exported: Path) -> None:
    circuit = libsonata.CircuitConfig.from_file(str(exported / "circuit_config.json"))
    cells = circuit.node_population("v1")
    everything = cells.select_all()
    for k, axis in enumerate("xyz"):
        values = cells.get_attribute(axis, everything)
        assert (values == column_3k.position_um[:, k]).all()
    surround = circuit.node_population("surround")
    rates = surround.get_attribute("rate_hz", surround.select_all())
    assert (rates == column_3k.surround.rate_hz).all()


def test_types_say_what_the_cells_are(column_3k: Column, exported: Path) -> None:
    rows = {
        int(r["node_type_id"]): r for r in table(exported / "network/v1_node_types.csv")
    }
    with h5py.File(exported / "network/v1_nodes.h5") as file:
        type_id = file["nodes/v1/node_type_id"][:]
    for cell in range(0, column_3k.n_cells, 97):
        row = rows[int(type_id[cell])]
        name = POPULATIONS[column_3k.population[cell]]
        assert row["pop_name"].startswith(name)
        assert row["ei"] == name[0]
        file = exported / "components/cell_models" / row["dynamics_params"]
        parameters = json.loads(file.read_text())
        assert parameters["C_m"] == column_3k.model_values("c_m_pf")[cell]
        assert parameters["asc_amps"] == (
            column_3k.model_values("asc_amps_pa")[cell].tolist()
        )


def test_edge_types_select_the_nodes_of_their_edges(
    small: Column, tmp_path: Path
) -> None:
    """We do not need the queries, but they are true of every edge."""
    write_sonata(small, tmp_path / "c", input_ms=0.0)
    network = tmp_path / "c/network"
    nodes = {
        r["node_type_id"]: r
        for name in ("v1", "bkg", "lgn", "surround")
        for r in table(network / f"{name}_node_types.csv")
    }
    types = {r["edge_type_id"]: r for r in table(network / "v1_v1_edge_types.csv")}
    with h5py.File(network / "v1_nodes.h5") as file:
        node_type = file["nodes/v1/node_type_id"][:]
    with h5py.File(network / "v1_v1_edges.h5") as file:
        edges = file["edges/v1_to_v1"]
        kind = edges["edge_type_id"][:]
        ends = [node_type[edges[f"{end}_node_id"][:]] for end in ("source", "target")]
    for row in range(0, kind.size, 7):
        for end, ids in zip(("source", "target"), ends, strict=True):
            column, value = types[str(kind[row])][f"{end}_query"].split("==")
            assert nodes[str(ids[row])][column] == value.strip("'")


def test_input_spikes_have_the_rates_of_the_column(
    small: Column, tmp_path: Path
) -> None:
    n_lgn = small.lgn.n_cells
    rates = np.tile(np.linspace(0.0, 80.0, n_lgn, dtype=np.float32), (500, 1))
    stimulus = Stimulus("ramp", 1.0, rates)
    write_sonata(small, tmp_path / "c", stimulus=stimulus, input_ms=500.0)
    expected = {
        "bkg": small.background.rate_hz,
        "surround": small.surround.rate_hz,
        "lgn": rates[0].astype(float),
    }
    for name, rate in expected.items():
        with h5py.File(tmp_path / f"c/inputs/{name}_spikes.h5") as file:
            ids = file[f"spikes/{name}/node_ids"][:]
            times = file[f"spikes/{name}/timestamps"][:]
        mean = rate * 0.5
        counts = np.bincount(ids.astype(int), minlength=rate.size)
        # Sum and chi-square of Poisson counts, both within 5 standard deviations.
        assert abs(counts.sum() - mean.sum()) < 5.0 * np.sqrt(mean.sum())
        chi = ((counts - mean)[mean > 0] ** 2 / mean[mean > 0]).sum()
        n = np.count_nonzero(mean)
        spread = np.sqrt(2.0 * n + (1.0 / mean[mean > 0]).sum())
        assert abs(chi - n) < 5.0 * spread
        assert times.min() > 0.0  # NEST refuses spikes at 0
        assert times.max() <= 500.0 + 1e-9
        np.testing.assert_allclose(times / 0.1, np.round(times / 0.1), atol=1e-6)
    config = json.loads((tmp_path / "c/simulation_config.json").read_text())
    assert {i["node_set"] for i in config["inputs"].values()} == set(expected)
    write_sonata(small, tmp_path / "d", stimulus=stimulus, input_ms=500.0, input_seed=2)
    with h5py.File(tmp_path / "d/inputs/bkg_spikes.h5") as file:
        other = file["spikes/bkg/timestamps"][:]
    with h5py.File(tmp_path / "c/inputs/bkg_spikes.h5") as file:
        assert not np.array_equal(file["spikes/bkg/timestamps"][:], other)


def test_a_bare_cut_has_no_surround_files(tmp_path: Path) -> None:
    column = build_column(120, 2, surround=False)
    write_sonata(column, tmp_path / "c", input_ms=0.0)
    assert not list((tmp_path / "c").rglob("*surround*"))
    assert read_sonata(tmp_path / "c").hash == column.hash


def test_a_folder_that_holds_something_is_left_alone(
    small: Column, tmp_path: Path
) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="not empty"):
        write_sonata(small, folder, input_ms=0.0)
    assert [p.name for p in folder.iterdir()] == ["notes.txt"]


def test_overwriting_replaces_our_files_only(small: Column, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    write_sonata(small, folder, input_ms=50.0)
    (folder / "notes.txt").write_text("mine")
    bare = build_column(120, 2, surround=False)
    write_sonata(bare, folder, overwrite=True, input_ms=0.0)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not list(folder.rglob("*surround*"))
    assert read_sonata(folder).hash == bare.hash


def test_a_failed_export_leaves_nothing(
    small: Column, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("bridge.sonata.write._write_components", fail)
    with pytest.raises(OSError, match="no space"):
        write_sonata(small, tmp_path / "c", input_ms=0.0)
    assert list(tmp_path.iterdir()) == []


def test_what_the_files_cannot_say_is_refused(small: Column, tmp_path: Path) -> None:
    population = small.population.copy()
    population[0] = 16 - population[0]
    with pytest.raises(InputError, match="not that of its cell model"):
        write_sonata(replace(small, population=population), tmp_path / "c")
    models = small.cell_models
    twice = replace(models, node_type_id=np.full(models.n_models, 7))
    with pytest.raises(InputError, match="cell model 7 occurs twice"):
        write_sonata(replace(small, cell_models=twice), tmp_path / "c")
    none = np.zeros(small.recurrent.n_edges)
    bare = replace(small.recurrent, n_synapses=none)
    with pytest.raises(InputError, match="a connection has no synapses"):
        write_sonata(replace(small, recurrent=bare), tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_other_ways_to_write_the_same_are_read(small: Column, tmp_path: Path) -> None:
    """Commas, quotes, two groups, shuffled node ids, compression."""
    write_sonata(small, tmp_path / "c", input_ms=0.0)
    network = tmp_path / "c/network"
    for path in network.glob("*_types.csv"):
        rows = [line.split(" ") for line in path.read_text().splitlines()]
        quoted = [",".join(f'"{value}"' for value in row) for row in rows]
        path.write_text("\n".join(quoted) + "\n\n")
    n = small.n_cells
    shift = np.roll(np.arange(n), 5)  # node_id of each row
    with h5py.File(network / "v1_nodes.h5", "r+") as file:
        nodes = file["nodes/v1"]
        nodes["node_id"][:] = shift
        second = np.arange(n) % 3 == 0
        nodes["node_group_id"][:] = np.where(second, 4, 0)
        index = np.zeros(n, dtype=int)
        index[second] = np.arange(second.sum())[::-1]
        index[~second] = np.arange((~second).sum())
        nodes["node_group_index"][:] = index
        values = {name: nodes[f"0/{name}"][:] for name in nodes["0"]}
        del nodes["0"]
        for name, value in values.items():
            nodes[f"0/{name}"] = value[~second]
            nodes[f"4/{name}"] = value[second][::-1]
        nodes["4/only_here_label"] = np.zeros(int(second.sum()))
    for path in network.glob("*_v1_edges.h5"):
        source_name = path.stem.split("_")[0]
        with h5py.File(path, "r+") as file:
            group = file[f"edges/{source_name}_to_v1"]
            for end in ("source", "target"):
                ids = group[f"{end}_node_id"][:]
                if end == "target" or source_name == "v1":
                    ids = shift[ids]
                attributes = dict(group[f"{end}_node_id"].attrs)
                del group[f"{end}_node_id"]
                group.create_dataset(f"{end}_node_id", data=ids, compression="gzip")
                group[f"{end}_node_id"].attrs.update(attributes)
    assert read_sonata(tmp_path / "c").hash == small.hash
