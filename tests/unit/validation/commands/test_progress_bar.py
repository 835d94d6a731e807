"""Progress on a terminal and in a log file."""

import io

import pytest
from rich.console import Console

from bridge.progress import Progress, task
from validation.commands.progress_bar import ProgressBar


def test_a_log_file_gets_one_line_per_finished_task() -> None:
    stream = io.StringIO()
    bar = ProgressBar(Console(file=stream, width=80))
    with bar:
        progress: Progress = bar
        with task(progress, "spiking model", 10):
            for _ in range(10):
                progress.advance("spiking model")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("spiking model (")


def test_a_failed_task_is_not_reported_as_done() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with ProgressBar(Console(file=stream)) as bar, task(bar, "spiking model", 1):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stream.getvalue() == ""


def test_a_terminal_sees_the_bar_move() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80)
    with ProgressBar(console) as bar, task(bar, "spiking model", 4):
        bar.advance("spiking model", 2)
        bar._bars.refresh()
    assert "50%" in stream.getvalue()


def test_work_on_a_task_that_is_not_open_is_ignored() -> None:
    stream = io.StringIO()
    with ProgressBar(Console(file=stream)) as bar:
        bar.advance("nothing")
        bar.finish("nothing")
    assert stream.getvalue() == ""
