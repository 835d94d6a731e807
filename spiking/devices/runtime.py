"""Simulation inside this process: Brian2's numpy and cython targets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from spiking.brian.brian_network import BrianNetwork, build_brian_network
from spiking.brian.brian_session import brian2_calls, import_brian2
from spiking.brian.random_numbers import cell_keys
from spiking.devices.reporting import report_steps
from spiking.network.network_arrays import NetworkArrays
from spiking.trials.trial import Spikes, Trial, Trials


def run_in_process(
    arrays: NetworkArrays,
    trials: Trials,
    *,
    target: str,
    report: Callable[[float], None],
) -> Spikes:
    """Run trials one after the other with a runtime target of Brian2.

    Parameters
    ----------
    arrays
        The network.
    trials
        Number of each trial and a function that makes it.
    target
        ``"numpy"`` or ``"cython"``.
    report
        Called with the biological milliseconds that were added.

    Yields
    ------
    tuple
        Number of the trial; its spikes as rows of (step, cell), int32.
    """
    with _target(target):
        built = build_brian_network(arrays.structure, arrays)
        built.network.store("rest")
    for number, make_trial in trials:
        trial = make_trial()
        with _target(target):
            built.network.restore("rest")
            spikes = _run(built, arrays, trial, report)
        yield number, spikes


@contextmanager
def _target(target: str) -> Iterator[None]:
    """Let Brian2 generate code for a target."""
    with brian2_calls() as b:
        previous = b.prefs["codegen.target"]
        b.prefs["codegen.target"] = target
        try:
            yield
        finally:
            b.prefs["codegen.target"] = previous


def _run(
    built: BrianNetwork,
    arrays: NetworkArrays,
    trial: Trial,
    report: Callable[[float], None],
) -> NDArray[np.int32]:
    b = import_brian2()
    dt_ms = arrays.structure.dt_ms
    cells = built.cells
    cells.key = cell_keys(trial.key, arrays.structure.n_cells)
    v_per_pa = arrays.parameters["v_per_pa"]
    cells.drive = trial.injected_pa * v_per_pa
    built.sources.set_spikes(
        trial.source_id, trial.source_step * dt_ms * b.ms, sorted=True
    )
    every = report_steps(dt_ms)
    step = 0

    def follow() -> None:
        nonlocal step
        if trial.current_pa is not None and step % trial.sample_steps == 0:
            now = trial.current_pa[step // trial.sample_steps]
            injected_pa = trial.injected_pa + now[trial.current_group]
            cells.drive = injected_pa * v_per_pa
        step += 1
        if step % every == 0 or step == trial.n_steps:
            report(((step - 1) % every + 1) * dt_ms)

    operation = b.NetworkOperation(
        follow, when="start", clock=cells.clock, name="follow_trial"
    )
    built.network.add(operation)
    try:
        built.network.run(trial.n_steps * dt_ms * b.ms, namespace={})
    finally:
        built.network.remove(operation)
    steps = np.round(np.asarray(built.spikes.t / b.ms) / dt_ms)
    return np.column_stack([steps, np.asarray(built.spikes.i)]).astype(np.int32)
