"""A running simulation binary that is asked for one trial, or batch, at a time."""

import errno
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bridge.errors import DeviceError


class TrialProcess:
    """A process that answers each line it reads with steps done, then ``done``.

    Parameters
    ----------
    command
        The binary and its arguments; it runs in its own folder.
    errors
        File for what it says on standard error.
    device
        Name of the device, for messages.

    Raises
    ------
    DeviceError
        If it cannot be started.
    """

    def __init__(self, command: Sequence[str], errors: Path, device: str) -> None:
        self._errors = errors
        self._device = device
        self._program = program = Path(command[0])
        try:
            with errors.open("w") as file:
                self._process = subprocess.Popen(
                    command,
                    cwd=program.parent,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    text=True,
                    errors="replace",
                    # a Ctrl-C is for this process, which then ends the others
                    process_group=0,
                )
        except OSError as error:
            raise DeviceError(
                f"device '{device}': cannot start {program} ({error.strerror}); remove "
                f"{program.parent} to have it compiled again"
            ) from error

    def ask(self, line: str) -> Iterator[int]:
        """Send a request; yield the number of steps done, whenever it reports some.

        Raises
        ------
        DeviceError
            If the process dies (the message holds what it said), or is no
            simulation.
        """
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):  # the end of its output, below, tells why
            process.stdin.write(line + "\n")
            process.stdin.flush()
        before = 0
        for answer in process.stdout:
            if answer == "done\n":
                return
            step = self._step_of(answer)
            yield step - before
            before = step
        code = process.wait()
        said = " ".join(self._errors.read_text(errors="replace").split())
        if code < 0:
            why = "killed, or out of memory"
        else:
            why = f"it had no room to say why in {self._errors.parent}"
        raise DeviceError(
            f"device '{self._device}': the simulation ended with code {code}: "
            f"{said or why}"
        ) from OSError(errno.EIO, "not a fault of the input")

    def _step_of(self, answer: str) -> int:
        if not (answer.isascii() and answer.strip().isdigit()):
            raise DeviceError(
                f"device '{self._device}': {self._program} does not answer as a "
                f"simulation does; remove {self._program.parent} to have it compiled "
                "again"
            )
        return int(answer)

    def close(self) -> None:
        """Say that there is no further request; the process ends by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End the process at once."""
        if self._process.poll() is None:
            self._process.kill()

    def wait(self) -> None:
        """Wait until the process has ended, and close its pipes."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
