"""--device auto: said before the run, and replaced by what was used."""

import json

import pytest

import validation.experiment.device
from bridge.errors import DeviceError
from spiking.devices.choose import DeviceChoice
from validation.cli.main import main
from validation.config.validate import merged_config
from validation.experiment.device import settle_device


def test_a_run_names_the_device_that_auto_stood_for(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        validation.experiment.device,
        "choose_device",
        lambda wanted, arrays: DeviceChoice("numpy", "device: numpy, because [test]"),
    )
    words = "simulate --device auto --size 40 --duration-ms 510 --trials 1 --out"
    main_exit(*words.split(), str(tmp_path / "run"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "device: numpy, because [test]"
    simulation = json.loads((tmp_path / "run" / "simulation.json").read_text())
    assert simulation["device"] == "numpy"


def main_exit(*words: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0


def test_a_device_that_was_named_is_not_talked_about(capsys):
    config = merged_config(None, {"spiking": {"device": "numpy"}})
    assert settle_device(config) == config
    assert capsys.readouterr().err == ""


def test_the_column_is_built_only_to_be_fitted_into_a_gpu(monkeypatch):
    def no_gpu():
        raise DeviceError("device 'cuda' needs a GPU, or use --device cpp")

    monkeypatch.setattr("spiking.devices.cuda.device.check_cuda", no_gpu)
    monkeypatch.setattr(validation.experiment.device, "load_column", None)
    config = merged_config(None, {"spiking": {"device": "auto"}})
    assert settle_device(config).spiking.device == "cpp"
