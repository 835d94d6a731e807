"""Cell-model files of other people: our spikes against NEST's, spike for spike.

The references come from ``benchmarks/references/make_nest_cells.py``: NEST's own
reading of keys that are left out, of ``asc_r``, of a starting voltage, of fewer
receptors, and BMTK's reading of Allen's form.
"""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.column.cell_models import CellModels
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.sonata.cell_model_files import read_cell_model, write_cell_model
from bridge.sonata.glif.nest_form import (
    ONLY_DEFAULT,
    READ,
    WITHOUT_EFFECT,
    GlifParameters,
    glif_parameters,
)
from spiking.devices.runtime import run_in_process
from spiking.network.network_arrays import network_arrays
from spiking.trials.trial import Trial

pytestmark = pytest.mark.agreement

REFERENCE = Path(__file__).parent / "data" / "nest_cells.json"
MAKER = Path(__file__).parents[2] / "benchmarks/references/make_nest_cells.py"
TRACES = json.loads(REFERENCE.read_text(encoding="utf-8"))
CELLS: dict[str, dict[str, Any]] = TRACES["cells"]


def models_of(parameters: list[GlifParameters]) -> CellModels:
    n = len(parameters)
    return CellModels(
        node_type_id=np.arange(n),
        pop_name=("e4other",) * n,
        population=np.full(n, 5),
        **{
            field.name: np.array([getattr(p, field.name) for p in parameters])
            for field in fields(GlifParameters)
        },
    )


def read_models(folder: Path) -> CellModels:
    read = []
    for cell in CELLS.values():
        (folder / "cell.json").write_text(json.dumps(cell["file"]))
        content = read_cell_model(folder / "cell.json", cell["template"])
        read.append(glif_parameters(content))
    return models_of(read)


def spikes_of(models: CellModels) -> dict[int, list[int]]:
    """Return the steps of the spikes of each model under the references' input."""
    pairs = [(c, p) for c in range(models.n_models) for p in range(models.n_ports[c])]
    target, port = np.array(pairs).T
    none = np.zeros(0)
    four, n = np.zeros(4), models.n_models
    column = Column(
        name="cells of others",
        cell_models=models,
        population=models.population,
        cell_model=np.arange(n),
        position_um=np.zeros((n, 3)),
        tuning_angle_deg=np.zeros(n),
        recurrent=Edges(none, none, none, none, none, none),
        lgn=LgnCells(np.arange(4), ("port",) * 4, four, four, four, np.ones(4)),
        lgn_edges=Edges(
            source=port,
            target=target,
            weight_pa=np.array(TRACES["weight_pa"])[port],
            delay_ms=np.full(port.size, TRACES["delay_ms"]),
            receptor=port,
            n_synapses=np.ones(port.size),
        ),
        background=PoissonInput.none(),
        surround=PoissonInput.none(),
    )
    step = np.array(TRACES["events"]["step"])

    def trial(n_steps: int) -> Trial:
        return Trial(
            key=0,
            n_steps=n_steps,
            source_step=step[step < n_steps],
            source_id=np.array(TRACES["events"]["receptor"], np.int32)[step < n_steps],
            injected_pa=np.zeros(n),
            current_pa=None,
            current_group=None,
            sample_steps=10,
        )

    found = run_in_process(
        network_arrays(column, TRACES["dt_ms"]),
        [
            (0, lambda: trial(round(TRACES["duration_ms"] / TRACES["dt_ms"]))),
            (1, lambda: trial(500)),
        ],
        target="numpy",
        report=lambda ms: None,
    )
    [(_, first), (_, second)] = found
    # a second trial starts from the same state
    np.testing.assert_array_equal(second, first[first[:, 0] < 500])
    return {c: sorted(first[first[:, 1] == c, 0].tolist()) for c in range(n)}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> CellModels:
    return read_models(tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="module")
def ours(models: CellModels) -> dict[int, list[int]]:
    return spikes_of(models)


@pytest.mark.parametrize("name", CELLS)
def test_spikes_fall_into_the_step_of_nest(
    name: str, ours: dict[int, list[int]]
) -> None:
    theirs = CELLS[name]["spikes"]
    assert theirs, "the cell never spikes: nothing is tested"
    # the last step of NEST's run would be recorded after its end
    last = round(TRACES["duration_ms"] / TRACES["dt_ms"]) - 1
    mine = [step for step in ours[list(CELLS).index(name)] if step < last]
    assert mine == [step for step in theirs if step < last]


def test_the_files_differ_in_what_they_do() -> None:
    """A reader that dropped a key would pass, if the key changed nothing."""
    spikes = {name: tuple(cell["spikes"]) for name, cell in CELLS.items()}
    same = {"asc_init", "threshold rules off"}
    for name in CELLS.keys() - same - {"glif3"}:
        assert spikes[name] != spikes["glif3"], name
    for name in same:
        assert spikes[name] == spikes["glif3"], name


def test_models_are_written_and_read_back(models: CellModels, tmp_path: Path) -> None:
    read = []
    for row in range(models.n_models):
        write_cell_model(tmp_path / "cell.json", models, row)
        read.append(glif_parameters(read_cell_model(tmp_path / "cell.json")))
    again = models_of(read)
    for field in fields(CellModels):
        np.testing.assert_array_equal(
            getattr(again, field.name), getattr(models, field.name)
        )


@pytest.mark.usefixtures("with_nest")
def test_the_references_are_what_nest_does_now(tmp_path: Path) -> None:
    out = tmp_path / "now.json"
    done = subprocess.run(
        [sys.executable, str(MAKER), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    now = json.loads(out.read_text(encoding="utf-8"))
    del now["nest_version"]
    assert now == {k: v for k, v in TRACES.items() if k != "nest_version"}


@pytest.mark.usefixtures("with_nest")
def test_every_key_of_nest_is_known(tmp_path: Path) -> None:
    """What NEST's cell lets itself be given is read, refused or without effect."""
    program = (
        "import json, nest\n"
        "known = {}\n"
        "for key, value in nest.Create('glif_psc').get().items():\n"
        "    value = value.tolist() if hasattr(value, 'tolist') else value\n"
        "    given = {'after_spike_currents': True, key: value}\n"
        "    try:\n"
        "        nest.Create('glif_psc', 1, given)\n"
        "    except Exception:\n"
        "        continue\n"
        "    known[key] = value\n"
        f"open({str(tmp_path / 'keys.json')!r}, 'w').write(json.dumps(known))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    known = json.loads((tmp_path / "keys.json").read_text())
    assert known.keys() == {*READ, *ONLY_DEFAULT, *WITHOUT_EFFECT}
    for key, default in (READ | ONLY_DEFAULT).items():
        assert known[key] == (list(default) if isinstance(default, tuple) else default)
