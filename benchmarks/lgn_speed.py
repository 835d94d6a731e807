"""How long the LGN filters take for a training batch.

    OMP_NUM_THREADS=1 python benchmarks/lgn_speed.py

32 trials of 600 ms through the default 832 channels, on images of 28 x 28 pixels;
the best of three. Frame by frame, as a movie needs it, and as still pictures, as the
tasks show them.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from bridge.stimulus.lgn.filter_bank import LgnFilterBank
from bridge.stimulus.lgn.grid import lgn_grid
from bridge.stimulus.movie import Movie

N_TRIALS, DURATION_MS, N_PIXELS, DEG_PER_PIXEL = 32, 600, 28, 4.0


def best_of_three(run: Callable[[], object]) -> float:
    """Return the shortest time of three, s."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    field = (N_PIXELS * DEG_PER_PIXEL, N_PIXELS * DEG_PER_PIXEL)
    lgn = lgn_grid(field_deg=field)
    rng = np.random.default_rng(0)
    print(f"{N_TRIALS} trials x {DURATION_MS} ms x {lgn.n_cells} channels")
    for frame_ms, dt_ms in ((50, 1), (50, 5), (10, 1), (10, 5)):
        for dtype in (np.float64, np.float32):
            bank = LgnFilterBank(
                lgn,
                image_shape=(N_PIXELS, N_PIXELS),
                deg_per_pixel=DEG_PER_PIXEL,
                frame_ms=frame_ms,
                dt_ms=dt_ms,
                dtype=dtype,
            )
            shape = (N_TRIALS, DURATION_MS // frame_ms, N_PIXELS, N_PIXELS)
            movie = rng.uniform(-1.0, 1.0, shape).astype(dtype)
            stills = Movie(movie, np.full(movie.shape[1], float(frame_ms)))
            by_frame = best_of_three(partial(bank.process, movie))
            as_stills = best_of_three(partial(bank.process_stills, stills))
            print(
                f"frames of {frame_ms:2d} ms, steps of {dt_ms} ms, "
                f"{np.dtype(dtype).name}: {by_frame:.3f} s frame by frame, "
                f"{as_stills:.3f} s as stills"
            )


if __name__ == "__main__":
    main()
