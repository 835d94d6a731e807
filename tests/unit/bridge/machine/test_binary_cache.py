"""The cache of what is compiled: whole entries, or none."""

import multiprocessing
import time
from pathlib import Path

import pytest

from bridge.errors import DeviceError
from bridge.machine.binary_cache import cached_binary, drop_cached, find_cached


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

    return make


def test_a_binary_is_made_once(cache):
    made = []
    first, was_cached = cached_binary("key", making("one", made))
    assert not was_cached
    second, was_cached = cached_binary("key", making("two", made))
    assert was_cached
    assert first == second == find_cached("key") == cache / "key" / "main"
    assert second.read_text() == "one"
    assert made == ["one"]


def test_interrupted_compilation_leaves_nothing(cache):
    def interrupted(folder):
        (folder / "main").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_binary("key", interrupted)
    assert list(cache.iterdir()) == []
    assert find_cached("key") is None


def test_the_second_of_two_compilations_takes_the_first(cache):
    def overtaken(folder):
        cached_binary("key", making("first"))
        (folder / "main").write_text("second")

    path, was_cached = cached_binary("key", overtaken)
    assert not was_cached
    assert path.read_text() == "first"
    assert [p.name for p in cache.iterdir()] == ["key"]


@pytest.mark.parametrize("damage", ["shorten", "change", "empty", "remove", "forget"])
def test_a_damaged_binary_is_made_anew(cache, damage):
    path, _ = cached_binary("key", making("a whole binary"))
    match damage:
        case "shorten":
            path.write_text("a whole")
        case "change":
            path.write_text("a whole BINARY")
        case "empty":
            path.write_text("")
        case "remove":
            path.unlink()
        case "forget":
            path.with_name("sha256").unlink()
    assert find_cached("key") is None
    path, was_cached = cached_binary("key", making("a whole binary"))
    assert not was_cached
    assert path.read_text() == "a whole binary"
    assert find_cached("key") == path
    assert [p.name for p in cache.iterdir()] == ["key"]


def test_a_dropped_entry_is_gone(cache):
    cached_binary("key", making("one"))
    drop_cached("key")
    assert find_cached("key") is None
    assert list(cache.iterdir()) == []
    drop_cached("key")


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
    assert [p.name for p in cache.iterdir()] == ["key"]
    assert cached_binary("key", _make_slowly)[1]
