"""``v1bridge sweep``: many training runs, one process each, none of them twice."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any

from bridge.errors import InputError, RunFolderError, V1BridgeError
from bridge.files.run_folder import CONFIG, is_complete
from bridge.machine.parent import PARENT
from bridge.progress import task
from ratemodel.network.device import choose_device, resolve_device
from validation.commands.progress_bar import ProgressBar
from validation.config.sweep import Job, read_sweep
from validation.terminal import PlainConsole
from validation.training.certified import Certified, certified_model
from validation.training.start import start_weights
from validation.training.sweep_table import sweep_markdown
from validation.training.training_run import RESULTS

TABLE = "sweep.md"
"""File of the table in the folder of a sweep."""


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
    jobs = read_sweep(grid)
    _check(jobs, out)
    (out / "logs").mkdir(parents=True, exist_ok=True)
    console = PlainConsole()
    failed = []
    children = Children()
    with (
        ProgressBar() as progress,
        task(progress, "sweep", len(jobs)),
        _threads(n_jobs, children) as threads,
    ):
        progress.note("sweep", ", ".join(job.name for job in jobs[:n_jobs]))
        running = {
            threads.submit(_train_missing, job, out, children): job for job in jobs
        }
        for future in as_completed(running):
            job = running[future]
            progress.note("sweep", f"{job.name} done")
            if not future.result():
                failed.append(job.name)
                console.print(
                    f"{job.name} failed, see {out / 'logs' / job.name}.log",
                    soft_wrap=True,
                )
            _write_table(jobs, out)
            progress.advance("sweep")
    console.print((out / TABLE).read_text(encoding="utf-8"), soft_wrap=True)
    if failed:
        raise V1BridgeError(
            f"{len(failed)} of {len(jobs)} jobs failed: {', '.join(failed)}; "
            f"see {out / 'logs'}"
        )


def _check(jobs: Sequence[Job], out: Path) -> None:
    """Refuse what one of the jobs would be refused for."""
    if out.exists() and not out.is_dir():
        raise RunFolderError(f"{out}: is a file; --out needs a folder")
    checked: dict[tuple[str, str | None], Certified] = {}
    for job in jobs:
        resolve_device(choose_device(job.config.training.device))
        folder = out / job.name
        if is_complete(folder):
            if (folder / CONFIG).read_text(encoding="utf-8") != job.config.to_toml():
                raise RunFolderError(
                    f"{folder}: holds a run of another configuration; choose another "
                    "--out"
                )
            continue
        # a start may bring a certificate that is of its network alone
        which = job.size, job.config.training.start
        if which not in checked:
            checked[which] = certified_model(job.config)
        start_weights(job.config, checked[which])


class Children:
    """The processes of the jobs that run now."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self._is_over = Lock(), False

    def run(self, command: Sequence[str], log: IO[str]) -> int:
        """Run a command to its end; return its exit code."""
        with self._lock:
            if self._is_over:
                return 128 + signal.SIGTERM
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
            self._is_over = True
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


def _train_missing(job: Job, out: Path, children: Children) -> bool:
    return is_complete(out / job.name) or _train(job, out, children)


def _train(job: Job, out: Path, children: Children) -> bool:
    """Run one job in a process of its own; tell whether it succeeded."""
    config = out / "logs" / f"{job.name}.toml"
    config.write_text(job.config.to_toml(), encoding="utf-8")
    command = [sys.executable, "-m", "v1bridge", "train", str(config)]
    command += ["--out", str(out / job.name), "--resume"]
    with (out / "logs" / f"{job.name}.log").open("w", encoding="utf-8") as log:
        code = children.run(command, log)
    if code == 130:  # the user's Ctrl-C reaches the job as well
        raise KeyboardInterrupt
    return code == 0


def _write_table(jobs: Sequence[Job], out: Path) -> None:
    found: list[tuple[Job, dict[str, Any]]] = [
        (job, json.loads((out / job.name / RESULTS).read_text(encoding="utf-8")))
        for job in jobs
        if is_complete(out / job.name)
    ]
    (out / TABLE).write_text(sweep_markdown(found), encoding="utf-8")
