r"""Spatio-temporal LGN filters after FilterNet: from movies to rates.

A cell sees the movie through a Gaussian and two raised-cosine bumps in time, adds
its spontaneous rate and is rectified; composite cells add two such subunits
(Dai et al. 2020, PLoS Comput Biol 16:e1008386; Billeh et al. 2020, Neuron
106:388-403):

.. math::

    r_c[k] = \sum_{u \in c} \left[ s_u + \sum_{j \ge 0} K_u[j] \,
        (w_u \cdot I)[k - j] \right]_+

with the contrast :math:`I` of the image, the spatial weights :math:`w`, the kernel
:math:`K` in Hz per unit contrast and millisecond, and :math:`s` in Hz; :math:`k`
counts milliseconds. Before the movie the screen is grey (contrast 0).

What FilterNet does and this does not:

* It evaluates its kernel at the frame rate of the movie; other rates than 1000 Hz
  coarsen the kernel (and in its default, not separable form scale the spontaneous
  rate with the frame's duration). Here the kernel stays at 1 ms whatever the
  duration of a frame or of an output step, and an output step holds the mean over
  its milliseconds of the sum inside the brackets.
* It forgets what came before the movie. Here :meth:`LgnFilterBank.process` hands
  back the state to go on from.
* Its Gaussians depend on the pixels (see ``receptive_field.py``).
* It drops the second subfield of a composite cell that has no axis, as in some
  released files. Here such a cell gets a random axis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.fft import irfft, next_fast_len, rfft

from bridge.arrays import FloatArray, FloatingArray
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.lgn.receptive_field import Pixels, field_weights
from bridge.stimulus.lgn.still_taps import still_taps
from bridge.stimulus.lgn.subunits import draw_lgn_parameters, lgn_subunits
from bridge.stimulus.movie import Movie

_DENSE_ABOVE = 0.1
"""Share of pixels inside the fields above which a dense product is faster."""

_ROUNDING = 1e-6
"""Share of the largest contrast that rounding in float32 may add."""

_BLOCK = 2**17
"""Values per block of trials in the temporal filter: about a cache."""


@dataclass(frozen=True)
class LgnFilterState:
    """What the filters remember of the past.

    Attributes
    ----------
    drive
        Contrast in the field of each subunit during the last frames, oldest
        first, ``(n_batch, n_history, n_subunits)``.
    """

    drive: FloatingArray


class LgnFilterBank:
    """Filters of a set of LGN cells on images of one size.

    Parameters
    ----------
    lgn
        The cells: of :func:`~bridge.stimulus.lgn.grid.lgn_grid` or of a column.
    image_shape
        Height and width of a frame, pixels.
    deg_per_pixel
        Size of a pixel, degrees.
    origin_deg
        Where the corner of pixel (0, 0) lies in the coordinates of the cells, x and
        y, degrees. From there x grows along the columns and y along the rows, as in
        FilterNet. An image of 60 x 60 degrees in the middle of a column's visual
        field of 240 x 120 degrees has its corner at (90, 30).
    frame_ms
        Duration of a frame, ms; a whole number.
    dt_ms
        Output step, ms; a whole number that divides ``frame_ms``.
    jitter
        Spread of the temporal parameters and of the distance between subfields:
        each is multiplied by a uniform number in ``1 +- jitter`` (2.5 % in Billeh
        et al. 2020); 0 for none.
    seed
        Seed of the jitter; the filter of a cell depends on it and on ``node_id``.
    max_contrast
        Largest absolute contrast that a movie may hold: a guard against pictures
        in other units. Chen, Scherr and Maass 2022 show contrasts up to 2.
    pixels
        How Gaussians are put onto pixels: ``"integral"``, or ``"filternet"`` for
        comparisons with FilterNet's rates.
    dtype
        float64, or float32 for speed.

    Raises
    ------
    InputError
        If a type is unknown, a cell lies outside the image, or a duration does not
        fit.
    """

    def __init__(
        self,
        lgn: LgnCells,
        *,
        image_shape: tuple[int, int],
        deg_per_pixel: float = 1.0,
        origin_deg: tuple[float, float] = (0.0, 0.0),
        frame_ms: float = 1.0,
        dt_ms: float = 1.0,
        jitter: float = 0.025,
        seed: int = 0,
        max_contrast: float = 1.0,
        pixels: Pixels = "integral",
        dtype: DTypeLike = np.float64,
    ) -> None:
        if lgn.n_cells == 0:
            raise InputError("LGN filters: there are no LGN cells")
        if len(image_shape) != 2 or min(image_shape) < 1:
            raise InputError(f"LGN filters: {image_shape} is no image shape")
        if not max_contrast > 0.0:
            raise InputError(f"LGN filters: max_contrast {max_contrast} must be > 0")
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise InputError(f"LGN filters: dtype {dtype} is not float32 or float64")
        steps_ms = _whole_ms("dt_ms", dt_ms)
        frame_whole_ms = _whole_ms("frame_ms", frame_ms)
        if frame_whole_ms % steps_ms:
            raise InputError(
                f"LGN filters: dt_ms {dt_ms:g} does not divide frame_ms {frame_ms:g}"
            )
        self.lgn = lgn
        self.image_shape = (int(image_shape[0]), int(image_shape[1]))
        self.frame_ms = float(frame_ms)
        self.dt_ms = float(dt_ms)
        self.max_contrast = max_contrast
        self.dtype = np.dtype(dtype)
        subunits = lgn_subunits(lgn, draw_lgn_parameters(lgn, jitter=jitter, seed=seed))
        weights = field_weights(
            subunits.x_deg - origin_deg[0],
            subunits.y_deg - origin_deg[1],
            subunits.sigma_deg,
            image_shape=self.image_shape,
            deg_per_pixel=deg_per_pixel,
            pixels=pixels,
        ).astype(self.dtype)
        dense = weights.nnz > _DENSE_ABOVE * weights.shape[0] * weights.shape[1]
        self._weights = weights.toarray() if dense else weights
        self._kernel = subunits.kernel
        self._taps = _frame_taps(subunits.kernel, frame_whole_ms, steps_ms).astype(
            self.dtype
        )
        self._still_taps: dict[tuple[float, ...], FloatingArray] = {}
        self._spontaneous = subunits.spontaneous_hz.astype(self.dtype)
        self._composite = subunits.cell[lgn.n_cells :]

    @property
    def n_cells(self) -> int:
        """Number of cells: channels of the output."""
        return self.lgn.n_cells

    @property
    def steps_per_frame(self) -> int:
        """Output steps that a frame lasts."""
        return int(self._taps.shape[0])

    @property
    def n_history(self) -> int:
        """Past frames that the state holds."""
        return int(self._taps.shape[1]) - 1

    def grey_state(self, n_batch: int = 1) -> LgnFilterState:
        """Return the state after a long time of zero contrast."""
        shape = (n_batch, self.n_history, self._taps.shape[2])
        return LgnFilterState(np.zeros(shape, dtype=self.dtype))

    def process(
        self, movie: NDArray[np.generic], state: LgnFilterState | None = None
    ) -> tuple[FloatingArray, LgnFilterState]:
        """Filter a movie, or a batch of movies.

        Parameters
        ----------
        movie
            Contrast, 0 grey, 1 white in FilterNet's unit; at most ``max_contrast``.
            ``(n_frames, height, width)`` or ``(n_batch, n_frames, height, width)``.
        state
            What the filters remember, from the call before; grey if left out.
            ``process`` on two halves of a movie, the second with the state of the
            first, is ``process`` on the whole.

        Returns
        -------
        ndarray
            Rates, Hz, ``(n_frames * steps_per_frame, n_cells)`` with the batch in
            front if the movie has one; step ``k`` holds during ``[k, k + 1) dt_ms``.
        LgnFilterState
            The state to go on from.

        Raises
        ------
        InputError
            If the movie has a wrong shape, a value that is not finite or outside
            the contrast range, or the state does not fit.
        """
        frames = self._checked(np.asarray(movie))
        n_batch, n_frames = frames.shape[:2]
        if state is None:
            state = self.grey_state(n_batch)
        expected = (n_batch, self.n_history, self._taps.shape[2])
        if state.drive.shape != expected:
            raise InputError(
                f"LGN filters: the state has shape {state.drive.shape}, this movie "
                f"needs {expected}"
            )
        images = frames.reshape(n_batch * n_frames, -1)
        drive = (self._weights @ images.T).T.reshape(n_batch, n_frames, -1)
        seen = np.concatenate([state.drive, drive], axis=1)
        rates = self._filter(seen, n_frames)
        kept = np.ascontiguousarray(seen[:, n_frames:])
        return (rates if np.ndim(movie) == 4 else rates[0]), LgnFilterState(kept)

    def process_stills(self, movie: Movie) -> FloatingArray:
        """Filter movies that are a few still pictures, seen after a long grey.

        The same rates as of :meth:`process`, without a pass through frames: each
        picture adds its contrast times the kernels summed over the time it is
        shown, so segments may last any whole number of output steps.

        Parameters
        ----------
        movie
            The movies; ``frame_ms`` plays no part.

        Returns
        -------
        ndarray
            Rates, Hz, ``(n_steps, n_cells, batch)``.

        Raises
        ------
        InputError
            As of :meth:`process`, or if a segment is not a whole number of steps.
        """
        frames = self._checked(movie.frames)
        movie.segment_of_step(self.dt_ms)
        durations = tuple(movie.durations_ms.tolist())
        if durations not in self._still_taps:
            self._still_taps[durations] = still_taps(
                self._kernel, durations, _whole_ms("dt_ms", self.dt_ms)
            ).astype(self.dtype)
        taps = self._still_taps[durations]
        shown = np.flatnonzero(frames.any(axis=(0, 2, 3)))
        images = np.ascontiguousarray(frames[:, shown]).reshape(-1, frames[0, 0].size)
        n_subunits = self._weights.shape[0]
        drive = (self._weights @ images.T).reshape(n_subunits, len(frames), shown.size)
        linear = np.matmul(taps[:, :, shown], drive.transpose(0, 2, 1))
        linear += self._spontaneous[:, None, None]
        np.maximum(linear, 0.0, out=linear)
        linear[self._composite] += linear[self.n_cells :]
        rates = linear[: self.n_cells].transpose(1, 0, 2)
        return np.ascontiguousarray(rates)

    def _filter(self, seen: FloatingArray, n_frames: int) -> FloatingArray:
        """Convolve history and frames, rectify, and add up the subunits."""
        n_batch, n_seen, n_subunits = seen.shape
        n_steps, n_cells = self.steps_per_frame, self.n_cells
        n_fft = next_fast_len(n_seen, real=True)
        response = rfft(self._taps, n_fft, axis=1)
        rates = np.empty((n_batch, n_frames, n_steps, n_cells), dtype=self.dtype)
        block = max(1, _BLOCK // (n_fft * n_subunits))
        for start in range(0, n_batch, block):
            rows = slice(start, start + block)
            spectrum = rfft(seen[rows], n_fft, axis=1)
            for step in range(n_steps):
                linear = irfft(spectrum * response[step], n_fft, axis=1)
                # what wraps around falls onto the history, which is dropped
                linear = linear[:, self.n_history : self.n_history + n_frames]
                linear += self._spontaneous
                np.maximum(linear, 0.0, out=linear)
                linear[..., self._composite] += linear[..., n_cells:]
                rates[rows, :, step] = linear[..., :n_cells]
        return rates.reshape(n_batch, n_frames * n_steps, n_cells)

    def _checked(self, movie: NDArray[np.generic]) -> FloatingArray:
        """Return a movie with a batch dimension in the bank's type."""
        if movie.ndim not in (3, 4) or movie.shape[-2:] != self.image_shape:
            height, width = self.image_shape
            raise InputError(
                f"movie: shape {movie.shape} is not (n_frames, {height}, {width}), "
                "with or without a batch in front"
            )
        if 0 in movie.shape:
            raise InputError(f"movie: shape {movie.shape} holds no frame")
        if not (np.issubdtype(movie.dtype, np.number) and np.isrealobj(movie)):
            raise InputError(f"movie: {movie.dtype} values are not contrasts")
        low, high = float(movie.min()), float(movie.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise InputError("movie: a contrast is not finite")
        extreme = low if -low > high else high
        if abs(extreme) > self.max_contrast * (1.0 + _ROUNDING):
            raise InputError(
                f"movie: contrast {extreme:g} is outside [-{self.max_contrast:g}, "
                f"{self.max_contrast:g}]; 0 is grey, 1 white, -1 black"
            )
        frames = np.asarray(movie, dtype=self.dtype)
        return frames if movie.ndim == 4 else frames[None]


def _whole_ms(name: str, value: float) -> int:
    """Return a duration as the whole milliseconds it must be."""
    if not (value >= 1.0 and float(value).is_integer()):
        raise InputError(
            f"LGN filters: {name} {value:g} is not a whole number of milliseconds, "
            "which is the resolution of the filters"
        )
    return int(value)


def _frame_taps(kernel: FloatArray, frame_ms: int, step_ms: int) -> FloatArray:
    """Sum kernels over the milliseconds of each frame, per output step.

    Millisecond ``m`` of a frame weighs the frame ``g`` frames back by the kernel
    summed over lags ``g * frame_ms + m - frame_ms + 1`` to ``g * frame_ms + m``; a
    step takes the mean over its milliseconds.

    Parameters
    ----------
    kernel
        ``(n_subunits, n_lags)``, one entry per millisecond.
    frame_ms, step_ms
        Duration of a frame and of an output step, ms.

    Returns
    -------
    ndarray
        ``(steps per frame, n_history + 1, n_subunits)``.
    """
    n_subunits, n_lags = kernel.shape
    n_history = -(-(n_lags - 1) // frame_ms)
    summed = np.zeros((n_lags + 1, n_subunits))
    np.cumsum(kernel.T, axis=0, out=summed[1:])
    millisecond = np.arange(frame_ms)[:, None]
    newest = np.arange(n_history + 1) * frame_ms + millisecond + 1
    upto = summed[np.clip(newest, 0, n_lags)]
    before = summed[np.clip(newest - frame_ms, 0, n_lags)]
    taps = (upto - before).reshape(
        frame_ms // step_ms, step_ms, n_history + 1, n_subunits
    )
    return np.asarray(taps.mean(axis=1))
