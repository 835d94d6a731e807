"""Reference rates of BMTK's FilterNet for the LGN filter bank.

    python benchmarks/references/make_filternet_rates.py [--out FILE]

Needs the extra ``nest`` (which has bmtk) and scikit-learn. FilterNet's own loader
builds the cells of the grid of all 14 types (8 x 8 cells each) with the parameters
that this project draws, jitter included, and evaluates them separably at 1000
frames per second on three movies of 60 x 48 degrees:

* ``grating``: drifting, 0.04 cycles per degree, 2 Hz, contrast 0.8;
* ``flash``: full field, white from 50 to 200 ms, black from 350 to 450 ms;
* ``photographs``: patches of scikit-learn's sample photographs (by danielbuechele
  and vultilion on flickr, CC BY 2.0) for 100 ms each, after 50 ms of grey.

The movies have pixels of 1 degree. Each is given to FilterNet as it is (``_1``),
and with every pixel divided into 4 x 4 equal ones (``_4``): the same picture, but
finer steps for FilterNet's Gaussians. Rates are stored as float16 (to 0.05 %) at
the milliseconds ``SAMPLE_MS``.
"""

import argparse
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from bmtk.simulator.filternet.default_setters.cell_loaders import default_cell_loader
from bmtk.simulator.filternet.lgnmodel.movie import Movie
from sklearn.datasets import load_sample_images

from bridge.column.building.tables import lgn_type_table
from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.filter_table import lgn_filter_table
from bridge.stimulus.lgn.grid import lgn_grid
from bridge.stimulus.lgn.subunits import LgnParameters, draw_lgn_parameters

FIELD_DEG = (60.0, 48.0)
N_MS = 600
SAMPLE_MS = (10, 45, 62, 75, 90, 110, 140, 170, 210, 230, 260, 300, 370, 410, 460, 560)
JITTER, SEED = 0.025, 0
OUT = Path(__file__).parents[2] / "tests" / "agreement" / "data" / "filternet.npz"


class Node(SimpleNamespace):
    """What FilterNet's loader asks of a SONATA node."""

    def __contains__(self, name: str) -> bool:
        return hasattr(self, name)

    def __getitem__(self, name: str):
        return getattr(self, name)


def make_cells(lgn: LgnCells, parameters: LgnParameters) -> list:
    """Return FilterNet's cells for ours."""
    table = lgn_filter_table()
    second = {int(c): k for k, c in enumerate(parameters.cell) if k >= lgn.n_cells}
    cells = []
    for k, name in enumerate(lgn.cell_type):
        other = second.get(k, k)
        node = Node(
            x=lgn.x_deg[k],
            y=lgn.y_deg[k],
            spatial_size=lgn.size_deg[k],
            spont_fr=table.spontaneous_hz[parameters.row[k]],
            weights=parameters.weight[k],
            kpeaks=parameters.peak_ms[k],
            delays=parameters.delay_ms[k],
            weights_non_dom=parameters.weight[other],
            kpeaks_non_dom=parameters.peak_ms[other],
            delays_non_dom=parameters.delay_ms[other],
            non_dom_params=None,
            predefined_jitter=False,
            tuning_angle=parameters.axis_deg[other],
            sf_sep=parameters.distance_deg[other],
        )
        cells.append(default_cell_loader(node, ("lgnmodel", name), {}))
    return cells


def photographs() -> np.ndarray:
    """Return four patches, block means of the sample photographs, uint8."""
    width, height = (round(d) for d in FIELD_DEG)
    patches = []
    for image in load_sample_images().images:
        grey = image.mean(axis=2)
        for top, left, block in ((20, 80, 8), (150, 300, 4)):
            patch = grey[top : top + height * block, left : left + width * block]
            blocks = patch.reshape(height, block, width, block)
            patches.append(np.round(blocks.mean(axis=(1, 3))))
    return np.array(patches, dtype=np.uint8)


def make_movies(patches: np.ndarray) -> dict[str, np.ndarray]:
    """Return the movies, one frame per millisecond, contrast in [-1, 1]."""
    ms = np.arange(N_MS)[:, None, None]
    x = np.arange(patches.shape[2]) + 0.5
    y = np.arange(patches.shape[1])[:, None] + 0.5
    along = x * np.cos(np.radians(30.0)) + y * np.sin(np.radians(30.0))
    grating = 0.8 * np.sin(2.0 * np.pi * (0.04 * along - 0.002 * ms))
    white, black = (ms >= 50) & (ms < 200), (ms >= 350) & (ms < 450)
    flash = np.broadcast_to(1.0 * white - 1.0 * black, grating.shape)
    sequence = np.zeros_like(grating)
    for k, patch in enumerate(patches):
        sequence[50 + 150 * k : 150 + 150 * k] = patch / 127.5 - 1.0
    return {"grating": grating, "flash": flash, "photographs": sequence}


def evaluate(cells: list, movie: np.ndarray, parts: int) -> np.ndarray:
    """Return rates, ``(n_ms, n_cells)``, Hz, with pixels divided into parts."""
    fine = movie.repeat(parts, axis=1).repeat(parts, axis=2)
    seen = Movie(
        fine,
        row_range=(np.arange(fine.shape[1]) + 0.5) / parts,
        col_range=(np.arange(fine.shape[2]) + 0.5) / parts,
        frame_rate=1000.0,
    )
    return np.stack([c.evaluate(seen, separable=True)[1] for c in cells], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    lgn = lgn_grid(types=lgn_type_table().name, field_deg=FIELD_DEG)
    cells = make_cells(lgn, draw_lgn_parameters(lgn, jitter=JITTER, seed=SEED))
    patches = photographs()
    arrays = {"photographs": patches, "sample_ms": np.int16(SAMPLE_MS)}
    for name, movie in make_movies(patches).items():
        # nothing is finer than a pixel in a uniform field: one reference will do
        for parts in (1,) if name == "flash" else (1, 4):
            rates = evaluate(cells, movie, parts)
            arrays[f"{name}_{parts}"] = rates[list(SAMPLE_MS)].astype(np.float16)
            print(f"{name}, pixels in {parts} x {parts}: mean {rates.mean():.2f} Hz")
    np.savez_compressed(out, **arrays)
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
