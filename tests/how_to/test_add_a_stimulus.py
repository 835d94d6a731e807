"""docs/how-to/add-a-stimulus.md, followed."""

import re

import numpy as np
import pytest
import xarray as xr
from pages import follow


@pytest.mark.slow
def test_the_page_adds_a_stimulus_that_drives_both_models(tmp_path):
    followed = follow("add-a-stimulus", tmp_path)
    shown = " ".join(
        followed.said["v1bridge simulate --help"].replace("│", " ").split()
    )
    assert "ramp: one rate of all LGN cells, rising" in shown
    assert "--top-hz" in shown
    assert "(ramp). [default: 16]" in shown
    with xr.open_dataset(tmp_path / "runs/ramp/rates.nc", engine="h5netcdf") as stored:
        assert stored["stimulus"].item() == "ramp"
        course = stored["population_rate"].mean(("trial", "population")).squeeze()
        half = course.sizes["time"] // 2
        early, late = course[:half].mean(), course[half:].mean()
    assert float(late) > float(early)
    found = re.findall(r"(\d+\.\d+) Hz", followed.said["python ramp_in_both.py"])
    spiking_hz, rate_hz = map(float, found)
    assert spiking_hz > 0.5
    # a small column with few cells of a kind, transfer functions of theory
    assert np.log2(rate_hz / spiking_hz) == pytest.approx(0.0, abs=1.0)
