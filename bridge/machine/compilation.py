"""Compiling: compilers as processes, one per core, and their first error."""

import errno
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.errors import DeviceError
from bridge.machine.cores import available_cores


def compile_and_link(
    folder: Path,
    sources: Sequence[str],
    program: str,
    *,
    compiling: Sequence[str],
    linking: Sequence[str],
    libraries: Sequence[str] = (),
    explain: Callable[[str], str],
) -> None:
    """Compile sources, as many at a time as there are cores, and link them.

    Parameters
    ----------
    folder
        Where the sources are and the program goes.
    sources
        Paths of the sources, relative to ``folder``.
    program
        Name of the program.
    compiling, linking
        Compiler and flags that make an object of a source, a program of objects.
    libraries
        Arguments that follow the objects.
    explain
        Turns the reason of a failure into a message.

    Raises
    ------
    DeviceError
        If it fails; the reason is the first error of the compiler.
    """
    objects = [f"{source}.o" for source in sources]
    commands = [
        [*compiling, source, "-o", target]
        for source, target in zip(sources, objects, strict=True)
    ]
    run_all(commands, folder, explain)
    run_all([[*linking, *objects, *libraries, "-o", program]], folder, explain)


def run_all(
    commands: list[list[str]],
    folder: Path,
    explain: Callable[[str], str],
    *,
    timeout_s: float | None = None,
) -> None:
    """Run commands, one per core; at the first failure or interrupt end them all.

    Parameters
    ----------
    commands
        Programs with their arguments.
    folder
        Where they run.
    explain
        Turns the reason of a failure into a message: the first error that the
        command named, else its exit code.
    timeout_s
        The longest to wait for one, in seconds; None for no limit.

    Raises
    ------
    DeviceError
        If one fails, cannot be started or takes too long.
    """
    waiting = list(reversed(commands))
    running: list[subprocess.Popen[str]] = []
    try:
        while waiting or running:
            while waiting and len(running) < available_cores():
                running.append(
                    subprocess.Popen(
                        waiting.pop(),
                        cwd=folder,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
            process = running[0]
            _, errors = process.communicate(timeout=timeout_s)
            running.pop(0)
            if process.returncode != 0:
                full = _full_disk(errors)
                reason = full.strerror if full else _first_error(errors)
                reason = reason or f"exit code {process.returncode}"
                raise DeviceError(explain(reason)) from full
    except OSError as error:
        raise DeviceError(explain(str(error))) from error
    except subprocess.TimeoutExpired as error:
        raise DeviceError(explain(f"not done after {timeout_s:g} s")) from error
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _full_disk(errors: str) -> OSError | None:
    """Return the error of the system that a compiler met, if it is a full disk."""
    said = os.strerror(errno.ENOSPC)
    return OSError(errno.ENOSPC, said) if said in errors else None


def _first_error(errors: str) -> str:
    """Return the first line that names an error in what a compiler said, or ""."""
    marks = ("error", "fatal")
    lines = [
        line for line in errors.splitlines() if any(m in line.lower() for m in marks)
    ]
    return lines[0].strip() if lines else ""
