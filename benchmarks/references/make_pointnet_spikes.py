"""Reference spikes of BMTK's PointNet, which runs NEST, on small SONATA networks.

    python benchmarks/references/make_pointnet_spikes.py [--out FILE]
    python benchmarks/references/make_pointnet_spikes.py --network DIR --out FILE
        [--by-nest]

Needs the extra ``nest`` (nest-simulator, bmtk). Makes the networks of
``tests/agreement/small_networks.py``, runs each in a process of its own, and stores
step and cell of every spike as ``<network>_step`` and ``<network>_cell``. With
``--network`` it runs the simulation configuration in a folder, and stores ``step``
and ``cell``; with ``--by-nest`` NEST's own reader of SONATA reads the files, as far as
it is Python: NEST from PyPI lacks the HDF5 with which it connects, so that edges are
made here as its guide says (``syn_weight`` of the edge, all else of its type, and
nothing more). A spike that NEST stamps at ``t`` happened in the step ``t / dt - 1``.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
DT_MS = 0.1


def run_pointnet(folder: Path) -> None:
    """Run the simulation configuration in a folder; spikes go to ``output/``."""
    from bmtk.simulator import pointnet

    with contextlib.chdir(folder):  # BMTK takes relative names from here
        config = pointnet.Config.from_json("simulation_config.json")
        config.build_env()
        network = pointnet.PointNetwork.from_config(config)
        pointnet.PointSimulator.from_config(config, network).run()


def run_nest(folder: Path) -> None:
    """Run a folder in NEST's own reader; spikes go to ``output/`` as PointNet's do."""
    import h5py
    import nest
    from nest.lib import hl_api_sonata

    hl_api_sonata.have_hdf5 = True  # what needs it is done below
    configurations = (folder / f"{n}_config.json" for n in ("circuit", "simulation"))
    network = nest.SonataNetwork(*configurations)
    nodes = network.Create()
    recorder = nest.Create("spike_recorder")
    nest.Connect(nodes["v1"], recorder)
    for made in network._create_graph_specs()["edges"]:
        with h5py.File(made["edges_file"]) as file:
            (edges,) = file["edges"].values()
            if edges["edge_group_id"][:].any():
                raise ValueError("more than one group of edges, which NEST refuses")
            ends = [edges[f"{end}_node_id"] for end in ("source", "target")]
            first = [nodes[e.attrs["node_population"]][0].global_id for e in ends]
            source, target = (
                e[:].astype(int) + f for e, f in zip(ends, first, strict=True)
            )
            kind, weight = edges["edge_type_id"][:], edges["0/syn_weight"][:]
        for number, spec in made["syn_specs"].items():
            own = kind == int(number)
            each = {"weight": weight[own], "delay": np.full(own.sum(), spec["delay"])}
            nest.Connect(source[own], target[own], "one_to_one", {**spec, **each})
    nest.Simulate(network.config["run"]["tstop"])
    (folder / "output").mkdir()
    with h5py.File(folder / "output/spikes.h5", "w") as file:
        file["spikes/v1/timestamps"] = recorder.events["times"]
        file["spikes/v1/node_ids"] = (
            recorder.events["senders"] - nodes["v1"][0].global_id
        )


def steps_and_cells(folder: Path) -> dict[str, np.ndarray]:
    """Return step and cell of every spike that a run wrote, sorted."""
    import h5py

    with h5py.File(folder / "output/spikes.h5") as file:
        times_ms = file["spikes/v1/timestamps"][:]
        cell = file["spikes/v1/node_ids"][:].astype(np.int16)
    step = np.round(times_ms / DT_MS).astype(np.int16) - 1
    order = np.lexsort((cell, step))
    return {"step": step[order], "cell": cell[order]}


def run_in_process(folder: Path) -> dict[str, np.ndarray]:
    """Run a network in a new process: NEST keeps its state for a process's life."""
    out = folder / "pointnet.npz"
    command = [sys.executable, __file__, "--network", str(folder), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr[-2000:]}")
    with np.load(out) as stored:
        return dict(stored)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = ROOT / "tests/agreement/data/pointnet_spikes.npz"
    parser.add_argument("--network", type=Path, help="folder of one network to run")
    parser.add_argument("--by-nest", action="store_true", help="with --network")
    parser.add_argument("--out", type=Path, default=default)
    arguments = parser.parse_args()
    if arguments.network is not None:
        run = run_nest if arguments.by_nest else run_pointnet
        run(arguments.network)
        np.savez_compressed(arguments.out, **steps_and_cells(arguments.network))
        return
    sys.path.insert(0, str(ROOT / "tests/agreement"))
    from small_networks import NAMES, make_network

    found: dict[str, np.ndarray] = {}
    for name in NAMES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / name
            make_network(name, folder)
            for key, values in run_in_process(folder).items():
                found[f"{name}_{key}"] = values
        print(f"{name}: {found[f'{name}_step'].size} spikes")
    np.savez_compressed(arguments.out, **found)


if __name__ == "__main__":
    main()
