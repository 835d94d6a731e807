"""The LGN filters against spikes that the Allen Institute released.

The L4 network of bmtk-workshop comes with the LGN spikes of all 17,400 cells for a
drifting grating (45 degrees, 0.04 cycles per degree, 2 Hz, contrast 0.8, after 0.5 s
of grey), made with FilterNet on GratingMovie's default pixels of a tenth of a
period, 96 x 48 over 240 x 120 degrees.

Its composite cells have no axis, and in these spikes they fire at their spontaneous
rate throughout (4.0 and 5.6 Hz); so the twelve other types are compared.
"""

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.filter_bank import LgnFilterBank

FRAME_MS, SETTLED_MS, END_MS = 10, 1000, 3000
OMEGA_PER_MS = 2.0 * np.pi * 2.0 / 1000.0
PIXEL_DEG = 240.0 / 95.0  # pixel centres from 0 to 240 degrees; 120 / 47 along y


@pytest.mark.agreement
def test_rates_and_modulation_are_those_of_the_released_spikes(
    shared_data: Path,
) -> None:
    folder = shared_data / "allen/bmtk_workshop/Ch6_l4model"
    lgn = read_single_cells(folder / "network")
    time_ms = np.arange(0, END_MS, FRAME_MS) + FRAME_MS / 2
    rates = grating_rates(lgn, time_ms)

    with h5py.File(folder / "inputs/spikes.gratings.45deg_2Hz.h5") as file:
        spike_ms = file["spikes/lgn/timestamps"][:]
        node = file["spikes/lgn/node_ids"][:].astype(np.int64)
    later = spike_ms >= SETTLED_MS
    count = np.bincount(node[later], minlength=17_400)[lgn.node_id]
    wave = np.zeros(17_400, dtype=complex)
    np.add.at(wave, node[later], np.exp(-1j * OMEGA_PER_MS * spike_ms[later]))
    wave = wave[lgn.node_id]

    settled = time_ms >= SETTLED_MS
    expected_count = rates[settled].sum(axis=0) * FRAME_MS / 1000.0
    turn = np.exp(-1j * OMEGA_PER_MS * time_ms[settled])
    expected_wave = turn @ rates[settled] * FRAME_MS / 1000.0

    kinds = np.array(lgn.cell_type)
    for kind in np.unique(kinds):
        own = kinds == kind
        power = (np.abs(expected_wave[own]) ** 2).sum()
        gain = (wave[own] * expected_wave[own].conj()).sum() / power
        # Poisson noise of a Fourier coefficient: half the count on each axis
        noise = np.abs(expected_wave[own]) ** 2 * expected_count[own]
        error = np.sqrt(noise.sum() / 2.0) / power
        # 4 standard errors of 1 to 2 %, and 1 % for the pixels, not quite square
        assert abs(gain - 1.0) < 4.0 * error + 0.01, kind
        assert error < 0.021
        total = expected_count[own].sum()
        assert abs(count[own].sum() - total) < 4.0 * np.sqrt(total) + 0.01 * total, kind


def read_single_cells(folder: Path) -> LgnCells:
    """Return the cells that are not composite."""
    with (folder / "lgn_node_types.csv").open() as lines:
        names = {
            int(row["node_type_id"]): row["model_name"]
            for row in csv.DictReader(lines, delimiter=" ")
        }
    with h5py.File(folder / "lgn_nodes.h5") as file:
        nodes = file["nodes/lgn"]
        kinds = np.array([names[k] for k in nodes["node_type_id"][:].tolist()])
        single = np.char.endswith(kinds, "_001") == 0
        return LgnCells(
            node_id=nodes["node_id"][:][single],
            cell_type=tuple(kinds[single].tolist()),
            x_deg=nodes["0/x"][:][single],
            y_deg=nodes["0/y"][:][single],
            tuning_angle_deg=np.full(single.sum(), np.nan),
            size_deg=nodes["0/spatial_size"][:][single],
        )


def grating_rates(lgn: LgnCells, time_ms: np.ndarray) -> np.ndarray:
    """Return the rates of the filter bank, ``(n_frames, n_cells)``, Hz."""
    x = np.arange(96) * PIXEL_DEG
    y = np.arange(48)[:, None] * PIXEL_DEG
    # FilterNet counts directions with y upwards, and rows downwards
    along = x * np.cos(np.radians(45.0)) - y * np.sin(np.radians(45.0))
    drift = 0.002 * (time_ms - 500.0)[:, None, None]
    movie = 0.8 * np.sin(2.0 * np.pi * (0.04 * along - drift))
    movie[time_ms < 500.0] = 0.0
    bank = LgnFilterBank(
        lgn,
        image_shape=(48, 96),
        deg_per_pixel=PIXEL_DEG,
        origin_deg=(-PIXEL_DEG / 2, -PIXEL_DEG / 2),
        frame_ms=FRAME_MS,
        dt_ms=FRAME_MS,
        pixels="filternet",
        dtype=np.float32,
    )
    return bank.process(movie)[0]
