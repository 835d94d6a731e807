"""``v1bridge simulate``: rates and spikes of one stimulus."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bridge.column.building.build import build_column
from bridge.files.spike_file import read_spikes
from validation.cli.main import main

OPTIONS = (
    "--size 80 --stimulus flash --duration-ms 800 --trials 2 --dt-ms 1 "
    "--device numpy --spikes"
)


DROP = 500.0 + 1e-6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulate") / "out"
    with pytest.raises(SystemExit) as caught:
        main(["simulate", *OPTIONS.split(), "--out", str(out)])
    assert not caught.value.code
    return out


def test_rates_and_spike_files_tell_the_same(folder: Path) -> None:
    column = build_column(80, 1)
    with xr.open_dataset(folder / "rates.nc", engine="h5netcdf") as stored:
        rates = stored["population_rate"].isel(stimulus=0)
        assert dict(rates.sizes) == {"trial": 2, "time": 30, "population": 17}
        assert rates.attrs["units"] == "Hz"
        total = 0
        for trial in range(2):
            times_ms, ids = read_spikes(folder / f"spikes_{trial}.h5")
            # a spike bears the time of the end of its step
            times_ms, ids = times_ms[times_ms > DROP], ids[times_ms > DROP]
            total += times_ms.size
            for index in range(17):
                n_cells = int((column.population == index).sum())
                n_spikes = int((column.population[ids] == index).sum())
                if n_cells:
                    mean_hz = float(rates.isel(trial=trial, population=index).mean())
                    assert mean_hz * n_cells * 0.3 == pytest.approx(n_spikes)
    assert total > 0


def test_the_settings_are_kept(folder: Path) -> None:
    settings = json.loads((folder / "simulation.json").read_text())
    assert settings["stimulus"] == "flash"
    assert settings["column"]["hash"] == build_column(80, 1).hash
    assert settings["device"] == "numpy"
    assert "direction_deg" not in settings  # a flash has none


def test_the_same_command_gives_the_same_rates(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", *OPTIONS.split(), "--out", str(tmp_path / "again")])
    with (
        xr.open_dataset(folder / "rates.nc", engine="h5netcdf") as first,
        xr.open_dataset(tmp_path / "again" / "rates.nc", engine="h5netcdf") as again,
    ):
        np.testing.assert_array_equal(first["neuron_rate"], again["neuron_rate"])


def test_ctrl_c_ends_a_simulation_in_one_line(tmp_path: Path) -> None:
    # pytest in the background ignores Ctrl-C, and its children would inherit that.
    script = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from validation.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    words = "simulate --size 300 --device numpy --duration-ms 60000 --trials 20"
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words.split(), "--out", str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("column")
        time.sleep(4.0)  # by now it imports Brian2 or simulates (a minute's work)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == ""
    assert err == "v1bridge: interrupted; nothing was left half-written\n"
    assert list(tmp_path.iterdir()) == []
