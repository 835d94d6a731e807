"""Circuit and simulation configurations of others."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tiny_network import circuit_of, write_circuit, write_network

from bridge.errors import InputError
from bridge.sonata.read import read_network, read_sonata
from validation.config.column import FileColumn
from validation.experiment.column import read_column

pytestmark = pytest.mark.agreement


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_network(tmp_path / "net")


def write(root: Path, name: str, content: dict[str, Any]) -> Path:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def test_populations_choose(network: Path) -> None:
    """Others of the same file are not read, whatever they are."""
    before = read_sonata(network)
    for name in ("nodes", "edges"):
        stem = "v1_nodes" if name == "nodes" else "v1_v1_edges"
        own = "v1" if name == "nodes" else "v1_to_v1"
        with h5py.File(network / f"network/{stem}.h5", "r+") as file:
            file.copy(f"{name}/{own}", f"{name}/other")
            file[f"{name}/other/0/mood"] = np.ones(8)
    circuit = circuit_of(("v1", "lgn"))
    circuit["networks"]["nodes"][0]["populations"] = {"v1": {"type": "point_neuron"}}
    circuit["networks"]["edges"][0]["populations"] = {"v1_to_v1": {}}
    write_circuit(network, circuit)
    assert read_sonata(network).hash == before.hash
    circuit["networks"]["nodes"][0]["populations"] = {"v2": {}}
    write_circuit(network, circuit)
    with pytest.raises(InputError, match=r"v1_nodes\.h5: /nodes has no v2"):
        read_sonata(network)
    circuit["networks"]["nodes"][0]["populations"] = {"v1": {"type": "virtual"}}
    write_circuit(network, circuit)
    with pytest.raises(InputError, match="v1 is virtual by the configuration"):
        read_sonata(network)


def test_an_entry_can_be_off(network: Path) -> None:
    circuit = circuit_of(("v1", "lgn"))
    circuit["networks"]["edges"][0]["enabled"] = False
    write_circuit(network, circuit)
    assert read_sonata(network).recurrent.n_edges == 0
    circuit["networks"]["edges"][0]["enabled"] = "no"
    write_circuit(network, circuit)
    with pytest.raises(InputError, match='enabled is "no", not true or false'):
        read_sonata(network)


def test_a_simulation_names_its_circuit_and_its_components(network: Path) -> None:
    """Names of files count from the configuration that they stand in."""
    before = read_sonata(network)
    circuit = circuit_of(("v1", "lgn"))
    components = circuit.pop("components")
    write_circuit(network, circuit)
    simulation = {
        "manifest": {"$BASE": "..", "$DIR": "${configdir}"},
        "network": "$BASE/circuit_config.json",
        "components": components,
        "run": {"tstop": 100.0, "dt": 0.1},
    }
    path = write(network, "runs/simulation.json", simulation)
    assert read_sonata(path).hash == before.hash
    folders = {
        "point_neuron_models_dir": "../components/cell_models",
        "synaptic_models_dir": "../components/synaptic_models",
    }
    both = write(
        network, "runs/both.json", {"network": "a.json", "simulation": "b.json"}
    )
    write(network, "runs/a.json", {"network": "../circuit_config.json"})
    write(network, "runs/b.json", {"run": {"dt": 0.1}, "components": folders})
    assert read_sonata(both).hash == before.hash
    circuit["components"] = {}
    write_circuit(network, circuit)
    with pytest.raises(InputError, match="components stands here and in its network"):
        read_sonata(path)


def test_what_refers_to_itself_is_refused_at_once(network: Path) -> None:
    circuit = circuit_of(("v1",))
    doubling = {f"$V{k}": f"$V{k + 1}$V{k + 1}" for k in range(60)} | {"$V60": "x"}
    for manifest, message in (
        ({"$A": "$A/x"}, "variable $A of the manifest refers to itself"),
        ({"$A": "$B", "$B": "${A}/x"}, "variable $A of the manifest refers to itself"),
        (doubling, "too long with its variables put in"),
    ):
        write_circuit(network, circuit | {"manifest": manifest})
        with pytest.raises(InputError) as caught:
            read_sonata(network)
        assert message in str(caught.value)
    path = write(network, "loop.json", {"network": "loop.json"})
    with pytest.raises(InputError, match="refers to itself as its network"):
        read_sonata(path)
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    with pytest.raises(InputError, match=r"nested too deep|mood is not known"):
        read_sonata(write(network, "deep.json", {"mood": deep}))


def test_another_time_step_is_refused_where_it_counts(network: Path) -> None:
    content = {"network": "circuit_config.json", "run": {"tstop": 10.0, "dt": 0.25}}
    path = write(network, "simulation.json", content)
    assert read_network(path).reading.dt_ms == 0.25
    config = FileColumn(path=str(path))
    assert read_column(config, dt_ms=0.25).reading is not None
    with pytest.raises(InputError, match=r"run\.dt is 0\.25 ms, the step of the sim"):
        read_column(config, dt_ms=0.1)
    for wrong in ("fast", 0, True):
        write(network, "simulation.json", content | {"run": {"dt": wrong}})
        with pytest.raises(InputError, match=r"run\.dt is .*, not a time in ms"):
            read_sonata(path)


def test_a_circuit_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    root = write_network(tmp_path / "net")
    (root / "circuit_config.json").unlink()
    (root / "circuit_config.json").symlink_to("nowhere.json")
    with pytest.raises(InputError, match=r"circuit_config\.json: no such file"):
        read_sonata(root)
