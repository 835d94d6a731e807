"""How far a rate model at a coarse step is from itself at 0.25 ms.

Run from the repository root:

    python benchmarks/step/step_size.py [--cells 3k] [--parameters FILE]

It reduces the column of seed 1 (measured transfer functions; ``--parameters`` takes
a file of ``v1bridge validate`` instead, or keeps them there for the next time) and
runs every form at 0.5, 1, 2 and 5 ms against 0.25 ms: on a flash, a grating and
broadband modulation of 100 % together (1.5 s each, the first 0.5 s dropped), and on
trials like those of tasks, from rest: a quarter of the LGN cells at 108 Hz for 200 ms
of 300 ms, the others silent, nothing dropped. It prints, as a table for
``docs/results/step.md``, the explained variance and the NRMSE (as the validation
takes them, in bins of 10 ms) of the median and of the worst population. ``--cells
300`` takes a minute, the 3k column half an hour on one core.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from bridge.arrays import FloatArray
from bridge.column.building.build import build_column
from bridge.column.lgn_cells import LgnCells
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import read_parameters, write_parameters
from bridge.stimulus.scenes.broadband import broadband
from bridge.stimulus.scenes.flash import flash
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from validation.experiment.reduce import reduce

MODELS = (
    ("instantaneous", None),
    ("low_pass", 0.5),
    ("low_pass", 1.5),
    ("equilibrium", 12.0),
)
STEPS_MS = (0.5, 1.0, 2.0, 5.0)
FINE_MS = 0.25
DURATION_MS, DROP_MS = 1500.0, 500.0
TASK_MS, TASK_ON_MS, TASK_HZ, TASK_SHARE, N_TASKS = 300, 200, 108.0, 0.25, 4
FIRING_HZ = 0.2
"""Populations below this mean rate are left out, as in the validation."""


def shown(lgn: LgnCells) -> list[Stimulus]:
    """Return the stimuli of the validation's test set that move most."""
    return [
        flash(lgn, onset_ms=DROP_MS + 250.0, duration_ms=DURATION_MS),
        grating(lgn, direction_deg=45.0, onset_ms=0.0, duration_ms=DURATION_MS),
        broadband(lgn, modulation=1.0, duration_ms=DURATION_MS),
    ]


def tasks(n_lgn: int) -> list[Stimulus]:
    """Return trials that start from rest, like those of a task."""
    rng = np.random.default_rng(1)
    hz = np.where(np.arange(TASK_MS) < TASK_ON_MS, TASK_HZ, 0.0)
    chosen = [rng.random(n_lgn) < TASK_SHARE for _ in range(N_TASKS)]
    return [Stimulus(f"task_{k}", 1.0, np.outer(hz, on)) for k, on in enumerate(chosen)]


def rates_of(
    parameters: RateParameters,
    model: RateModel,
    stimuli: list[Stimulus],
    drop_ms: float,
) -> FloatArray:
    """Return rates in bins of 10 ms, Hz, ``(n_bins of all stimuli, 17)``."""
    result = RateNetwork(parameters, model).run(stimuli, drop_ms=drop_ms)
    return result.rates[:, round(drop_ms / 10.0) :].reshape(-1, result.rates.shape[-1])


def differences(coarse: FloatArray, fine: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return explained variance and NRMSE of every population that fires."""
    with np.errstate(invalid="ignore"):
        fires = fine.mean(axis=0) > FIRING_HZ
    coarse, fine = coarse[:, fires], fine[:, fires]
    explained = 1.0 - (coarse - fine).var(axis=0) / fine.var(axis=0)
    nrmse = np.sqrt(((coarse - fine) ** 2).mean(axis=0)) / fine.mean(axis=0)
    return explained, nrmse


def rows(parameters: RateParameters, lgn: LgnCells, forms: list[str]) -> Iterator[str]:
    """Yield the lines of the table, a form and model each."""
    sets = ((shown(lgn), DROP_MS), (tasks(parameters.n_lgn), 0.0))
    for form in forms:
        for variant, tau_r in MODELS:
            label = f"{variant} {form}" + (f", τ_r {tau_r:g}" if tau_r else "")
            cells = {step: list[str]() for step in STEPS_MS}
            for stimuli, drop in sets:
                model = RateModel.of_form(variant, form, tau_r, FINE_MS)
                fine = rates_of(parameters, model, stimuli, drop)
                for step in STEPS_MS:
                    model = RateModel.of_form(variant, form, tau_r, step)
                    coarse = rates_of(parameters, model, stimuli, drop)
                    explained, nrmse = differences(coarse, fine)
                    cells[step] += [
                        f"{np.median(explained):.4f} ({explained.min():.4f})",
                        f"{np.median(nrmse):.3f} ({nrmse.max():.3f})",
                    ]
            for step, own in cells.items():
                yield f"| {label} | {step:g} | " + " | ".join(own) + " |"


def parameters_of(cells: str, path: Path | None) -> tuple[RateParameters, LgnCells]:
    """Return the parameters of the column, kept in a file if there is to be one."""
    column = build_column(int(cells) if cells.isdecimal() else cells, 1)
    if path is not None and path.exists():
        return read_parameters(path), column.lgn
    parameters = reduce(column)
    if path is not None:
        write_parameters(parameters, path)
    return parameters, column.lgn


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", default="3k")
    parser.add_argument("--parameters", type=Path)
    parser.add_argument("--forms", nargs="+", default=["extended", "membrane"])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    parameters, lgn = parameters_of(arguments.cells, arguments.parameters)
    print("| | Δt, ms | EV | NRMSE | tasks: EV | NRMSE |\n|---|---|---|---|---|---|")
    for row in rows(parameters, lgn, arguments.forms):
        print(row, flush=True)


if __name__ == "__main__":
    main()
