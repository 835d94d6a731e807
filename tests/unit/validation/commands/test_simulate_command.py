"""``v1bridge simulate``: rates and spikes of one stimulus."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
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
            trains = read_spikes(folder / f"spikes_{trial}.h5")
            # a spike bears the time of the end of its step
            ids = trains.ids[trains.times_ms > DROP]
            total += ids.size
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


def test_replayed_spikes_are_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lgn = build_column(80, 1).lgn
    absent = int(lgn.node_id.max()) + 1
    times = np.array([0.4, 10.0, 9.4, 700.0, 20.0])  # two of a cell within 1 ms
    rows = [lgn.node_id[0], lgn.node_id[1], lgn.node_id[1], lgn.node_id[0], absent]
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        file["spikes/lgn/timestamps"] = times
        file["spikes/lgn/node_ids"] = np.array(rows, dtype=np.uint64)
        file["spikes/tw/timestamps"] = np.array([0.2, 0.3])
        file["spikes/tw/node_ids"] = np.array(rows[:2], dtype=np.uint64)
    words = (
        f"simulate --size 80 --duration-ms 600 --trials 1 --dt-ms 1 --device numpy "
        f"--lgn-spikes {tmp_path / 'spikes.h5'} --out"
    ).split()
    with pytest.raises(SystemExit) as caught:
        main([*words, str(tmp_path / "out")])
    assert not caught.value.code
    said = capsys.readouterr().err
    line = "3 of 5 used (1 of cells that the column does not have; 1 outside the trial)"
    assert line in said
    assert "1 moved on" in said
    assert "unit" not in said
    account = json.loads((tmp_path / "out/provenance.json").read_text())["lgn_spikes"]
    assert account == {
        "file": str(tmp_path / "spikes.h5"),
        "population": "lgn",
        "spikes": 5,
        "used": 3,
        "of_unknown_cells": 1,
        "outside_trial": 1,
        "moved_to_the_next_step": 1,
        "states_unit": False,
    }
    with pytest.raises(SystemExit):
        main([*words, str(tmp_path / "tw"), "--lgn-population", "tw"])
    said = capsys.readouterr().err
    assert "LGN spikes: 2 of 2 used" in said
    assert "of population tw" in said
    assert "If they are seconds, say so" in said


def test_a_population_without_a_spike_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["simulate", "--lgn-population", "lgn", "--out", str(tmp_path / "out")])
    assert caught.value.code == 2
    assert "no effect without --lgn-spikes" in capsys.readouterr().err
