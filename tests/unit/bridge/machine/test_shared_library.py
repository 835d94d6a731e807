"""Compiled loops: made once for a machine, by whoever comes first."""

import hashlib
import multiprocessing
import shutil
from pathlib import Path

import pytest

from bridge.errors import DeviceError
from bridge.machine.binary_cache import find_cached
from bridge.machine.shared_library import load_shared_library

FLAGS = ("-O1", "-shared", "-fPIC")
SOURCE = 'extern "C" int answer() { return 42; }\n'

pytestmark = pytest.mark.skipif(
    shutil.which("g++") is None, reason="the compiler of these tests is g++"
)


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("V1BRIDGE_CACHE", str(folder))
    return folder


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.cpp"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """A compiler that writes down, a line each, what it is asked to compile."""
    path, log = tmp_path / "logging", tmp_path / "log"
    log.touch()
    path.write_text(
        f'#!/bin/sh\n[ "$2" = --version ] || echo "$@" >> {log}\nexec "$@"\n'
    )
    path.chmod(0o755)
    monkeypatch.setenv("CXX", f"{path} g++")
    return lambda: len(log.read_text().splitlines())


def entries(cache):
    return [path.name for path in cache.iterdir() if path.suffix != ".lock"]


def only_entry(cache):
    (name,) = entries(cache)
    return cache / name / "main"


def test_a_library_is_compiled_once(cache, source, calls):
    for _ in range(2):
        assert load_shared_library(source, FLAGS).answer() == 42
    assert calls() == 1


def test_source_flags_and_compiler_each_make_their_own(
    monkeypatch, cache, source, calls
):
    load_shared_library(source, FLAGS)
    source.write_text(SOURCE.replace("42", "43"))
    assert load_shared_library(source, FLAGS).answer() == 43
    assert load_shared_library(source, (*FLAGS, "-w")).answer() == 43
    assert calls() == 3
    monkeypatch.setenv("CXX", "g++")
    assert load_shared_library(source, FLAGS).answer() == 43
    assert len(entries(cache)) == 4


@pytest.mark.parametrize("damage", ["cut short", "of another machine"])
def test_a_library_that_will_not_do_is_made_anew(cache, source, calls, damage):
    load_shared_library(source, FLAGS)
    path = only_entry(cache)
    whole = path.read_bytes()
    path.unlink()  # the loaded one keeps its pages
    if damage == "cut short":
        path.write_bytes(whole[: len(whole) // 2])
    else:  # whole, by its checksum, but nothing to load
        path.write_bytes(b"another machine's")
        checksum = hashlib.sha256(b"another machine's").hexdigest()
        path.with_name("sha256").write_text(f"{checksum}  main\n")
        assert find_cached(path.parent.name) == path
    assert load_shared_library(source, FLAGS).answer() == 42
    assert calls() == 2
    assert only_entry(cache).read_bytes() == whole
    assert load_shared_library(source, FLAGS).answer() == 42
    assert calls() == 2


def occupied(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("V1BRIDGE_CACHE", str(tmp_path / "file"))


def homeless(monkeypatch, tmp_path):
    def no_home():
        raise RuntimeError

    for name in ("V1BRIDGE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)


@pytest.mark.parametrize("spoil", [occupied, homeless])
def test_without_a_cache_a_process_makes_its_own(
    monkeypatch, tmp_path, source, calls, spoil
):
    spoil(monkeypatch, tmp_path)
    for _ in range(2):
        assert load_shared_library(source, FLAGS).answer() == 42
    assert calls() == 2


def test_what_does_not_compile_or_load_is_none_and_not_kept(cache, source, monkeypatch):
    assert load_shared_library(source, (*FLAGS, "--no-such-flag")) is None
    source.write_text("int main() { return missing; }\n")
    assert load_shared_library(source, FLAGS) is None
    # an undefined symbol is found out by the loader
    source.write_text("int missing();\nint value = missing();\n")
    assert load_shared_library(source, FLAGS) is None
    source.write_text(SOURCE)
    monkeypatch.setenv("CXX", "false")
    assert load_shared_library(source, FLAGS) is None
    assert not cache.exists() or entries(cache) == []


@pytest.mark.parametrize("command", ["/no/such/compiler", "g++ 'open"])
def test_a_compiler_that_cxx_names_in_vain_is_refused(source, monkeypatch, command):
    monkeypatch.setenv("CXX", command)
    with pytest.raises(DeviceError, match="CXX"):
        load_shared_library(source, FLAGS)


@pytest.mark.parametrize("named", [None, "", " "])
def test_no_compiler_at_all_is_none(source, monkeypatch, tmp_path, named):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    if named is not None:
        monkeypatch.setenv("CXX", named)
    assert load_shared_library(source, FLAGS) is None


def _answer(source, start, answers):
    start.wait()
    library = load_shared_library(source, FLAGS)
    answers.put(None if library is None else library.answer())


def test_processes_that_start_at_once_share_one_library(cache, source, calls):
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=_answer, args=(source, start, answers)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert found == [42] * 4
    assert len(entries(cache)) == 1
    made = calls()
    assert load_shared_library(source, FLAGS).answer() == 42
    assert calls() == made
