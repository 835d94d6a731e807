"""Mutates every kind of input and looks at how the commands end.

Each mutated input has to be refused in one line with exit code 2, or to give the
result of the good one, or, where it still names the same things, another result. Never
a traceback, an exit code 1, a crash, or more than ten seconds.
"""

import argparse
import os
import shutil
import tempfile
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import torch
from isolated import run_isolated
from readings import outcome
from samples import write_samples
from targets import TARGETS, Target, damaged
from views import View, what_is_new

LIMIT_S = 10.0
FINE = ("refused", "same result", "may differ")


class Case(NamedTuple):
    """One mutated input."""

    target: Target
    what: str
    content: bytes
    view: View


class End(NamedTuple):
    """How one case ended: one of :data:`FINE`, or what is wrong; and what was said."""

    how: str
    said: str


def make_cases(samples: Path, n_inputs: int) -> list[Case]:
    """Return mutated inputs, as many of each target, half of either kind."""
    cases: list[Case] = []
    for index, target in enumerate(TARGETS):
        content = _file(samples, target).read_bytes()
        n = len(range(index, n_inputs, len(TARGETS)))
        n_structural = n // 2 if target.structural else 0
        found = damaged(content, n - n_structural, index)
        cases += [Case(target, *one, target.after_bytes) for one in found]
        if target.structural:
            found = target.structural(content, n_structural, index)
            cases += [Case(target, *one, target.after_structure) for one in found]
    return cases


def run_cases(
    cases: list[Case], samples: Path, scratch: Path, n_jobs: int
) -> list[End]:
    """Return how each case ended."""
    good: dict[str, Any] = {}
    for target in TARGETS:
        copied = _copy(samples, scratch / "good")
        good[target.name] = outcome(target.reading, copied)
        shutil.rmtree(copied)

    def run(number: int) -> Any:
        case, copied = cases[number], _copy(samples, scratch / str(number))
        file = _file(copied, case.target)
        file.unlink()  # the other name of a sample
        file.write_bytes(case.content)
        found = outcome(case.target.reading, copied)
        if found["code"] == 0 and found["result"] != good[case.target.name]["result"]:
            found["new"] = what_is_new(case.view, _file(samples, case.target), file)
        shutil.rmtree(copied)
        return found

    ends = [End("", "")] * len(cases)
    for number, found in run_isolated(run, len(cases), n_jobs=n_jobs, limit_s=LIMIT_S):
        case = cases[number]
        ends[number] = _judged(found, good[case.target.name], again=case.target.again)
    return ends


def _judged(found: dict[str, Any], good: dict[str, Any], *, again: bool) -> End:
    if "hang" in found:
        return End("hang", "")
    if "code" not in found:
        return End("crash", str(found))
    code, said = found["code"], found["said"]
    if good["code"] != 0:
        return End("good one refused", good["said"])
    if code not in (0, 2):
        return End(f"exit {code}" if isinstance(code, int) else "traceback", said)
    if "Traceback" in said:
        return End("traceback", said)
    if any(unicodedata.category(c) == "Cc" for c in said.removesuffix("\n")):
        return End("control characters", said)
    if code == 2:
        return End("refused", said) if said.strip() else End("no message", said)
    if found["result"] == good["result"] or (again and found["result"] == "again"):
        return End("same result", said)
    return End("other result", found["new"]) if found["new"] else End("may differ", "")


def print_table(cases: list[Case], ends: list[End]) -> None:
    """Print how many inputs of each target ended how, and an example of each fault."""
    kinds = [*FINE, *sorted({end.how for end in ends} - set(FINE))]
    print("| input | n |" + "".join(f" {kind} |" for kind in kinds))
    print("|---|--:|" + "--:|" * len(kinds))
    for name in [*(t.name for t in TARGETS), "all"]:
        counts = Counter(
            end.how
            for case, end in zip(cases, ends, strict=True)
            if name in ("all", case.target.name)
        )
        numbers = "".join(f" {counts[kind]} |" for kind in kinds)
        print(f"| {name} | {counts.total()} |{numbers}")


def print_faults(cases: list[Case], ends: list[End]) -> None:
    """Print what is wrong, one line for each mutation."""
    for number, (case, end) in enumerate(zip(cases, ends, strict=True)):
        if end.how not in FINE:
            said = " ".join(end.said.split())[:300]
            print(f"{number}: {case.target.name}: {case.what!r}: {end.how}: {said}")


def _copy(samples: Path, folder: Path) -> Path:
    shutil.copytree(samples, folder, copy_function=os.link)
    return folder


def _file(folder: Path, target: Target) -> Path:
    return sorted(folder.glob(target.file))[0]


def main() -> int:
    """Run the campaign; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=2500, help="mutated inputs")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--keep", type=Path, help="new folder for what was wrong")
    given = parser.parse_args()
    torch.set_num_threads(1)  # its threads would not live on in a fork
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        samples, tempfile.tempdir = Path(name, "samples"), name
        samples.mkdir()
        write_samples(samples)
        cases = make_cases(samples, given.inputs)
        ends = run_cases(cases, samples, Path(name), given.jobs)
    if given.keep:
        given.keep.mkdir(parents=True)
        for number, (case, end) in enumerate(zip(cases, ends, strict=True)):
            if end.how not in FINE:
                name = f"{number}-{Path(case.target.file).name.replace('*', '')}"
                (given.keep / name).write_bytes(case.content)
    print_faults(cases, ends)
    print_table(cases, ends)
    wrong = sum(end.how not in FINE for end in ends)
    spent = time.monotonic() - started
    print(f"{len(cases)} inputs in {spent:.0f} s, {wrong} of them ended wrongly")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
