"""What the device cuda says where a part of it is missing: one line, exit 2."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_column import make_stimulus

import spiking.devices.cuda.device
import spiking.devices.cuda.gpu
import spiking.devices.cuda.toolkit
from bridge.errors import DeviceError
from spiking.devices.choose import choose_device
from spiking.devices.cuda.gpu import Gpu, find_gpu
from spiking.devices.cuda.toolkit import compile_cuda, find_toolkit
from spiking.running.model import SpikingModel
from validation.cli.main import main

CARD = Gpu("NVIDIA Test", "9.0", 8 * 2**30, 8 * 2**30)


def make_nvcc(folder: Path, *, release: str = "13.0", has_curand: bool = True) -> Path:
    """Write a compiler that answers the two questions it is asked."""
    nvcc = folder / "bin" / "nvcc"
    nvcc.parent.mkdir(parents=True)
    nvcc.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo "Cuda tools, release {release}, V1"\n'
        f'[ "$1" != -E ] || exit {0 if has_curand else 1}\n'
    )
    nvcc.chmod(0o755)
    return nvcc


@pytest.fixture
def complete(monkeypatch, tmp_path):
    """A machine on which nothing is missing, as far as it is asked."""
    find_spec = importlib.util.find_spec
    make_nvcc(tmp_path / "toolkit")
    monkeypatch.setenv("CUDA_HOME", str(tmp_path / "toolkit"))
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: object() if name == "brian2cuda" else find_spec(name),
    )
    monkeypatch.setattr(
        spiking.devices.cuda.gpu, "_QUERY", 'print(\'["NVIDIA Test", "9.0", 1, 2]\')'
    )
    monkeypatch.setattr(
        spiking.devices.cuda.toolkit,
        "_compilers",
        lambda: iter([tmp_path / "toolkit/bin/nvcc"]),
    )


def old_python(patch, folder):
    patch.setattr(sys, "version_info", (3, 11, 7))


def no_extra(patch, folder):
    patch.setattr(importlib.util, "find_spec", lambda name: None)


def no_toolkit(patch, folder):
    patch.setattr(spiking.devices.cuda.toolkit, "_compilers", lambda: iter(()))


def old_toolkit(patch, folder):
    nvcc = make_nvcc(folder / "old", release="10.2")
    patch.setattr(spiking.devices.cuda.toolkit, "_compilers", lambda: iter([nvcc]))


def no_curand(patch, folder):
    nvcc = make_nvcc(folder / "bare", has_curand=False)
    patch.setattr(spiking.devices.cuda.toolkit, "_compilers", lambda: iter([nvcc]))
    find_spec = importlib.util.find_spec
    patch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "nvidia" else find_spec(name),
    )


def no_driver(patch, folder):
    patch.setattr(
        spiking.devices.cuda.gpu, "_QUERY", 'import sys; sys.exit("no driver")'
    )


def no_gpu(patch, folder):
    patch.setattr(spiking.devices.cuda.gpu, "_QUERY", 'import sys; sys.exit("no GPU")')


MISSING = [
    (old_python, "needs Python 3.12 or newer, this is 3.11.7: make an environment"),
    (no_extra, "needs the package brian2cuda: pip install '.[cuda]'"),
    (no_toolkit, "needs the CUDA toolkit, whose compiler nvcc is neither on the PATH"),
    (old_toolkit, "needs CUDA 11.0 or newer, "),
    (no_curand, "needs cuRAND (curand.h), which the CUDA toolkit lacks: pip install"),
    (no_driver, "needs the NVIDIA driver, which is not there (no libcuda.so.1)"),
    (no_gpu, "needs an NVIDIA GPU, and its driver finds none: look at nvidia-smi"),
]


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize(("remove", "message"), MISSING)
def test_a_missing_part_is_one_line_and_exit_2(
    monkeypatch, tmp_path, capsys, remove, message
):
    with monkeypatch.context() as patch:
        remove(patch, tmp_path)
        arguments = ["simulate", "--device", "cuda", "--size", "100", "--out"]
        with pytest.raises(SystemExit) as end:
            main([*arguments, f"{tmp_path}/out"])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.count("\n") == 1
    assert f"device 'cuda' {message}" in said
    assert said.endswith("or use --device cpp\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize(("remove", "message"), MISSING)
def test_auto_is_cpp_where_a_part_is_missing_and_says_why(
    monkeypatch, tmp_path, remove, message
):
    with monkeypatch.context() as patch:
        remove(patch, tmp_path)
        choice = choose_device("auto")
    assert choice.name == "cpp"
    assert choice.reason.startswith(f"device: cpp, because 'cuda' {message}")
    assert "\n" not in choice.reason


@pytest.mark.usefixtures("complete")
def test_auto_is_cuda_where_nothing_is_missing():
    choice = choose_device("auto")
    assert (choice.name, choice.reason) == ("cuda", "device: cuda, on NVIDIA Test")


@pytest.mark.usefixtures("complete")
def test_a_column_too_large_for_the_card_goes_to_cpp_only_if_asked_for_auto(column):
    # the card of the fixture has one byte left
    with pytest.raises(DeviceError, match=r"40 cells needs .* GB, NVIDIA Test has 0.0"):
        SpikingModel(column, device="cuda")
    assert SpikingModel(column, device="auto").device == "cpp"


@pytest.mark.skipif(sys.platform != "linux", reason="the driver's file has this name")
def test_the_driver_is_asked_without_importing_a_framework():
    # on a machine without a driver the true question has a true answer
    script = (
        "import sys, spiking.devices.cuda.gpu as gpu\n"
        "try: gpu.find_gpu()\n"
        "except Exception as error: assert 'needs' in str(error), error\n"
        "assert not {'torch', 'brian2', 'brian2cuda'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_the_driver_answers_is_passed_on(monkeypatch):
    monkeypatch.setattr(
        spiking.devices.cuda.gpu, "_QUERY", 'print(\'["NVIDIA Test", "9.0", 5, 6]\')'
    )
    assert find_gpu() == Gpu("NVIDIA Test", "9.0", 5, 6)


def test_cuda_home_goes_before_the_path(monkeypatch, tmp_path):
    make_nvcc(tmp_path / "home", release="12.4")
    make_nvcc(tmp_path / "path", release="11.8")
    monkeypatch.setenv("CUDA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path}/path/bin:/usr/bin:/bin")
    assert find_toolkit().version == "12.4"
    monkeypatch.delenv("CUDA_HOME")
    monkeypatch.delenv("CUDA_PATH", raising=False)
    assert find_toolkit().version == "11.8"


def test_curand_of_pip_is_found_for_its_cuda(monkeypatch, tmp_path):
    packages = tmp_path / "site" / "nvidia"
    for name in ("cu13", "curand"):
        for file in ("include/curand.h", "lib/libcurand.so.10"):
            path = packages / name / file
            path.parent.mkdir(parents=True)
            path.touch()
    spec = SimpleNamespace(submodule_search_locations=[str(packages)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    for release, name in (("13.1", "cu13"), ("12.4", "curand")):
        nvcc = make_nvcc(tmp_path / release, release=release, has_curand=False)
        toolkit = find_toolkit_at(monkeypatch, nvcc)
        assert toolkit.curand_include == packages / name / "include"
        assert toolkit.curand_library == packages / name / "lib" / "libcurand.so.10"
        assert toolkit.library_folders == (packages / name / "lib",)


def test_libraries_of_the_toolkit_are_found_where_the_loader_does_not_look(
    monkeypatch, tmp_path
):
    nvcc = make_nvcc(tmp_path)
    library = tmp_path / "lib64" / "libcurand.so.10"
    library.parent.mkdir()
    library.touch()
    toolkit = find_toolkit_at(monkeypatch, nvcc)
    assert toolkit.curand_include is None
    assert toolkit.curand_library == library
    log = tmp_path / "log"
    nvcc.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    compile_cuda(tmp_path, ["a.cu"], toolkit, "9.0")
    link = log.read_text().splitlines()[-1].split()
    assert f"-Xlinker={library}" in link
    assert f"-Xlinker=-rpath={library.parent}" in link


def test_errors_of_the_cuda_compiler_are_one_line(monkeypatch, tmp_path):
    nvcc = make_nvcc(tmp_path)
    toolkit = find_toolkit_at(monkeypatch, nvcc)
    nvcc.write_text(
        "#!/bin/sh\necho note >&2\n"
        "echo \"nvcc fatal : Unsupported gpu architecture 'compute_120'\" >&2\nexit 1\n"
    )
    with pytest.raises(DeviceError, match=r"failed \(nvcc fatal .*compute_120") as e:
        compile_cuda(tmp_path, ["a.cu"], toolkit, "12.0")
    assert "\n" not in str(e.value)


def find_toolkit_at(monkeypatch, nvcc):
    monkeypatch.setattr(
        spiking.devices.cuda.toolkit, "_compilers", lambda: iter([nvcc])
    )
    return find_toolkit()


def test_a_simulation_that_dies_on_the_gpu_is_reported(monkeypatch, tmp_path, column):
    dying = tmp_path / "main"
    dying.write_text("#!/bin/sh\necho GPU memory: out of memory >&2\nexit 4\n")
    dying.chmod(0o755)
    monkeypatch.setattr(spiking.devices.cuda.device, "check_cuda", lambda: (None, CARD))
    monkeypatch.setattr(
        spiking.devices.cuda.device, "cuda_network", lambda *arguments: (dying, True)
    )
    model = SpikingModel(column, device="cuda")
    with pytest.raises(DeviceError, match=r"'cuda': .* code 4: GPU memory: out of mem"):
        model.run([make_stimulus()], n_trials=2, seed=1, drop_ms=0.0)
