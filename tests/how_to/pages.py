"""Follows a page of docs/how-to in a copy of the packages, as a reader would.

Every code block of a page is one of

- a new file, ```` ```python title="bridge/…/ramp.py" ```` (any language but the two
  below), written into the copy;
- a change, ```` ```diff title="bridge/…/registry.py" ````: lines that stay begin with
  a space, those that go and come with - and +, ``@@`` parts one place from the next;
- commands, ```` ```sh ````, one a line: ``v1bridge``, ``python`` or ``pytest``.

A block that is none of them fails the test: nothing on a page goes untried.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bridge", "spiking", "ratemodel", "validation", "v1bridge")
PROGRAMS = {
    "v1bridge": ("-m", "v1bridge"),
    "python": (),
    "pytest": ("-m", "pytest", "-p", "no:cacheprovider"),
}

_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A code block: its language, the file it is about, and its text."""

    language: str
    title: str
    text: str


@dataclass
class Followed:
    """What came of a page: the copy it was tried in, and what each command said."""

    root: Path
    said: dict[str, str] = field(default_factory=dict)


def read_blocks(page: str) -> list[Block]:
    """Return the code blocks of ``docs/how-to/<page>.md``, in order."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    blocks = [Block(*found) for found in _BLOCK.findall(text)]
    assert 2 * len(blocks) == len(re.findall("^```", text, re.M)), "a block of no kind"
    assert blocks
    return blocks


def follow(page: str, folder: Path) -> Followed:
    """Do what a page says in a copy of the packages."""
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    followed = Followed(folder)
    for block in read_blocks(page):
        if block.language == "sh":
            for command in block.text.splitlines():
                followed.said[command] = _run(command, folder)
            continue
        assert block.title, f"a block of {block.language} without a file:\n{block.text}"
        path = folder / block.title
        if block.language == "diff":
            path.write_text(changed(path.read_text("utf-8"), block.text), "utf-8")
            continue
        assert not path.exists(), f"{block.title} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
    return followed


def changed(text: str, diff: str) -> str:
    """Return a text with the places of a change replaced, each of which is there once.

    Parameters
    ----------
    text
        What the file holds.
    diff
        The lines of the block.
    """
    for place in re.split(r"^@@.*\n", diff, flags=re.M):
        lines = place.splitlines(keepends=True)
        assert all(line[0] in " +-\n" for line in lines), place
        before = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
        after = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"occurs {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    return text


def _run(command: str, folder: Path) -> str:
    program, *words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, *PROGRAMS[program], *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
