"""``v1bridge sweep``: many training runs, one process each, none of them twice."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import IO, Any

from bridge.errors import InputError, RunFolderError, V1BridgeError
from bridge.files.regular_file import read_text
from bridge.files.run.former import check_same
from bridge.files.run.lock import locked
from bridge.files.run.marker import read_marker
from bridge.files.run.out import check_out, refuse_overlap
from bridge.files.run.places import (
    is_real_file,
    is_taken,
    require_real_folder,
    resolved,
)
from bridge.files.run_folder import is_complete
from bridge.files.written_file import PARTIAL, made_folder, write_text
from bridge.machine.parent import PARENT
from bridge.progress import task
from ratemodel.network.device import choose_device, resolve_device
from validation.commands.job_log import run_logged
from validation.commands.progress_bar import ProgressBar
from validation.config.sweep import Job, read_sweep
from validation.terminal import PlainConsole
from validation.training.certificate_choice import with_certificate
from validation.training.certified import Certified, certified_model
from validation.training.inputs import training_hashes, training_paths
from validation.training.results_file import read_results
from validation.training.start import start_weights
from validation.training.sweep_table import is_sweep_table, sweep_markdown
from validation.training.train import COMMAND
from validation.training.training_run import RESULTS

TABLE = "sweep.md"
"""File of the table in the folder of a sweep."""

LOGS = "logs"
"""Folder of what the jobs say."""

_STOPPED = 128 + signal.SIGTERM
"""Exit code of a job that the sweep stopped."""


def sweep_into(grid: Path, out: Path, n_jobs: int = 1) -> None:
    """Train every network of a grid that is not trained yet; write the table.

    Parameters
    ----------
    grid
        TOML file, see :class:`~validation.config.sweep.SweepConfig`.
    out
        Folder with one run folder per job, ``logs``, and the table. A job that is
        complete is not repeated, one that was interrupted goes on.
    n_jobs
        Jobs at a time.

    Raises
    ------
    V1BridgeError
        If the grid cannot be used or the gate refuses one of its columns, before
        anything is computed; at the end, if a job failed.
    """
    if n_jobs < 1:
        raise InputError(f"--jobs {n_jobs}: must be at least 1")
    jobs = tuple(
        replace(job, config=with_certificate(job.config)) for job in read_sweep(grid)
    )
    _check_places(grid, jobs, out)
    _check(jobs, out)
    console = PlainConsole()
    codes: dict[str, int] = {}
    children = Children()
    with (
        made_folder(out.parent),
        locked(resolved(out)),
        made_folder(out / LOGS),
        ProgressBar() as progress,
        task(progress, "sweep", len(jobs)),
        _threads(n_jobs, children) as threads,
    ):
        for left_over in (*out.glob(PARTIAL), *(out / LOGS).glob(PARTIAL)):
            left_over.unlink()  # of a sweep that was killed
        progress.note("sweep", ", ".join(job.name for job in jobs[:n_jobs]))
        running = {
            threads.submit(_train_missing, job, out, children): job for job in jobs
        }
        for future in as_completed(running):
            job = running[future]
            progress.note("sweep", f"{job.name} done")
            if code := future.result():
                codes[job.name] = code
                console.print(
                    f"{job.name} failed, see {out / LOGS / job.name}.log",
                    soft_wrap=True,
                )
            _write_table(jobs, out)
            progress.advance("sweep")
    if is_taken(out / TABLE):
        console.print((out / TABLE).read_text(encoding="utf-8"), soft_wrap=True)
    if codes:
        # a job says 2 where its input, not the machine, is at fault
        is_of_machine = any(code != 2 for code in codes.values())
        raise V1BridgeError(
            f"{len(codes)} of {len(jobs)} jobs failed: {', '.join(codes)}; "
            f"see {out / LOGS}"
        ) from (OSError(errno.EIO, "a job failed") if is_of_machine else None)


def _check_places(grid: Path, jobs: Sequence[Job], out: Path) -> None:
    """Refuse to write where an input lies, or what is not ours."""
    if out.exists() and not out.is_dir():
        raise RunFolderError(f"{out}: is a file; --out needs a folder")
    inputs = {"the grid": grid}
    for job in jobs:
        for key, path in training_paths(job.config).items():
            if path not in inputs.values():
                inputs[f"{key} of {job.name}"] = path
    for name in (*(job.name for job in jobs), LOGS, TABLE):
        refuse_overlap(out / name, inputs)
    require_real_folder(out / LOGS)
    table = out / TABLE
    is_ours = is_real_file(out, TABLE) and is_sweep_table(read_text(table))
    if is_taken(table) and not is_ours:
        raise RunFolderError(
            f"{table}: was not written by v1bridge and is in the way; choose another "
            "--out"
        )


def _check(jobs: Sequence[Job], out: Path) -> None:
    """Refuse what one of the jobs would be refused for."""
    checked: dict[tuple[str, bool, str | None], Certified] = {}
    for job in jobs:
        resolve_device(choose_device(job.config.training.device))
        folder = out / job.name
        check_out(folder, COMMAND, {}, resume=True)
        marker = read_marker(folder)
        if marker is not None and is_complete(folder):
            hashes = training_hashes(job.config, None)
            check_same(folder, marker, job.config.to_toml(), hashes)
            read_results(folder / RESULTS, job.config.tasks.tasks)
            continue
        # a start may bring a certificate that is of its network alone
        which = job.size, job.has_lgn, job.config.training.start
        if which not in checked:
            checked[which] = certified_model(job.config)
        start_weights(job.config, checked[which])


class Children:
    """The processes of the jobs that run now.

    Attributes
    ----------
    is_over
        Whether they were stopped, and no other is started.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self.is_over = Lock(), False

    def run(self, command: Sequence[str], log: IO[bytes]) -> int:
        """Run a command to its end; return its exit code."""
        with self._lock:
            if self.is_over:
                return _STOPPED
            child = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env={**os.environ, PARENT: str(os.getpid())},
            )
            self._running.add(child)
        try:
            return child.wait()
        finally:
            self._running.discard(child)

    def stop(self) -> None:
        """Ask all to stop and let no other start; training keeps a checkpoint."""
        with self._lock:
            self.is_over = True
            for child in self._running:
                child.terminate()


@contextmanager
def _threads(n_jobs: int, children: Children) -> Iterator[ThreadPoolExecutor]:
    """Wait for jobs with so many threads; whatever goes wrong stops them all."""
    threads = ThreadPoolExecutor(n_jobs)
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        children.stop()
        threads.shutdown()


def _train_missing(job: Job, out: Path, children: Children) -> int:
    if is_complete(out / job.name):
        return 0
    return _STOPPED if children.is_over else _train(job, out, children)


def _train(job: Job, out: Path, children: Children) -> int:
    """Run one job in a process of its own; return its exit code."""
    config, said = (out / LOGS / f"{job.name}.{kind}" for kind in ("toml", "log"))
    command = [sys.executable, "-m", "v1bridge", "train", str(config)]
    command += ["--out", str(out / job.name), "--resume"]
    try:
        code = run_logged(
            lambda log: children.run(command, log), said, config, job.config.to_toml()
        )
    except (OSError, V1BridgeError):
        children.stop()  # before this thread takes up the next job
        raise
    if code == 130:  # the user's Ctrl-C reaches the job as well
        raise KeyboardInterrupt
    return code


def _write_table(jobs: Sequence[Job], out: Path) -> None:
    found: list[tuple[Job, dict[str, Any]]] = [
        (job, read_results(out / job.name / RESULTS, job.config.tasks.tasks))
        for job in jobs
        if is_complete(out / job.name)
    ]
    if found or is_taken(out / TABLE):  # of runs that are gone since
        write_text(out / TABLE, sweep_markdown(found))
