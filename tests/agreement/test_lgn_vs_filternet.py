"""The LGN filter bank against BMTK's FilterNet on the same movies.

The rates come from ``benchmarks/references/make_filternet_rates.py``: 14 types x 64
cells, with jitter, as float16, which rounds each by at most 2^-11 (4.9e-4).
"""

from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.tables import lgn_type_table
from bridge.stimulus.lgn.filter_bank import LgnFilterBank
from bridge.stimulus.lgn.grid import lgn_grid

REFERENCE = np.load(Path(__file__).parent / "data" / "filternet.npz")
HEIGHT, WIDTH, N_MS = 48, 60, 600
FLOAT16 = 2.0**-11
ASKED = 0.02


def grating() -> np.ndarray:
    """0.04 cycles per degree towards 30 degrees, 2 Hz, contrast 0.8."""
    time_s, y, x = np.ogrid[:N_MS, :HEIGHT, :WIDTH]
    u = (x + 0.5) * np.sqrt(0.75) + (y + 0.5) * 0.5
    return 0.8 * np.sin(2.0 * np.pi * (0.04 * u - 2.0 * time_s / 1000.0))


def flash() -> np.ndarray:
    """White from 50 to 200 ms, black from 350 to 450 ms."""
    movie = np.zeros((N_MS, HEIGHT, WIDTH))
    movie[50:200] = 1.0
    movie[350:450] = -1.0
    return movie


def photographs() -> np.ndarray:
    """50 ms of grey and 100 ms of a photograph, four times."""
    movie = np.zeros((4, 150, HEIGHT, WIDTH))
    movie[:, 50:] = REFERENCE["photographs"][:, None] / 127.5 - 1.0
    return movie.reshape(N_MS, HEIGHT, WIDTH)


MOVIES = {"grating": grating, "flash": flash, "photographs": photographs}


def errors(name: str, reference: str, **options) -> tuple[float, float]:
    """Return the relative error of all rates and that of the worst cell."""
    lgn = lgn_grid(types=lgn_type_table().name, field_deg=(WIDTH, HEIGHT))
    bank = LgnFilterBank(lgn, image_shape=(HEIGHT, WIDTH), **options)
    rates, _ = bank.process(MOVIES[name]())
    expected = REFERENCE[reference].astype(np.float64)
    assert expected.shape == (16, 14 * 64)
    difference = rates[REFERENCE["sample_ms"]] - expected
    of_cells = np.linalg.norm(difference, axis=0) / np.linalg.norm(expected, axis=0)
    total = np.linalg.norm(difference) / np.linalg.norm(expected)
    return float(total), float(of_cells.max())


@pytest.mark.agreement
@pytest.mark.parametrize("name", MOVIES)
def test_filternets_own_pixels_give_its_rates(name: str) -> None:
    total, worst = errors(name, f"{name}_1", pixels="filternet")
    # the same sums in another order: nothing but the storage differs
    assert total <= FLOAT16
    assert worst <= FLOAT16


@pytest.mark.agreement
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("grating", "grating_4"),
        ("flash", "flash_1"),
        ("photographs", "photographs_4"),
    ],
)
def test_the_default_agrees_where_filternet_has_fine_pixels(
    name: str, reference: str
) -> None:
    # FilterNet saw the same picture on pixels of 0.25 degrees, where its Gaussians
    # are at most 3.5 % too wide; the issue asks for 2 %, of all rates and of each cell
    total, worst = errors(name, reference)
    assert total <= ASKED
    assert worst <= ASKED


@pytest.mark.agreement
@pytest.mark.parametrize("name", MOVIES)
def test_at_a_degree_per_pixel_the_rates_as_a_whole_agree(name: str) -> None:
    # single small cells do not: FilterNet's are up to half too wide there
    total, _ = errors(name, f"{name}_1")
    assert total <= ASKED


@pytest.mark.agreement
def test_a_wrong_filter_would_be_noticed() -> None:
    # another jitter changes nothing but the parameters by up to 2.5 %
    _, worst = errors("photographs", "photographs_1", pixels="filternet", seed=1)
    assert worst > ASKED
