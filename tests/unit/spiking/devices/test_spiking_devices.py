"""Devices: the same spikes from each, clear words where one is missing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_column import make_stimulus

import spiking.devices.cpp.device
import spiking.devices.cpp.program
import spiking.devices.cuda.program
from bridge.errors import DeviceError
from bridge.machine.compiler import find_compiler
from spiking.brian.brian_session import import_brian2
from spiking.devices.choose import choose_device, device_runner
from spiking.devices.cpp.program import compile_program
from spiking.running.model import SpikingModel

ROOT = Path(__file__).parents[4]


@pytest.fixture
def quick_cython():
    """Compile the twenty modules of the cython target without optimisation."""
    prefs, name = import_brian2().prefs, "codegen.cpp.extra_compile_args_gcc"
    before = prefs[name]
    prefs[name] = ["-w", "-O0", "-std=c++11"]
    yield
    prefs[name] = before


@pytest.mark.slow
@pytest.mark.agreement
def test_devices_give_the_same_spikes(column, quick_cython):
    # LGN spikes are drawn before the run and background events by a hash of
    # cell and counter, so devices may differ by rounding only; a spike moves
    # when a voltage comes within 1e-12 mV of the threshold, which 80 cells in
    # 200 ms do not do
    stimuli = [make_stimulus(), make_stimulus(rate_hz=0.0, current_pa=300.0)]
    trains = {}
    for device in ("numpy", "cython", "cpp"):
        result = SpikingModel(column, device=device, n_jobs=2).run(
            stimuli, n_trials=2, seed=4, drop_ms=0.0, record_spikes=True
        )
        trains[device] = [(s.times_ms.tolist(), s.ids.tolist()) for s in result.spikes]
    assert all(len(ids) > 20 for _, ids in trains["numpy"])
    assert trains["cython"] == trains["numpy"]
    assert trains["cpp"] == trains["numpy"]


@pytest.mark.parametrize("device", ["CUDA", "CPP", "gpu"])
def test_unknown_devices_are_refused_with_the_choice(device):
    with pytest.raises(DeviceError, match=r"choose from cpp, cuda, cython, numpy$"):
        device_runner(device)
    with pytest.raises(DeviceError, match=r"from cpp, cuda, cython, numpy, auto$"):
        choose_device(device)


PROGRAMS = (spiking.devices.cpp.program, spiking.devices.cuda.program)


@pytest.mark.parametrize("program", PROGRAMS, ids=["cpp", "cuda"])
def test_the_key_of_a_binary_has_every_file_that_decides_what_is_made(program):
    tree = ast.parse(Path(program.__file__).read_text(encoding="utf-8"))
    imported = {
        node.module.removeprefix("spiking.").replace(".", "/") + ".py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("spiking.")
    }
    # one calls Brian2, the other holds the sizes, which are in the key themselves
    decide = imported - {"brian/brian_session.py", "network/network_arrays.py"}
    assert len(decide) > 1
    assert decide <= set(program._SOURCES)


def test_compiler_errors_are_one_line(tmp_path):
    (tmp_path / "bad.cpp").write_text("int main() { return missing; }\n")
    with pytest.raises(DeviceError, match=r"compiler failed .*missing") as e:
        compile_program(tmp_path, ["bad.cpp"], find_compiler())
    assert "\n" not in str(e.value)


def test_a_binary_that_cannot_run_is_named(monkeypatch, tmp_path, column):
    broken = tmp_path / "main"
    broken.write_text("not a program")
    monkeypatch.setattr(
        spiking.devices.cpp.device, "compiled_network", lambda structure: (broken, True)
    )
    model = SpikingModel(column, n_jobs=1)
    with pytest.raises(DeviceError, match=r"cannot start .*; remove"):
        model.run([make_stimulus()], n_trials=1, seed=1, drop_ms=0.0)


def test_a_binary_that_dies_is_reported(monkeypatch, tmp_path, column):
    dying = tmp_path / "main"
    dying.write_text("#!/bin/sh\necho no memory left >&2\nexit 3\n")
    dying.chmod(0o755)
    monkeypatch.setattr(
        spiking.devices.cpp.device, "compiled_network", lambda structure: (dying, True)
    )
    model = SpikingModel(column, n_jobs=2)
    with pytest.raises(DeviceError, match="ended with code 3: no memory left"):
        model.run([make_stimulus()], n_trials=4, seed=1, drop_ms=0.0)


def test_brian2_leaves_no_traces(tmp_path):
    script = """
import sys
hook = sys.excepthook
import spiking, spiking.running.model, spiking.running.frozen_noise
assert "brian2" not in sys.modules
from spiking.brian.brian_session import import_brian2
import_brian2()
assert "brian2" in sys.modules
assert sys.excepthook is hook
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "MPLCONFIGDIR": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True
    )
    assert not list(tmp_path.glob("brian*"))
