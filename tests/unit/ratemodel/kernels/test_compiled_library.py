"""A machine without a compiler, or with one that will not do."""

import ctypes

import pytest

from bridge.errors import DeviceError
from ratemodel.kernels import compiled_library, csr_kernels, transfer_kernel

SOURCES = [csr_kernels.SOURCE, transfer_kernel.SOURCE]
build = compiled_library.compiled_library.__wrapped__


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("V1BRIDGE_CACHE", str(tmp_path))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_second_process_would_find_the_library(monkeypatch, tmp_path, source):
    if build(source) is None:
        pytest.skip("no C++ compiler with OpenMP")
    (binary,) = tmp_path.glob("*/main")
    assert build(source)._name == str(binary)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_without_a_compiler_there_is_no_library(monkeypatch, tmp_path, source):
    monkeypatch.setenv("CXX", "false")
    assert build(source) is None
    monkeypatch.delenv("CXX")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build(source) is None


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_compiler_that_cxx_names_in_vain_is_refused(monkeypatch, source):
    monkeypatch.setenv("CXX", "/no/such/compiler")
    with pytest.raises(DeviceError, match="not there"):
        build(source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_library_that_does_not_load_is_as_good_as_none(monkeypatch, source):
    if compiled_library.compiled_library(source) is None:
        pytest.skip("no C++ compiler with OpenMP")

    def fail(path):
        raise OSError("not a library")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert build(source) is None
