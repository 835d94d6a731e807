"""A run folder with links, journals and markers of others: nothing outside suffers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.errors import RunFolderError
from bridge.files.run.marker import MARKER
from bridge.files.run.places import is_inner_name
from bridge.files.run_folder import open_run_folder

OUTSIDE = [
    "../victim",
    "/etc/hostname",
    "a/../../victim",
    "..",
    ".",
    "",
    "a//b",
    "a\0b",
]


def write(path: Path, command: str = "report", **flags: bool) -> None:
    with open_run_folder(path, "", command=command, **flags) as folder:
        (folder.staging / "new.html").write_text("new")
        folder.commit()


def tree(folder: Path) -> dict[str, str | bytes]:
    return {
        str(found.relative_to(folder)): str(found.readlink())
        if found.is_symlink()
        else found.read_bytes()
        if found.is_file()
        else ""
        for found in folder.rglob("*")
    }


def marker(files: object, command: str = "report") -> str:
    return json.dumps({"command": command, "inputs": {}, "files": files})


@pytest.mark.parametrize("name", [*OUTSIDE, 3, None, ["a"]])
def test_a_name_that_leaves_a_folder_is_none(name: object) -> None:
    assert not is_inner_name(name)
    assert is_inner_name("certificates/low_pass.json")


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_marker_with_such_a_name_is_not_ours(tmp_path: Path, name: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (tmp_path / "victim").write_text("precious")
    (run / MARKER).write_text(marker(["report.html", name]))
    before = tree(tmp_path)
    with pytest.raises(RunFolderError, match="v1bridge did not write"):
        write(run, overwrite=True)
    assert tree(tmp_path) == before


def test_a_folder_or_a_link_that_a_marker_names_is_not_ours(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "thesis").mkdir(parents=True)
    (run / "thesis/a").write_text("mine")
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/secret").write_text("precious")
    (run / "sub").symlink_to("../victim")
    (run / "linked").symlink_to("../victim/secret")
    names = ["thesis", "sub", "sub/secret", "linked"]
    (run / MARKER).write_text(marker(names))
    before = tree(tmp_path)
    write(run, overwrite=True)
    after = tree(tmp_path)
    assert {name: after[name] for name in before if name != f"run/{MARKER}"} == {
        name: text for name, text in before.items() if name != f"run/{MARKER}"
    }
    assert after["run/new.html"] == b"new"


@pytest.mark.parametrize("what", ["lock", "stages", "old"])
def test_a_link_in_the_place_of_a_sibling_is_refused(tmp_path: Path, what: str) -> None:
    victim = tmp_path / "victim"
    if what == "lock":
        victim.write_text("precious")
    else:
        victim.mkdir()
        (victim / "secret").write_text("precious")
        (victim / "spiking.npz").write_text("precious")
    (tmp_path / f".run.v1bridge-{what}").symlink_to("victim")
    before = tree(tmp_path)
    for flags in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(RunFolderError, match="remove it or choose another"):
            write(tmp_path / "run", **flags)
        assert tree(tmp_path) == before


def test_a_lock_that_holds_something_is_of_somebody_else(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / ".run.v1bridge-lock").hardlink_to(victim)
    with pytest.raises(RunFolderError, match="is not a lock of v1bridge"):
        write(tmp_path / "run")
    assert victim.read_text() == "precious"


def test_a_link_in_the_place_of_a_staging_folder_is_left(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/secret").write_text("precious")
    (tmp_path / ".run.v1bridge-new-abcdefgh").symlink_to("victim")
    (tmp_path / ".run.v1bridge-new-file").write_text("mine")
    before = tree(tmp_path)
    write(tmp_path / "run")
    assert tree(tmp_path).items() >= before.items()


def test_a_link_among_checkpoints_is_refused(tmp_path: Path) -> None:
    stages = tmp_path / ".run.v1bridge-stages"
    with open_run_folder(tmp_path / "run", "", command="train") as folder:
        folder.stages.save("spiking", {"rates": [1.0]})
    (tmp_path / "victim").write_text("precious")
    (stages / "log.jsonl").symlink_to("../victim")
    with pytest.raises(RunFolderError, match=r"log\.jsonl: is a link"):
        write(tmp_path / "run", "train", resume=True)
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_run_that_is_a_link_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "run").symlink_to("disk")
    write(tmp_path / "run")
    assert (tmp_path / "run").is_symlink()
    assert sorted(tree(tmp_path / "disk")) == [MARKER, "new.html"]
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RunFolderError, match="is not a place for a run"):
        write(tmp_path / "loop")


JOURNALS: dict[str, Callable[[Path], None]] = {
    "outside": lambda j: j.write_text('{"new": ["../victim"], "former": []}'),
    "absolute": lambda j: j.write_text('{"new": [], "former": ["/etc/hostname"]}'),
    "empty": lambda j: j.write_text('{"new": [""], "former": []}'),
    "no list": lambda j: j.write_text('{"new": "victim", "former": []}'),
    "numbers": lambda j: j.write_text('{"new": [1], "former": []}'),
    "another key": lambda j: j.write_text('{"new": [], "former": [], "x": []}'),
    "no object": lambda j: j.write_text("[]"),
    "no text": lambda j: j.write_bytes(b"\xff\xfe"),
    "a link": lambda j: j.symlink_to("../victim"),
    "a folder": lambda j: j.mkdir(),
    "deep": lambda j: j.write_text("[" * 100_000),
}


@pytest.mark.parametrize("kind", JOURNALS)
def test_a_journal_that_is_not_ours_is_named(tmp_path: Path, kind: str) -> None:
    old = tmp_path / ".run.v1bridge-old"
    old.mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run/mine").write_text("mine")
    (tmp_path / "victim").write_text("precious")
    (old / "report.html").write_text("former")
    JOURNALS[kind](old / "journal.json")
    before = tree(tmp_path)
    for flags in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(RunFolderError, match=r"journal\.json: is not a journal"):
            write(tmp_path / "run", **flags)
        assert tree(tmp_path) == before


@pytest.mark.parametrize("text", ["", "{", '{"new":', '{"new": [], "former": ["a'])
def test_a_journal_that_is_cut_short_heals(tmp_path: Path, text: str) -> None:
    old = tmp_path / ".run.v1bridge-old"
    old.mkdir()
    (old / "journal.json").write_text(text)
    write(tmp_path / "run")
    assert (tmp_path / "run/new.html").is_file()
    assert not old.exists()
    old.mkdir()
    (old / "journal.json").write_text(text)
    (old / "report.html").write_text("former")  # then it was whole once
    with pytest.raises(RunFolderError, match="may hold a former result"):
        write(tmp_path / "run", overwrite=True)
    assert (old / "report.html").read_text() == "former"


def test_putting_back_does_not_go_through_a_link(tmp_path: Path) -> None:
    old, run = tmp_path / ".run.v1bridge-old", tmp_path / "run"
    (old / "sub").mkdir(parents=True)
    (old / "sub/a").write_text("former")
    journal = json.dumps({"new": ["sub/b"], "former": ["sub/a"]})
    (old / "journal.json").write_text(journal)
    run.mkdir()
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/a").write_text("precious")
    (tmp_path / "victim/b").write_text("precious")
    (run / "sub").symlink_to("../victim")
    before = tree(tmp_path)
    with pytest.raises(RunFolderError, match="sub"):
        write(run, overwrite=True)
    assert tree(tmp_path) == before


def test_only_what_the_same_command_wrote_is_replaced(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write(run, "train")
    before = tree(tmp_path)
    with pytest.raises(RunFolderError, match="was written by 'v1bridge train'"):
        write(run, "report", overwrite=True)
    with pytest.raises(RunFolderError, match="was written by 'v1bridge train'"):
        write(run, "validate", resume=True)
    assert tree(tmp_path) == before
    write(run, "train", overwrite=True)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (["report.json", "rates.nc"], "validate"),
        (["results.json"], "train"),
        (["simulation.json"], "simulate"),
        (["comparison.json"], "report"),
        (["circuit_config.json"], "column"),
    ],
)
def test_a_marker_of_an_earlier_version_lets_its_command_be_known(
    tmp_path: Path, files: list[str], command: str
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in files:
        (run / name).write_text("old")
    (run / MARKER).write_text(json.dumps({"version": "0.0", "files": files}))
    other = "train" if command == "report" else "report"
    with pytest.raises(RunFolderError, match=f"was written by 'v1bridge {command}'"):
        write(run, other, overwrite=True)
    write(run, command, overwrite=True)
    assert sorted(tree(run)) == [MARKER, "new.html"]


def test_a_marker_of_an_earlier_version_that_does_not_is_refused(
    tmp_path: Path,
) -> None:
    tmp_path.joinpath("run").mkdir()
    (tmp_path / "run" / MARKER).write_text('{"files": ["a"]}')
    with pytest.raises(RunFolderError, match="does not say which command"):
        write(tmp_path / "run", overwrite=True)


def test_a_run_whose_inputs_changed_is_not_resumed(tmp_path: Path) -> None:
    def run(
        inputs: dict[str, str], *, resume: bool = False, done: bool = False
    ) -> None:
        with open_run_folder(
            tmp_path / "run", "c", command="train", inputs=inputs, resume=resume
        ) as folder:
            folder.stages.save("a", {"x": 1.0})
            if done:
                (folder.staging / "config.toml").write_text("c")
                folder.commit()

    run({"images (a.npz)": "1", "start (b)": "2"})
    with pytest.raises(RunFolderError, match=r"stages: images \(a\.npz\) changed"):
        run({"images (a.npz)": "3", "start (b)": "2"}, resume=True)
    with pytest.raises(RunFolderError, match=r"images .* and start .* changed"):
        run({}, resume=True)
    run({"images (a.npz)": "1", "start (b)": "2"}, resume=True, done=True)
    with pytest.raises(RunFolderError, match=r"start \(b\) changed"):
        run({"images (a.npz)": "1", "start (b)": "3"}, resume=True)
