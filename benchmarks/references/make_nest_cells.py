"""Reference spikes of NEST for cell-model files as other people write them.

    python benchmarks/references/make_nest_cells.py [--out FILE]

Needs the extra ``nest`` (nest-simulator, bmtk). Each file below makes one cell,
which gets the same spikes on each of its receptors for 0.3 s. What the
file says goes to NEST as it is; Allen's form goes through BMTK's own conversion
first. The files, their input and NEST's spikes are written together.

Spikes are stored as steps: a spike that NEST stamps at ``t`` happened in the
step ``t / dt - 1``.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import nest
import numpy as np

DT_MS = 0.1
DURATION_MS = 300.0
DELAY_MS = 1.3
WEIGHT_PA = (200.0, -30.0, 90.0, -20.0)
EVENT_RATE_HZ = (200.0, 150.0, 400.0, 150.0)

FULL: dict[str, Any] = {
    "V_m": -75.0,
    "V_th": -50.0,
    "g": 5.0,
    "E_L": -75.0,
    "C_m": 80.0,
    "t_ref": 3.0,
    "V_reset": -75.0,
    "asc_init": [0.0, 0.0],
    "asc_decay": [0.003, 0.1],
    "asc_amps": [-10.0, -60.0],
    "tau_syn": [5.5, 8.5, 2.8, 5.8],
    "spike_dependent_threshold": False,
    "after_spike_currents": True,
    "adapting_threshold": False,
}
ALLEN: dict[str, Any] = {
    "type": "GLIF",
    "El_reference": -0.0725,
    "El": 0.001,
    "C": 6.2e-11,
    "R_input": 1.7e8,
    "th_inf": 0.021,
    "init_threshold": 0.021,
    "init_voltage": 0.001,
    "init_AScurrents": [0.0, 0.0],
    "spike_cut_length": 43,
    "dt": 5e-05,
    "dt_multiplier": 10,
    "th_adapt": None,
    "extrapolation_method_name": "endpoints",
    "asc_amp_array": [-9.0e-12, -8.0e-11],
    "asc_tau_array": [0.3333333333333333, 0.01],
    "coeffs": {
        "a": 1,
        "b": 1,
        "C": 1,
        "G": 1.1,
        "th_inf": 1.05,
        "asc_amp_array": [1.0, 0.8],
    },
    "voltage_dynamics_method": {"name": "linear_forward_euler", "params": {}},
    "voltage_reset_method": {"name": "zero", "params": {}},
    "threshold_dynamics_method": {"name": "inf", "params": {}},
    "threshold_reset_method": {"name": "inf", "params": {}},
    "AScurrent_dynamics_method": {"name": "exp", "params": {}},
    "AScurrent_reset_method": {"name": "sum", "params": {"r": [1.0, 1.0]}},
}
NONE = {"name": "none", "params": {}}


def without(*keys: str) -> dict[str, Any]:
    """Return the full file without some keys."""
    return {k: v for k, v in FULL.items() if k not in keys}


FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "glif3": ("nest:glif_psc", FULL),
    "glif1": ("nest:glif_psc", {**FULL, "after_spike_currents": False}),
    "no flags": (
        "nest:glif_psc",
        without("after_spike_currents", "adapting_threshold"),
    ),
    "no amplitudes": ("nest:glif_psc", without("asc_amps", "asc_decay")),
    "asc_r": ("nest:glif_psc", {**FULL, "asc_r": [0.3, 0.9]}),
    "asc_r 0": ("nest:glif_psc", {**FULL, "asc_r": [0.0, 0.0]}),
    "asc_init": ("nest:glif_psc", {**FULL, "asc_init": [-100.0, -100.0]}),
    "starts high": ("nest:glif_psc", {**FULL, "V_m": -52.0}),
    "starts above threshold": ("nest:glif_psc", {**FULL, "V_m": -45.0}),
    "no V_m": ("nest:glif_psc", without("V_m")),
    "no E_L": ("nest:glif_psc", without("E_L", "V_reset")),
    "reset is not rest": ("nest:glif_psc", {**FULL, "V_reset": -60.0}),
    "rest above threshold": ("nest:glif_psc", {**FULL, "E_L": -49.0}),
    "threshold rules off": (
        "nest:glif_psc",
        {**FULL, "th_spike_add": 5.0, "voltage_reset_fraction": 0.9, "tau_minus": 7.0},
    ),
    "one receptor": ("nest:glif_psc", {**FULL, "tau_syn": [5.5]}),
    "two receptors": ("nest:glif_psc", {**FULL, "tau_syn": [5, 8]}),
    "three receptors": ("nest:glif_psc", {**FULL, "tau_syn": [5.5, 8.5, 2.8]}),
    "one receptor by default": ("nest:glif_psc", without("tau_syn")),
    "nothing but defaults": ("nest:glif_psc", {}),
    "Allen glif3": ("nest:glif_lif_asc_psc", ALLEN),
    "Allen glif1": (
        "nest:glif_lif_psc",
        {**ALLEN, "AScurrent_dynamics_method": NONE, "AScurrent_reset_method": NONE},
    ),
    "Allen glif3 read as glif1": ("nest:glif_lif_psc", ALLEN),
}


def draw_events() -> dict[str, list[int]]:
    """Return steps and receptors of the input spikes."""
    rng = np.random.default_rng(10)
    n_steps = round(DURATION_MS / DT_MS)
    fired = [
        np.flatnonzero(rng.random(n_steps) < rate * DT_MS * 1e-3)
        for rate in EVENT_RATE_HZ
    ]
    step = np.concatenate(fired)
    receptor = np.repeat(np.arange(4), [f.size for f in fired])
    order = np.lexsort((receptor, step))
    return {"step": step[order].tolist(), "receptor": receptor[order].tolist()}


def spikes_of(
    template: str, content: dict[str, Any], events: dict[str, list[int]]
) -> list[int]:
    """Return the steps of NEST's spikes for one file."""
    from bmtk.simulator.pointnet.glif_utils import convert_aibs2nest

    if content.get("type") == "GLIF":
        template, content = convert_aibs2nest(template, content)
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT_MS
    cell = nest.Create(template.removeprefix("nest:"), 1, content)
    n_receptors = len(cell.get("tau_syn"))
    step, receptor = np.array(events["step"]), np.array(events["receptor"])
    for port in range(n_receptors):
        times = (step[receptor == port] + 1) * DT_MS
        generator = nest.Create(
            "spike_generator", params={"spike_times": np.round(times, 6)}
        )
        nest.Connect(
            generator,
            cell,
            syn_spec={
                "weight": WEIGHT_PA[port],
                "delay": DELAY_MS,
                "receptor_type": port + 1,
            },
        )
    recorder = nest.Create("spike_recorder")
    nest.Connect(cell, recorder)
    nest.Simulate(DURATION_MS)
    times = np.asarray(recorder.events["times"])
    found: list[int] = (np.round(times / DT_MS).astype(int) - 1).tolist()
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "tests/agreement/data/nest_cells.json"
    parser.add_argument("--out", type=Path, default=default)
    out = parser.parse_args().out
    events = draw_events()
    cells = {}
    for name, (template, content) in FILES.items():
        spikes = spikes_of(template, content, events)
        print(f"{name}: {len(spikes)} spikes")
        cells[name] = {"template": template, "file": content, "spikes": spikes}
    content = {
        "nest_version": nest.__version__,
        "dt_ms": DT_MS,
        "duration_ms": DURATION_MS,
        "delay_ms": DELAY_MS,
        "weight_pa": WEIGHT_PA,
        "events": events,
        "cells": cells,
    }
    out.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"{out}: {out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
