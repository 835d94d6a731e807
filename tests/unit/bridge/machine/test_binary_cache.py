"""The cache of what is compiled: whole entries, or none."""

import multiprocessing
import os
import subprocess
import time
from pathlib import Path
from threading import Thread

import pytest

from bridge.errors import DeviceError
from bridge.machine import binary_cache
from bridge.machine.binary_cache import cached_binary, find_cached


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("V1BRIDGE_CACHE", str(folder))
    return folder


def making(text, made=None):
    def make(folder):
        if made is not None:
            made.append(text)
        (folder / "main").write_text(text)
        (folder / "read").mkdir()
        (folder / "read" / "at start").write_text("numbers")

    return make


def entries(cache):
    """Return what is in the cache; lock files stay, whatever happens."""
    return [path.name for path in cache.iterdir() if path.suffix != ".lock"]


def test_a_binary_is_made_once(cache):
    made = []
    first, was_cached = cached_binary("key", making("one", made))
    assert not was_cached
    second, was_cached = cached_binary("key", making("two", made))
    assert was_cached
    assert first == second == find_cached("key") == cache / "key" / "main"
    assert second.read_text() == "one"
    assert made == ["one"]


@pytest.mark.parametrize("name", ["V1BRIDGE_CACHE", "XDG_CACHE_HOME"])
def test_a_relative_cache_holds_wherever_its_programs_run(monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("V1BRIDGE_CACHE")
    monkeypatch.setenv(name, "my/cache")
    path, _ = cached_binary("key", making("one"))
    assert path.is_absolute()
    assert path.is_relative_to(tmp_path / "my" / "cache")


def test_what_is_moved_into_place_is_on_the_disk(monkeypatch, cache):
    written = set()

    def fsync(descriptor):
        written.add(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", fsync)
    cached_binary("key", making("one"))
    names = {path.name for path in written}
    assert {"main", "at start", "read", binary_cache.CHECKSUMS} <= names


def test_interrupted_compilation_leaves_nothing(cache):
    def interrupted(folder):
        (folder / "main").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_binary("key", interrupted)
    assert entries(cache) == []
    assert find_cached("key") is None


def test_the_second_of_two_compilations_takes_the_first(cache):
    def overtaken(folder):
        cached_binary("key", making("first"))
        (folder / "main").write_text("second")

    path, was_cached = cached_binary("key", overtaken)
    assert not was_cached
    assert path.read_text() == "first"
    assert entries(cache) == ["key"]


DAMAGE = {
    "shortened": lambda entry: (entry / "main").write_text("a whole"),
    "changed": lambda entry: (entry / "main").write_text("a whole BINARY"),
    "empty": lambda entry: (entry / "main").write_text(""),
    "removed": lambda entry: (entry / "main").unlink(),
    "another changed": lambda entry: (entry / "read/at start").write_text("Numbers"),
    "another removed": lambda entry: (entry / "read/at start").unlink(),
    "one more": lambda entry: (entry / "read/later").write_text(""),
    "forgotten": lambda entry: (entry / "sha256").unlink(),
    "misread": lambda entry: (entry / "sha256").write_bytes(b"\xff"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_made_anew(cache, damage):
    path, _ = cached_binary("key", making("a whole binary"))
    DAMAGE[damage](path.parent)
    assert find_cached("key") is None
    path, was_cached = cached_binary("key", making("a whole binary"))
    assert not was_cached
    assert path.read_text() == "a whole binary"
    assert find_cached("key") == path
    assert entries(cache) == ["key"]


def test_checksums_are_as_sha256sum_writes_them(cache):
    path, _ = cached_binary("key", making("one"))
    checksums = (path.parent / "sha256").read_text()
    assert [line.split("  ")[1] for line in checksums.splitlines()] == [
        "main",
        "read/at start",
    ]
    check = ["sha256sum", "--check", "--quiet", "sha256"]
    subprocess.run(check, cwd=path.parent, check=True)


def test_a_whole_entry_that_will_not_do_is_replaced(cache):
    cached_binary("key", making("of another machine"))

    def will_do(binary):
        return binary.read_text() == "of this one"

    for was_there in (False, True):
        path, was_cached = cached_binary("key", making("of this one"), will_do)
        assert was_cached is was_there
        assert path.read_text() == "of this one"
    assert entries(cache) == ["key"]


def test_an_entry_that_was_given_out_is_not_dropped(monkeypatch, cache):
    path, _ = cached_binary("key", making("whole"))
    path.write_text("damaged")
    given = []

    def find_it_damaged():
        found, _ = cached_binary("key", making("theirs"))
        given.append(found.stat().st_ino)

    other = Thread(target=find_it_damaged)
    make_room = binary_cache._make_room

    def give_way(folder):
        monkeypatch.setattr(binary_cache, "_make_room", make_room)
        other.start()
        other.join(timeout=0.5)  # it comes through where nothing holds it
        make_room(folder)

    monkeypatch.setattr(binary_cache, "_make_room", give_way)
    path, _ = cached_binary("key", making("ours"))
    other.join()
    assert given == [path.stat().st_ino]
    assert entries(cache) == ["key"]


def test_other_users_may_read_an_entry(cache):
    path, _ = cached_binary("key", making("one"))
    assert path.parent.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("fails", ["rename", "chmod", "write_text"])
def test_an_entry_that_cannot_be_moved_in_is_one_line(monkeypatch, cache, fails):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    def make(folder):
        making("one")(folder)
        monkeypatch.setattr(Path, fails, refuse)

    with pytest.raises(DeviceError, match=r"cannot keep .*denied.*V1BRIDGE_CACHE"):
        cached_binary("key", make)
    assert entries(cache) == []


def test_the_lock_of_another_user_holds_too(monkeypatch, cache):
    open_file = os.open

    def as_another_user(path, flags, *mode, **kwargs):
        if str(path).endswith(".lock") and flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied")
        return open_file(path, flags, *mode, **kwargs)

    cache.mkdir()
    (cache / "key.lock").touch()
    monkeypatch.setattr(os, "open", as_another_user)
    assert cached_binary("key", making("one"))[0].read_text() == "one"


def test_unwritable_cache_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("V1BRIDGE_CACHE", str(tmp_path / "file"))
    with pytest.raises(DeviceError, match="another folder in V1BRIDGE_CACHE"):
        cached_binary("key", lambda folder: None)


def test_a_user_without_a_home_names_a_folder(monkeypatch):
    def no_home():
        raise RuntimeError

    for name in ("V1BRIDGE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(DeviceError, match=r"no home folder .* in V1BRIDGE_CACHE"):
        cached_binary("key", making("one"))


SIZE = 2_000_000


def _make_slowly(folder):
    """Write a large file in pieces, as a linker does."""
    with (folder / "main").open("wb") as file:
        for _ in range(20):
            file.write(b"x" * (SIZE // 20))
            file.flush()
            time.sleep(0.005)


def _use(start, answers):
    start.wait()
    path, was_cached = cached_binary("key", _make_slowly)
    answers.put((was_cached, path.read_bytes() == b"x" * SIZE))


@pytest.mark.parametrize("damaged", [False, True])
def test_processes_that_start_at_once_all_find_a_whole_binary(cache, damaged):
    if damaged:
        path, _ = cached_binary("key", _make_slowly)
        path.write_text("half")
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [context.Process(target=_use, args=(start, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert all(is_whole for _, is_whole in found)
    assert not all(was_cached for was_cached, _ in found)
    assert entries(cache) == ["key"]
    assert cached_binary("key", _make_slowly)[1]


def test_a_full_disk_while_it_is_made_is_named(cache):
    def make(folder):
        raise OSError("10 requested and 0 written")  # as NumPy says it

    with pytest.raises(DeviceError, match=r"cannot keep .*10 requested.*CACHE"):
        cached_binary("key", make)
