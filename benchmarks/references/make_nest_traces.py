"""Reference spikes of NEST's ``glif_psc`` for the 111 cell models.

    python benchmarks/references/make_nest_traces.py [--out FILE]

Needs the extra ``nest`` (nest-simulator). Each model runs alone for 1.5 s at
dt 0.1 ms under three inputs, which are stored with the spikes:

* ``constant``: 1.2 times its rheobase;
* ``noisy``: 0.9 rheobase plus coloured noise, new every millisecond;
* ``synaptic``: 0.7 rheobase plus spikes on all four receptors.

Spikes are stored as steps: a spike that NEST stamps at ``t`` happened in the
step ``t / dt - 1``.
"""

import argparse
from pathlib import Path

import nest
import numpy as np

from bridge.column.building.models_of_table import models_of_table
from bridge.column.cell_models import CellModels
from bridge.sonata.cell_model_files import nest_parameters

DT_MS = 0.1
DURATION_MS = 1500.0
SAMPLE_MS = 1.0
LEAD_MS = 1.0
"""Quiet time before the input, which NEST's current generator needs."""
CURRENT_LAG_MS = DT_MS
"""A step of NEST's current generator acts one time step late."""
EVENT_RATE_HZ = (900.0, 200.0, 500.0, 150.0)
DELAY_MS = 1.3
PEAK_OF_RHEOBASE = (0.06, -0.08, 0.12, -0.1)
"""Peak of an arrival on each receptor, relative to the rheobase."""


def draw_inputs() -> dict[str, np.ndarray]:
    """Return the noise (relative to rheobase) and the spikes of each receptor."""
    rng = np.random.default_rng(111)
    n_samples = round(DURATION_MS / SAMPLE_MS)
    noise = np.zeros(n_samples)
    keep = np.exp(-SAMPLE_MS / 5.0)
    for k in range(1, n_samples):
        noise[k] = keep * noise[k - 1] + np.sqrt(1 - keep**2) * rng.normal()
    steps, ports = [], []
    for port, rate_hz in enumerate(EVENT_RATE_HZ):
        n_steps = round(DURATION_MS / DT_MS)
        fired = np.flatnonzero(rng.random(n_steps) < rate_hz * DT_MS * 1e-3)
        steps.append(fired)
        ports.append(np.full(fired.size, port))
    step, port = np.concatenate(steps), np.concatenate(ports)
    order = np.lexsort((port, step))
    return {
        "noise": np.float32(0.8 * noise),
        "event_step": np.int32(step[order]),
        "event_port": np.int8(port[order]),
    }


def create_cells(models: CellModels) -> "nest.NodeCollection":
    """Create one cell per model."""
    return nest.Create(
        "glif_psc",
        models.n_models,
        [
            {**nest_parameters(models, m), "asc_r": [1.0, 1.0]}
            for m in range(models.n_models)
        ],
    )


def run(models: CellModels, condition: str, inputs: dict[str, np.ndarray]):
    """Return step and model of each spike under one condition."""
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT_MS
    rheobase_pa = models.g_ns * (models.v_th_mv - models.e_l_mv)
    cells = create_cells(models)
    level = {
        "constant": np.array([1.2]),
        "noisy": 0.9 + np.float64(inputs["noise"]),
        "synaptic": np.array([0.7]),
    }[condition]
    starts = LEAD_MS - CURRENT_LAG_MS + SAMPLE_MS * np.arange(level.size)
    for m in range(models.n_models):
        generator = nest.Create(
            "step_current_generator",
            params={
                "amplitude_times": np.round(starts, 6),
                "amplitude_values": level * rheobase_pa[m],
            },
        )
        nest.Connect(generator, cells[m], syn_spec={"delay": DT_MS})
    if condition == "synaptic":
        connect_events(cells, rheobase_pa, inputs)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Simulate(LEAD_MS + DURATION_MS)
    events = recorder.events
    step = np.round((events["times"] - LEAD_MS) / DT_MS).astype(np.int32) - 1
    model = np.int16(events["senders"] - cells[0].global_id)
    order = np.lexsort((step, model))
    return step[order], model[order]


def connect_events(
    cells: "nest.NodeCollection",
    rheobase_pa: np.ndarray,
    inputs: dict[str, np.ndarray],
) -> None:
    """Send the input spikes of each receptor to every cell."""
    for port, peak in enumerate(PEAK_OF_RHEOBASE):
        own = inputs["event_port"] == port
        times = LEAD_MS + (inputs["event_step"][own] + 1) * DT_MS
        generator = nest.Create(
            "spike_generator", params={"spike_times": np.round(times, 6)}
        )
        for m in range(rheobase_pa.size):
            nest.Connect(
                generator,
                cells[m],
                syn_spec={
                    "weight": peak * rheobase_pa[m],
                    "delay": DELAY_MS,
                    "receptor_type": port + 1,
                },
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "tests/agreement/data/nest_glif3.npz"
    parser.add_argument("--out", type=Path, default=default)
    out = parser.parse_args().out
    models, inputs = models_of_table(), draw_inputs()
    traces = {
        "node_type_id": models.node_type_id,
        "peak_of_rheobase": np.array(PEAK_OF_RHEOBASE),
        "delay_ms": np.float64(DELAY_MS),
        "dt_ms": np.float64(DT_MS),
        "nest_version": np.array(nest.__version__),
        **inputs,
    }
    for condition in ("constant", "noisy", "synaptic"):
        step, model = run(models, condition, inputs)
        traces[f"{condition}_step"] = step
        traces[f"{condition}_model"] = model
        silent = models.n_models - np.unique(model).size
        print(f"{condition}: {step.size} spikes, {silent} silent models")
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, **traces)
    print(f"{out}: {out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
