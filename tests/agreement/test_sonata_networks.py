"""Small SONATA networks of different make: our spikes are those of BMTK on NEST."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_networks import DURATION_MS, NAMES, lgn_spike_file, make_network

from bridge.files.spike_file import read_spikes
from bridge.sonata.read import read_sonata
from bridge.stimulus.lgn.spikes import read_lgn_spikes, stimulus_from_spikes
from spiking.running.model import SpikingModel
from validation.cli.main import main

pytestmark = pytest.mark.agreement

DT_MS = 0.1
ROOT = Path(__file__).parents[2]
REFERENCE = Path(__file__).parent / "data/pointnet_spikes.npz"
RUN_POINTNET = ROOT / "benchmarks/references/make_pointnet_spikes.py"

Spikes = tuple[list[int], list[int]]


def our_spikes(name: str, folder: Path) -> Spikes:
    """Return step and cell (by ``node_id`` of the files) of every spike, sorted."""
    column = read_sonata(folder / "circuit_config.json")
    spikes = read_lgn_spikes(lgn_spike_file(name, folder), column.lgn)
    assert spikes.n_unknown == 0
    stimulus = stimulus_from_spikes(
        spikes, name="replay", kind="other", duration_ms=DURATION_MS
    )
    trial = (
        SpikingModel(column, dt_ms=DT_MS, device="numpy", n_jobs=1)
        .run(
            [stimulus],
            n_trials=1,
            seed=1,
            drop_ms=0.0,
            record_spikes=True,
            lgn_spikes={(0, 0): (spikes.times_ms, spikes.rows)},
        )
        .spikes[0]
    )
    step = np.round(trial.times_ms / DT_MS).astype(int) - 1
    cell = column.spike_id[trial.ids]
    order = np.lexsort((cell, step))
    return step[order].tolist(), cell[order].tolist()


def stored_spikes(name: str) -> Spikes:
    with np.load(REFERENCE) as stored:
        return stored[f"{name}_step"].tolist(), stored[f"{name}_cell"].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_spikes_are_those_of_pointnet(name: str, tmp_path: Path) -> None:
    make_network(name, tmp_path / name)
    expected = stored_spikes(name)
    assert len(expected[0]) > 200  # a silent network would agree with anything
    assert our_spikes(name, tmp_path / name) == expected


def nest_spikes(name: str, folder: Path, *options: str) -> Spikes:
    """Return the spikes of a network in BMTK or NEST, in a process of its own."""
    make_network(name, folder)
    command = [sys.executable, RUN_POINTNET, "--network", folder, *options]
    subprocess.run(
        [*command, "--out", folder / "spikes.npz"], check=True, capture_output=True
    )
    with np.load(folder / "spikes.npz") as found:
        return found["step"].tolist(), found["cell"].tolist()


def test_the_command_counts_cells_as_the_files_do(tmp_path: Path) -> None:
    """Cells and LGN cells stand in another order in the files than by their ids."""
    folder, out = tmp_path / "net", tmp_path / "out"
    make_network("other_node_ids", folder)
    words = (
        f"simulate --column {folder} --lgn-spikes {folder / 'lgn_spikes.h5'} --spikes "
        f"--duration-ms 600 --trials 1 --device numpy --out {out}"
    )
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    assert not caught.value.code
    found = read_spikes(out / "spikes_0.h5", "v1")
    step = np.round(found.times_ms / DT_MS).astype(int) - 1
    early = step < round(DURATION_MS / DT_MS)
    assert (step[early].tolist(), found.ids[early].tolist()) == stored_spikes(
        "other_node_ids"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("with_nest")
@pytest.mark.parametrize("name", NAMES)
def test_pointnet_still_gives_these_spikes(name: str, tmp_path: Path) -> None:
    assert nest_spikes(name, tmp_path / name) == stored_spikes(name)


@pytest.mark.usefixtures("with_nest")
def test_our_export_is_the_same_in_the_reader_of_nest(tmp_path: Path) -> None:
    """It knows syn_weight, delay and the synapse model of an edge, and no nsyns."""
    folder = tmp_path / "export"
    assert nest_spikes("export", folder, "--by-nest") == stored_spikes("export")
