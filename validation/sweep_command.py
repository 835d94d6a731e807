"""``v1bridge sweep``: many training runs, one process each, none of them twice."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from bridge.errors import InputError, RunFolderError, V1BridgeError
from bridge.progress import task
from bridge.run_folder import CONFIG, is_complete
from validation.certified import certified_model
from validation.progress_bar import ProgressBar
from validation.sweep_config import Job, read_sweep
from validation.sweep_table import sweep_markdown
from validation.train_command import RESULTS

TABLE = "sweep.md"
"""File of the table in the folder of a sweep."""


def sweep_into(grid: Path, out: Path, n_jobs: int = 1) -> None:
    """Train every network of a grid that is not trained yet; write the table.

    Parameters
    ----------
    grid
        TOML file, see :class:`~validation.sweep_config.SweepConfig`.
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
    console = Console(highlight=False)
    failed = []
    with (
        ProgressBar() as progress,
        task(progress, "sweep", len(jobs)),
        _threads(n_jobs) as threads,
    ):
        running = {threads.submit(_train_missing, job, out): job for job in jobs}
        for future in as_completed(running):
            job = running[future]
            progress.note("sweep", job.name)
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
    checked = set()
    for job in jobs:
        folder = out / job.name
        if is_complete(folder):
            if (folder / CONFIG).read_text(encoding="utf-8") != job.config.to_toml():
                raise RunFolderError(
                    f"{folder}: holds a run of another configuration; choose another "
                    "--out"
                )
            continue
        if job.size not in checked:
            checked.add(job.size)
            certified_model(job.config)


@contextmanager
def _threads(n_jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Wait for jobs with so many threads; an interruption starts no more of them."""
    threads = ThreadPoolExecutor(n_jobs)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def _train_missing(job: Job, out: Path) -> bool:
    return is_complete(out / job.name) or _train(job, out)


def _train(job: Job, out: Path) -> bool:
    """Run one job in a process of its own; tell whether it succeeded."""
    config = out / "logs" / f"{job.name}.toml"
    config.write_text(job.config.to_toml(), encoding="utf-8")
    command = [sys.executable, "-m", "validation.cli", "train", str(config)]
    command += ["--out", str(out / job.name), "--resume"]
    with (out / "logs" / f"{job.name}.log").open("w", encoding="utf-8") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode == 130:  # the user's Ctrl-C reaches the job as well
        raise KeyboardInterrupt
    return done.returncode == 0


def _write_table(jobs: Sequence[Job], out: Path) -> None:
    found: list[tuple[Job, dict[str, Any]]] = [
        (job, json.loads((out / job.name / RESULTS).read_text(encoding="utf-8")))
        for job in jobs
        if is_complete(out / job.name)
    ]
    (out / TABLE).write_text(sweep_markdown(found), encoding="utf-8")
