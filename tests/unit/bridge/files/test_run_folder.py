"""Run folders: whole or not at all, and nobody else's files."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bridge.errors import RunFolderError
from bridge.files.run import replacing
from bridge.files.run.marker import MARKER
from bridge.files.run_folder import RunFolder, is_complete, open_run_folder

CONFIG = "[column]\nsize = 3\n"


def opened(path: Path, **options: bool) -> AbstractContextManager[RunFolder]:
    return open_run_folder(path, CONFIG, command="validate", **options)


def write_run(
    path: Path,
    files: Mapping[str, str],
    config: str = CONFIG,
    *,
    overwrite: bool = False,
    resume: bool = False,
) -> None:
    with open_run_folder(
        path, config, command="validate", overwrite=overwrite, resume=resume
    ) as folder:
        for name, text in {"config.toml": config, **files}.items():
            place = folder.staging / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        folder.commit()


def content(path: Path) -> dict[str, str]:
    return {
        str(found.relative_to(path)): found.read_text()
        for found in path.rglob("*")
        if found.is_file() and found.name != MARKER
    }


def hidden(path: Path) -> list[str]:
    return [p.name for p in path.parent.iterdir() if p.name.startswith(".")]


def test_a_run_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    with opened(path) as folder:
        (folder.staging / "report.html").write_text("x")
        assert not path.exists()
        folder.commit()
    assert content(path) == {"report.html": "x"}
    assert is_complete(path)
    assert hidden(path) == []


def test_an_existing_empty_folder_is_used(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"a": "1"})
    (tmp_path / "empty").mkdir()
    write_run(tmp_path / "empty", {"a": "1"})
    assert content(tmp_path / "empty") == content(tmp_path / "run")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failed_run_leaves_nothing(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "run"

    def fail() -> None:
        with opened(path) as folder:
            (folder.staging / "report.html").write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert not path.exists()
    assert hidden(path) == []


def test_a_run_that_does_not_commit_changes_nothing(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"a": "old"})
    with opened(tmp_path / "run", overwrite=True) as folder:
        (folder.staging / "a").write_text("new")
    assert content(tmp_path / "run")["a"] == "old"


def test_a_folder_with_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="is not empty"):
        write_run(tmp_path, {"a": "1"})
    assert content(tmp_path) == {"notes.txt": "mine"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(RunFolderError, match="is a file"):
        write_run(tmp_path / "run", {"a": "1"}, overwrite=True)
    with pytest.raises(RunFolderError, match="cannot be written"):
        write_run(tmp_path / "run" / "below", {"a": "1"})
    assert (tmp_path / "run").read_text() == "mine"


def test_overwrite_replaces_our_files_only(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path, {"report.html": "old", "certificates/a.json": "old"})
    (path / "certificates" / "mine.txt").write_text("mine")
    (path / "notes.txt").write_text("mine")
    write_run(path, {"report.html": "new"}, overwrite=True)
    assert content(path) == {
        "report.html": "new",
        "config.toml": CONFIG,
        "notes.txt": "mine",
        "certificates/mine.txt": "mine",
    }
    assert is_complete(path)
    assert hidden(path) == []


def test_overwrite_refuses_a_foreign_file_in_our_place(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir()
    (path / "report.html").write_text("mine")
    with pytest.raises(RunFolderError, match="that v1bridge did not write"):
        write_run(path, {"report.html": "new"}, overwrite=True)
    assert content(path) == {"report.html": "mine"}
    write_run(tmp_path / "ours", {"a": "1"})
    (tmp_path / "ours/report.html").write_text("mine")
    with pytest.raises(RunFolderError, match="was not written by v1bridge"):
        write_run(tmp_path / "ours", {"report.html": "new"}, overwrite=True)
    assert content(tmp_path / "ours")["report.html"] == "mine"


def test_overwrite_does_not_follow_a_link_out_of_the_folder(tmp_path: Path) -> None:
    path, other = tmp_path / "run", tmp_path / "other"
    other.mkdir()
    write_run(path, {"a": "old"})
    (path / "certificates").symlink_to(other)
    with pytest.raises(RunFolderError, match="is not a folder of this run"):
        write_run(path, {"certificates/x.json": "new"}, overwrite=True)
    assert list(other.iterdir()) == []
    assert content(path)["a"] == "old"


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname"])
def test_a_marker_cannot_name_files_outside(tmp_path: Path, name: str) -> None:
    path = tmp_path / "run"
    path.mkdir()
    (tmp_path / "outside.txt").write_text("mine")
    (path / MARKER).write_text(json.dumps({"files": [name]}))
    with pytest.raises(RunFolderError):
        write_run(path, {"a": "new"}, overwrite=True)
    assert (tmp_path / "outside.txt").read_text() == "mine"


def test_an_error_while_replacing_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    write_run(path, {"a": "old", "b": "old"})
    (path / "notes.txt").write_text("mine")
    before = content(path)
    move = replacing.move_files

    def fail_on_the_new_files(source: Path, target: Path, names: list[str]) -> None:
        move(source, target, names[:1] if target == path else names)
        if target == path:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(replacing, "move_files", fail_on_the_new_files)
    with pytest.raises(OSError, match="No space left"):
        write_run(path, {"a": "new", "c": "new"}, overwrite=True)
    assert content(path) == before
    assert is_complete(path)


def test_a_crash_while_replacing_is_undone_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    write_run(path, {"a": "old", "b": "old"})
    before = content(path)
    move = replacing.move_files

    class Killed(BaseException):
        pass

    def die_half_way(source: Path, target: Path, names: list[str]) -> None:
        move(source, target, names[:1] if target == path else names)
        if target == path:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(replacing, "move_files", die_half_way)
        patch.setattr(replacing, "recover", lambda path: None)  # as kill -9 would
        with pytest.raises(Killed):
            write_run(path, {"a": "new"}, overwrite=True)
    assert not is_complete(path)
    with pytest.raises(RunFolderError, match="is not empty"):
        write_run(path, {"a": "new"})
    assert content(path) == before


def test_staging_of_a_killed_run_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".run.v1bridge-new-abc").mkdir()
    write_run(tmp_path / "run", {"a": "1"})
    assert hidden(tmp_path / "run") == []


def test_two_runs_cannot_write_to_one_folder(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "run"),
        pytest.raises(RunFolderError, match="another run is writing"),
    ):
        write_run(tmp_path / "run", {"a": "1"})
    write_run(tmp_path / "run", {"a": "1"})


def test_overwrite_and_resume_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="not both"):
        write_run(tmp_path / "run", {}, overwrite=True, resume=True)


def test_an_interrupted_run_resumes_from_its_stages(tmp_path: Path) -> None:
    path = tmp_path / "run"

    def interrupted() -> None:
        with opened(path) as folder:
            folder.stages.save("spiking", {"rates": [1.0, 2.0]})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with opened(path, resume=True) as folder:
        stage = folder.stages.load("spiking")
        assert stage is not None
        assert stage["rates"].tolist() == [1.0, 2.0]
        assert folder.stages.load("reduction") is None
        (folder.staging / "a").write_text("1")
        folder.commit()
    assert content(path) == {"a": "1"}
    assert hidden(path) == []


def test_an_interrupted_run_is_neither_dropped_nor_mixed_up(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with opened(path) as folder:
        folder.stages.save("spiking", {"rates": [1.0]})
    with pytest.raises(RunFolderError, match="unfinished run lies here"):
        write_run(path, {})
    with pytest.raises(RunFolderError, match="another configuration"):
        write_run(path, {}, config=CONFIG + "seed = 2\n", resume=True)
    write_run(path, {"a": "1"}, overwrite=True)
    assert hidden(path) == []


def test_resume_of_a_complete_run_needs_the_same_configuration(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path, {"a": "1"})
    with opened(path, resume=True) as folder:
        assert is_complete(folder.path)
    with pytest.raises(RunFolderError, match="another configuration"):
        write_run(path, {"a": "2"}, config=CONFIG + "seed = 2\n", resume=True)
    assert content(path)["a"] == "1"


def test_a_missing_file_makes_a_run_incomplete(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"a": "1"})
    (tmp_path / "run" / "a").unlink()
    assert not is_complete(tmp_path / "run")
    assert not is_complete(tmp_path / "nowhere")
