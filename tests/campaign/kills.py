"""Kills validate, train and sweep at many moments, and lets them go on.

Half of the moments are spread over the changes that a run makes in the file system,
putting the result in place among them, half over its time. Whatever the moment, the
run that goes on must end well and with the numbers of one that nobody killed, and
nothing may be left beside its folder.
"""

import argparse
import os
import shutil
import tempfile
import time
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from killed import Moment, run_command
from results_of_runs import content_of

_VALIDATE = """\
[column]
size = 60
[spiking]
dt_ms = 1.0
calibration_trials = 2
trials_per_seed = 4
[rate]
variants = ["low_pass"]
forms = ["plain"]
dt_ms = 2.0
tau_r_ms = 2.0
[reduction]
method = "noise_free"
[protocol]
duration_ms = 1500.0
n_directions = 2
"""
_TRAIN = """\
[model]
unvalidated = true
dt_ms = 10.0
[tasks]
tasks = ["orientation"]
[readout]
pool_size = 2
[training]
steps = 12
batch = 4
checkpoint_steps = 2
validation_steps = 5
validation_trials = 4
test_trials = 8
"""
_SWEEP = """\
[grid]
sizes = [60]
lgn = [false]
seeds = [1, 2]
"""


_LOADED = (
    *("validation.commands.train", "validation.commands.validate"),
    *("validation.runs.validation", "spiking.running.model", "torch._dynamo"),
)
"""Imported once, so that a kill meets the work and not its imports."""


class Command(NamedTuple):
    """A command that is killed.

    Attributes
    ----------
    config
        Its configuration, ``config.toml``.
    first, later
        Its words, and those that let it go on.
    """

    config: str
    first: tuple[str, ...]
    later: tuple[str, ...]


def _command(name: str, config: str, *more: str) -> Command:
    words = (name, "../config.toml", "--out", "out")
    return Command(config, words, (*words, *more))


COMMANDS = {
    "train": _command("train", f"[column]\nsize = 60\n{_TRAIN}", "--resume"),
    "validate": _command("validate", _VALIDATE, "--resume"),
    "sweep": _command("sweep", _SWEEP + f"\n{_TRAIN}".replace("\n[", "\n[train.")),
}


def kill(name: str, n_kills: int, scratch: Path) -> list[str]:
    """Kill a command many times, one run each.

    Parameters
    ----------
    name
        Key of :data:`COMMANDS`.
    n_kills
        Number of kills.
    scratch
        An empty folder.

    Returns
    -------
    list of str
        What was wrong; empty for a kill after which all was well.
    """
    command = COMMANDS[name]
    (scratch / "config.toml").write_text(command.config)
    folder = scratch / "work"
    for _ in range(2):  # the first one may compile, and takes longer
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        whole = run_command(command.first, folder)
        if whole.code != 0:
            raise SystemExit(f"{name} ends with {whole.code}: {whole.said[-500:]}")
    right = content_of(folder)
    print(f"{name}: {whole.seconds:.1f} s, {whole.n_events} changes of files")
    wrong = []
    for number, moment in enumerate(_moments(n_kills, whole.n_events, whole.seconds)):
        shutil.rmtree(folder)
        folder.mkdir()
        wrong.append(_kill_once(command, folder, moment, right))
        if wrong[-1]:
            print(f"{name}, kill {number} at {moment}: {wrong[-1]}")
    return wrong


def _moments(n: int, n_events: int, seconds: float) -> list[Moment]:
    rng = Random(n)
    n_at_events = (n + 1) // 2
    events = rng.sample(range(1, n_events + 1), min(n_at_events, n_events))
    n_timed = n - len(events)
    times = [seconds * (i + rng.random()) / n_timed for i in range(n_timed)]
    return [Moment(event=e) for e in sorted(events)] + [
        Moment(seconds=s) for s in times
    ]


def _kill_once(
    command: Command, folder: Path, moment: Moment, right: dict[str, Any]
) -> str:
    first = run_command(command.first, folder, moment)
    if first.code not in (-9, 0):
        return f"ended with {first.code} before it was killed: {first.said[-300:]}"
    later = run_command(command.later, folder)
    if later.code != 0:
        return (
            f"did not go on, exit {later.code}: {' '.join(later.said.split())[-300:]}"
        )
    found = content_of(folder)
    beside = sorted(set(found) - set(right))
    if beside:
        return f"left beside: {', '.join(beside)[:300]}"
    other = sorted(n for n in right if found.get(n) != right[n])
    if other:
        return f"other content: {', '.join(other)[:300]}"
    return "a child lived on" if first.outlived or later.outlived else ""


def main() -> int:
    """Run the campaign; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, n in (("train", 40), ("validate", 16), ("sweep", 12)):
        parser.add_argument(f"--{name}", type=int, default=n, help="number of kills")
    given = vars(parser.parse_args())
    torch.set_num_threads(1)  # its threads would not live on in a fork
    for module in _LOADED:
        import_module(module)
    os.environ["OMP_NUM_THREADS"] = "1"
    started, all_wrong, n_kills = time.monotonic(), 0, 0
    print("| command | kills | resumed and equal |\n|---|--:|--:|")
    for name in COMMANDS:
        with tempfile.TemporaryDirectory(prefix="kills-") as scratch:
            wrong = kill(name, given[name], Path(scratch)) if given[name] else []
        n_wrong = sum(map(bool, wrong))
        print(f"| {name} | {len(wrong)} | {len(wrong) - n_wrong} |", flush=True)
        all_wrong, n_kills = all_wrong + n_wrong, n_kills + len(wrong)
    spent = time.monotonic() - started
    print(f"{n_kills} kills in {spent:.0f} s, {all_wrong} of them ended wrongly")
    return int(all_wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
