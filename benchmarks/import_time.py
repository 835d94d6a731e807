"""How long Python takes to import ``bridge`` and to print the command's help.

    python benchmarks/import_time.py [RUNS]

Prints medians over fresh processes, the start of Python included.
"""

import argparse
import statistics
import subprocess
import sys
import time

CASES = {
    "python": ["-c", "pass"],
    "import bridge": ["-c", "import bridge"],
    "import v1bridge": ["-c", "import v1bridge"],
    "v1bridge --help": ["-m", "v1bridge", "--help"],
}
N_RUNS = 15


def seconds(words: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="?", type=int, default=N_RUNS)
    n_runs = parser.parse_args().runs
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for words in CASES.values():
        seconds(words)  # compiles to bytecode, fills the cache of the disk
    for _ in range(n_runs):  # in turns, so that a busy moment meets all of them
        for name, words in CASES.items():
            taken[name].append(seconds(words))
    for name, values in taken.items():
        print(f"{name:16} {statistics.median(values):.3f} s")


if __name__ == "__main__":
    main()
