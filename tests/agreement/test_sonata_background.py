"""The rate of a background whose nodes state none: of spikes, asked for or assumed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.sonata.input_rates import node_rates
from bridge.sonata.read import read_network, read_sonata
from bridge.sonata.write import write_sonata

pytestmark = pytest.mark.agreement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an export of 20 cells whose background does not state its rate."""
    write_sonata(build_column(20, 1, surround=False), tmp_path / "c", input_ms=500.0)
    with h5py.File(tmp_path / "c/network/bkg_nodes.h5", "r+") as file:
        del file["nodes/bkg/0/rate_hz"]
    return tmp_path / "c"


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "simulation_config.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_spike_trains_of_the_configuration_give_the_rates(folder: Path) -> None:
    with h5py.File(folder / "inputs/bkg_spikes.h5") as file:
        ids = file["spikes/bkg/node_ids"][:].astype(int)
    counted = np.bincount(ids, minlength=20) / 0.5
    assert counted.std() > 0.0
    for path in (folder, folder / "simulation_config.json"):
        column, reading = read_network(path)
        assert (column.background.rate_hz == counted).all()
        assert reading.inputs_not_used == ()
    edit(folder, lambda c: c["run"].update(tstart=100.0, tstop=300.0))
    with h5py.File(folder / "inputs/bkg_spikes.h5") as file:
        times = file["spikes/bkg/timestamps"][:]
    part = np.bincount(ids[(times > 100.0) & (times <= 300.0)], minlength=20) / 0.2
    assert (read_sonata(folder).background.rate_hz == part).all()


def test_without_trains_the_rate_is_asked_for_or_assumed(folder: Path) -> None:
    circuit = folder / "circuit_config.json"
    assert (read_sonata(circuit).background.rate_hz == 1000.0).all()
    asked = read_sonata(circuit, background_hz=70.0)
    assert (asked.background.rate_hz == 70.0).all()
    edit(folder, lambda c: c["inputs"]["bkg_spikes"].update(enabled=False))
    assert (read_sonata(folder).background.rate_hz == 1000.0).all()


def test_a_rate_without_effect_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rate of 70 Hz has no effect"):
        read_sonata(folder, background_hz=70.0)
    write_sonata(build_column(20, 1), tmp_path / "ours", input_ms=0.0)
    with pytest.raises(InputError, match="rate of 70 Hz has no effect"):
        read_sonata(tmp_path / "ours", background_hz=70.0)
    with pytest.raises(InputError, match="background_hz -1: must be"):
        read_sonata(folder, background_hz=-1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["run"].pop("tstop") and c["run"].pop("duration"), "needs tstop"),
        (lambda c: c["run"].update(tstop=-1.0), "lasts from 0 to -1 ms"),
        (lambda c: c["run"].update(tstop=0.05), "no spike of the nodes of bkg"),
        (lambda c: c["run"].update(tstop="late"), "needs tstop"),
        (lambda c: c.update(inputs=[1]), "inputs is not an object"),
        (
            lambda c: c["inputs"].update(more=dict(c["inputs"]["bkg_spikes"])),
            "bkg_spikes and more are both of bkg",
        ),
        (
            lambda c: c["inputs"]["bkg_spikes"].update(input_file=["a.h5", "b.h5"]),
            r"bkg is no file of spikes|not the name of a file",
        ),
        (
            lambda c: c["inputs"]["bkg_spikes"].update(input_file="no.h5"),
            "no such spike file",
        ),
    ],
)
def test_trains_that_cannot_be_used_are_named(
    folder: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    edit(folder, change)
    with pytest.raises(InputError, match=message) as caught:
        read_sonata(folder)
    assert "\n" not in str(caught.value)


def test_nodes_that_state_a_rate_keep_it() -> None:
    stated = np.array([np.nan, 250.0])
    rates = node_rates("bkg", np.arange(2), stated, None, 70.0)
    assert rates.rate_hz.tolist() == [70.0, 250.0]
    assert not rates.states_them
    assert "others as asked for" in rates.origin


NODE_SETS: dict[str, tuple[object, dict[str, Any]]] = {
    "a population in a list": ({"population": ["bkg"]}, {}),
    "a named set": ("noise", {"noise": {"population": "bkg"}}),
    "a list of populations": ("list", {"list": ["bkg"]}),
    "a set of a set": ("outer", {"outer": "noise", "noise": {"populations": ["bkg"]}}),
}


@pytest.mark.parametrize("form", NODE_SETS)
@pytest.mark.parametrize("in_file", [False, True])
def test_an_input_may_go_to_a_named_set(folder: Path, form: str, in_file: bool) -> None:
    """Its spikes are the background's, as BMTK reads node sets."""
    before = read_sonata(folder)
    node_set, sets = NODE_SETS[form]
    (folder / "sets.json").write_text(json.dumps(sets))
    named = {"node_sets_file": "sets.json"} if in_file else {"node_sets": sets}
    edit(folder, lambda c: c.update(named))
    edit(folder, lambda c: c["inputs"]["bkg_spikes"].update(node_set=node_set))
    column, reading = read_network(folder / "simulation_config.json")
    assert column.hash == before.hash
    assert "mean of the spikes in bkg_spikes.h5" in reading.background_from


@pytest.mark.parametrize(
    "node_set",
    [
        "all",
        None,
        {"population": "bkg", "node_id": [0, 1]},
        {"population": ["bkg", "lgn"]},
        {"model_type": "virtual"},
        [0, 1, 2],
        "loop",
    ],
)
def test_an_input_that_may_be_the_backgrounds_is_named(
    folder: Path, node_set: object
) -> None:
    """Otherwise 1000 Hz would stand in for a rate that the files do say."""
    edit(folder, lambda c: c.update(node_sets={"loop": ["loop", "bkg"]}))
    edit(folder, lambda c: c["inputs"]["bkg_spikes"].update(node_set=node_set))
    with pytest.raises(InputError, match=r"input bkg_spikes: node_set .* not just"):
        read_sonata(folder)


def test_what_would_change_the_spikes_of_an_input_is_named(folder: Path) -> None:
    edit(folder, lambda c: c["inputs"]["bkg_spikes"].update(time_offset=10.0))
    with pytest.raises(InputError, match="input bkg_spikes: time_offset is not known"):
        read_sonata(folder)
