"""What every refusal is: one line, exit 2, and all files as they were."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from validation.cli.main import main


def contents(folder: Path) -> dict[str, str]:
    """Return what lies in a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in folder.rglob("*")
    }


def refusal(
    arguments: Sequence[str], files: Path, capsys: pytest.CaptureFixture[str]
) -> str:
    """Run a command that must be refused; return its line."""
    before = contents(files)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert caught.value.code == 2, captured.err
    # Steps that were done before (progress lines) are no error message.
    messages = [line for line in lines if line.startswith("v1bridge: ")]
    assert len(messages) == 1, captured.err
    assert lines[-1] == messages[0]
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert contents(files) == before
    return messages[0]
