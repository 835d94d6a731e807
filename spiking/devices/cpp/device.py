"""Simulation in compiled processes: the default device."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread

import numpy as np
from numpy.typing import NDArray

from spiking.devices.array_file import write_array
from spiking.devices.cpp.program import compiled_network
from spiking.devices.reporting import report_steps
from spiking.devices.trial_process import TrialProcess
from spiking.network.network_arrays import NetworkArrays
from spiking.trials.trial import Spikes, Trial, Trials


def run_compiled(
    arrays: NetworkArrays,
    trials: Trials,
    *,
    n_jobs: int,
    report: Callable[[float], None],
) -> Spikes:
    """Run trials in ``n_jobs`` processes of the same binary.

    A process that is free takes the next trial, so the order of the results is
    not that of the trials; the results do not depend on the split.

    Parameters
    ----------
    arrays
        The network.
    trials
        Number of each trial and a function that makes it.
    n_jobs
        Number of processes.
    report
        Called with the biological milliseconds that were added.

    Yields
    ------
    tuple
        Number of the trial; its spikes as rows of (step, cell), int32.

    Raises
    ------
    DeviceError
        If the binary cannot be made or a process dies.
    """
    binary, _ = compiled_network(arrays.structure)
    with tempfile.TemporaryDirectory(prefix="v1bridge-") as folder:
        run_folder = Path(folder)
        command = [str(binary), *_write_network(arrays, run_folder)]
        pool = _Pool(command, run_folder, arrays.structure.dt_ms, report)
        try:
            yield from pool.run(trials, n_jobs)
        finally:
            pool.stop()


def _write_network(arrays: NetworkArrays, folder: Path) -> list[str]:
    """Write the arrays of the network; return the arguments of the binary."""
    arguments = [str(folder)]
    for name, values in arrays.parameters.items():
        path = folder / f"cells_{name}"
        write_array(path, values)
        arguments.append(f"cells.{name}={path}")
    for name in ("recurrent", "external"):
        synapses = getattr(arrays, name)
        for part in ("source", "target", "jump", "slot"):
            write_array(folder / f"{name}_{part}", getattr(synapses, part))
        delay_s = synapses.delay_steps * arrays.structure.dt_ms * 1e-3
        write_array(folder / f"{name}_delay", delay_s)
    write_array(folder / "stream_cumulative", arrays.stream_cumulative)
    write_array(folder / "stream_jump", arrays.stream_jump)
    return arguments


class _Pool:
    """Processes of the binary, one thread beside each."""

    def __init__(
        self,
        command: list[str],
        folder: Path,
        dt_ms: float,
        report: Callable[[float], None],
    ) -> None:
        self._command = command
        self._folder = folder
        self._dt_ms = dt_ms
        self._report = report
        self._report_lock = Lock()
        self._trials_lock = Lock()
        self._stopped = Event()
        self._processes: list[TrialProcess] = []
        self._threads: list[Thread] = []

    def run(
        self, trials: Trials, n_jobs: int
    ) -> Iterator[tuple[int, NDArray[np.int32]]]:
        waiting = iter(trials)
        results: SimpleQueue[tuple[int, NDArray[np.int32]] | BaseException | None]
        results = SimpleQueue()

        def work(job: int) -> None:
            try:
                self._work(job, waiting, results.put)
            except BaseException as error:
                results.put(error)
            else:
                results.put(None)

        self._threads = [
            Thread(target=work, args=(job,), daemon=True) for job in range(n_jobs)
        ]
        for thread in self._threads:
            thread.start()
        n_open = n_jobs
        while n_open:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                n_open -= 1
            else:
                yield result

    def stop(self) -> None:
        """End every process and wait for the threads."""
        self._stopped.set()
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            process.wait()

    def _work(
        self,
        job: int,
        waiting: Iterator[tuple[int, Callable[[], Trial]]],
        put: Callable[[tuple[int, NDArray[np.int32]]], None],
    ) -> None:
        process: TrialProcess | None = None
        folder = self._folder / f"trial-{job}"
        folder.mkdir()
        while not self._stopped.is_set():
            with self._trials_lock:
                following = next(waiting, None)
            if following is None:
                break
            number, make_trial = following
            trial = make_trial()
            if process is None:
                process = self._start(job)
            put((number, self._run(process, folder, trial)))
        if process is not None:
            process.close()

    def _start(self, job: int) -> TrialProcess:
        process = TrialProcess(self._command, self._folder / f"errors-{job}", "cpp")
        self._processes.append(process)
        if self._stopped.is_set():
            process.kill()
        return process

    def _run(
        self, process: TrialProcess, folder: Path, trial: Trial
    ) -> NDArray[np.int32]:
        for path in folder.iterdir():
            path.unlink()
        write_array(folder / "source_step", trial.source_step.astype(np.int32))
        write_array(folder / "source_id", trial.source_id.astype(np.int32))
        write_array(folder / "injected", trial.injected_pa.astype(np.float64))
        if trial.current_pa is not None and trial.current_group is not None:
            write_array(folder / "current", trial.current_pa.astype(np.float64))
            write_array(folder / "current_group", trial.current_group.astype(np.int32))
        every = report_steps(self._dt_ms)
        for n_steps in process.ask(
            f"{trial.key} {trial.n_steps} {trial.sample_steps} {every} {folder}"
        ):
            with self._report_lock:
                self._report(n_steps * self._dt_ms)
        spikes = np.fromfile(folder / "spikes", dtype=np.int32)
        return spikes.reshape(-1, 2)
