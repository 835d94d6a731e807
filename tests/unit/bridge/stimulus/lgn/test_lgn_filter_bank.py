"""The LGN filter bank: what it must do on any movie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.column.building.tables import lgn_type_table
from bridge.column.column import Column
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.lgn.filter_bank import LgnFilterBank, LgnFilterState
from bridge.stimulus.lgn.filter_table import spontaneous_hz
from bridge.stimulus.lgn.grid import lgn_grid
from bridge.stimulus.lgn.subunits import draw_lgn_parameters, lgn_subunits
from bridge.stimulus.movie_stimulus import movie_stimulus

SHAPE = (12, 16)
TYPES = lgn_type_table().name
LGN = lgn_grid(types=TYPES, grid=(2, 3), field_deg=(32.0, 24.0))
SPONTANEOUS = np.array([spontaneous_hz()[name] for name in LGN.cell_type])


def bank(frame_ms: float = 10.0, dt_ms: float = 1.0, **options) -> LgnFilterBank:
    given_options = {"lgn": LGN, "image_shape": SHAPE, "deg_per_pixel": 2.0} | options
    return LgnFilterBank(frame_ms=frame_ms, dt_ms=dt_ms, **given_options)


def movie(*shape: int, seed: int = 0, contrast: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(-contrast, contrast, (*shape, *SHAPE))


def rows_of(kind: str) -> np.ndarray:
    return np.array([name.startswith(kind) and "_TF" in name for name in LGN.cell_type])


def test_rates_are_the_rectified_convolution_of_a_uniform_field() -> None:
    contrast = np.random.default_rng(1).uniform(-1.0, 1.0, 900)
    rates, _ = bank(1.0).process(np.tile(contrast[:, None, None], (1, *SHAPE)))
    made = lgn_subunits(LGN, draw_lgn_parameters(LGN, jitter=0.025, seed=0))
    expected = np.zeros_like(rates)
    for cell, kernel, spontaneous in zip(
        made.cell, made.kernel, made.spontaneous_hz, strict=True
    ):
        linear = np.convolve(contrast, kernel)[:900] + spontaneous
        expected[:, cell] += np.where(linear > 0.0, linear, 0.0)
    np.testing.assert_allclose(rates, expected, atol=1e-9)
    assert (rates[:, rows_of("s")] == 0.0).any()  # rectification did happen


def test_grey_gives_the_spontaneous_rate() -> None:
    rates, _ = bank().process(np.zeros((5, *SHAPE)))
    np.testing.assert_allclose(rates, np.tile(SPONTANEOUS, (50, 1)), rtol=1e-12)


def test_on_cells_rise_to_light_and_off_cells_to_dark() -> None:
    frames = np.zeros((20, *SHAPE))
    frames[5:10] = 1.0
    to_light, _ = bank().process(frames)
    to_dark, _ = bank().process(-frames)
    # before the step, and within 100 ms of it (every kernel's first lobe)
    for rates, up, down in (
        (to_light, rows_of("sON"), rows_of("sOFF") | rows_of("tOFF")),
        (to_dark, rows_of("sOFF") | rows_of("tOFF"), rows_of("sON")),
    ):
        np.testing.assert_allclose(rates[:50], np.tile(SPONTANEOUS, (50, 1)))
        during = rates[50:100]
        assert (during[:, up].max(axis=0) > 1.4 * SPONTANEOUS[up]).all()
        assert (during[:, down] <= SPONTANEOUS[down] * (1 + 1e-9)).all()
        assert (during[:, down].min(axis=0) < 0.75 * SPONTANEOUS[down]).all()


def test_composite_cells_add_two_rectified_halves() -> None:
    frames = np.zeros((40, *SHAPE))
    frames[5:] = 1.0
    light, _ = bank(jitter=0.0).process(frames)
    dark, _ = bank(jitter=0.0).process(-frames)
    composite = np.array(["ON" in n and "OFF" in n for n in LGN.cell_type])
    # the subunit of the right sign fires, the other is silent and takes nothing away
    assert (light[:, composite].max(axis=0) > 2 * SPONTANEOUS[composite]).all()
    assert (dark[:, composite].max(axis=0) > 2 * SPONTANEOUS[composite]).all()
    # light and dark swap the signs of both linear parts a and b, so that
    # relu(a + s/2) + relu(b + s/2) + relu(-a + s/2) + relu(-b + s/2)
    # = max(|a| + s/2, s) + max(|b| + s/2, s) >= 2 s; summed before it, below it
    total = (light + dark)[:, composite]
    assert (total >= 2 * SPONTANEOUS[composite] * (1 - 1e-9)).all()


@settings(max_examples=15, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 29), max_size=4, unique=True).map(sorted),
    frame_ms=st.sampled_from([1.0, 10.0, 50.0]),
)
def test_chunks_give_the_rates_of_the_whole(cuts: list[int], frame_ms: float) -> None:
    filters = bank(frame_ms)
    frames = movie(2, 30)
    whole, last = filters.process(frames)
    state, parts = None, []
    for chunk in np.split(frames, cuts, axis=1):
        rates, state = filters.process(chunk, state)
        parts.append(rates)
    # rounding of Fourier transforms: 1e-16 of the largest rate, about 50 Hz
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-11)
    np.testing.assert_allclose(state.drive, last.drive, atol=1e-14)


def test_the_past_matters_across_calls() -> None:
    filters = bank()
    _, state = filters.process(np.ones((5, *SHAPE)))
    after, _ = filters.process(np.zeros((5, *SHAPE)), state)
    assert np.abs(after - SPONTANEOUS).max() > 5.0


def test_a_batch_is_its_trials() -> None:
    filters = bank()
    frames = movie(5, 20)
    together, state = filters.process(frames)
    for k in range(5):
        rates, own = filters.process(frames[k])
        np.testing.assert_allclose(together[k], rates, atol=1e-11)
        np.testing.assert_allclose(state.drive[k], own.drive[0], atol=1e-14)


def test_blocks_of_trials_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = movie(5, 20)
    whole, _ = bank().process(frames)
    monkeypatch.setattr("bridge.stimulus.lgn.filter_bank._BLOCK", 20_000)
    np.testing.assert_allclose(bank().process(frames)[0], whole, atol=1e-11)


@pytest.mark.parametrize("frame_ms", [2.0, 25.0, 100.0])
def test_a_long_frame_is_many_short_ones(frame_ms: float) -> None:
    frames = movie(6)
    held, _ = bank(frame_ms).process(frames)
    spread, _ = bank(1.0).process(np.repeat(frames, int(frame_ms), axis=0))
    np.testing.assert_allclose(held, spread, atol=1e-10)


@pytest.mark.parametrize("dt_ms", [2.0, 5.0, 10.0, 50.0])
def test_rates_do_not_depend_on_the_step(dt_ms: float) -> None:
    # too little contrast for rectification: the mean of the linear rates is exact
    faint = movie(12, contrast=0.05)
    coarse, _ = bank(50.0, dt_ms).process(faint)
    fine, _ = bank(50.0, 1.0).process(faint)
    assert fine.min() > 0.0
    assert fine.std(axis=0).max() > 0.3
    means = fine.reshape(-1, int(dt_ms), LGN.n_cells).mean(axis=1)
    np.testing.assert_allclose(coarse, means, rtol=1e-10)


def test_rectification_of_steps_of_5_ms_costs_little() -> None:
    frames = movie(12)
    coarse, _ = bank(50.0, 5.0).process(frames)
    fine, _ = bank(50.0, 1.0).process(frames)
    means = fine.reshape(-1, 5, LGN.n_cells).mean(axis=1)
    # only the steps in which a rate reaches 0 differ, and there by less than a Hz
    assert np.linalg.norm(coarse - means) < 0.01 * np.linalg.norm(means)


def test_rates_do_not_depend_on_how_finely_the_image_is_sampled() -> None:
    frames = movie(10)
    fine = frames.repeat(3, axis=1).repeat(3, axis=2)
    rates, _ = bank().process(frames)
    divided, _ = bank(image_shape=(36, 48), deg_per_pixel=2.0 / 3.0).process(fine)
    # weights below 1e-9 of the largest are left out
    np.testing.assert_allclose(divided, rates, atol=1e-5)


def test_dense_and_sparse_weights_agree() -> None:
    small = movie(8)
    # the same picture in the corner of a large grey one: few pixels in each field
    large = np.zeros((8, 60, 80))
    large[:, 20:32, 30:46] = small
    middle = LgnCells(
        node_id=np.arange(3),
        cell_type=("sON_TF4", "sOFF_TF2", "tOFF_TF8"),
        x_deg=np.array([15.0, 16.5, 17.0]),
        y_deg=np.array([12.0, 11.0, 13.5]),
        tuning_angle_deg=np.full(3, np.nan),
        size_deg=np.full(3, 4.0),
    )
    rates, _ = bank(lgn=middle).process(small)
    padded, _ = bank(
        lgn=middle, image_shape=(60, 80), origin_deg=(-60.0, -40.0)
    ).process(large)
    np.testing.assert_allclose(padded, rates, atol=1e-5)


def test_single_precision_is_close() -> None:
    frames = movie(3, 12)
    double, _ = bank(50.0).process(frames)
    single, _ = bank(50.0, dtype=np.float32).process(frames)
    assert single.dtype == np.float32
    # sums of some hundred terms of up to 50 Hz at 6e-8 each
    np.testing.assert_allclose(single, double, atol=1e-3)


def test_a_columns_cells_see_a_movie(column_3k: Column) -> None:
    lgn = column_3k.lgn
    filters = LgnFilterBank(
        lgn, image_shape=(60, 60), origin_deg=(90.0, 30.0), frame_ms=50.0
    )
    frames = np.zeros((6, 60, 60))
    frames[2:4, 25:35, 36:46] = 1.0  # white at x 126 to 136, y 55 to 65 degrees
    stimulus = movie_stimulus(
        frames, filters, name="spot", kind="flash", onset_ms=(100.0,)
    )
    assert stimulus.name == "spot"
    assert stimulus.onset_ms == (100.0,)
    assert stimulus.lgn_rate_hz.shape == (300, lgn.n_cells)
    assert stimulus.duration_ms == 300.0
    change = np.abs(stimulus.lgn_rate_hz - stimulus.lgn_rate_hz[0]).max(axis=0)
    distance = np.maximum(np.abs(lgn.x_deg - 131.0), np.abs(lgn.y_deg - 60.0))
    # fields reach 3 sigma (their size), up to 10 degrees; composite ones 6.2 more
    assert (change[distance < 3.0] > 0.5).all()
    assert (change[distance > 5.0 + 4.0 / 3.0 * lgn.size_deg + 6.2] < 0.1).all()
    assert (distance < 3.0).sum() > 10


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (np.full((3, *SHAPE), np.nan), "not finite"),
        (np.full((3, *SHAPE), np.inf), "not finite"),
        (np.full((3, *SHAPE), 255, dtype=np.uint8), "contrast 255 is outside"),
        (np.full((3, *SHAPE), -1.01), "contrast -1.01 is outside"),
        (np.zeros((3, 12, 15)), "is not \\(n_frames, 12, 16\\)"),
        (np.zeros(SHAPE), "is not \\(n_frames, 12, 16\\)"),
        (np.zeros((0, *SHAPE)), "no frame"),
        (np.zeros((3, *SHAPE), dtype=complex), "not contrasts"),
        (np.zeros((3, *SHAPE), dtype=str), "not contrasts"),
    ],
)
def test_bad_movies_are_refused(frames: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bank().process(frames)
    assert "\n" not in str(caught.value)


def test_a_state_of_another_batch_is_refused() -> None:
    filters = bank()
    with pytest.raises(InputError, match="the state has shape"):
        filters.process(movie(2, 5), filters.grey_state(3))
    with pytest.raises(InputError, match="the state has shape"):
        filters.process(movie(5), LgnFilterState(np.zeros((1, 3, 4))))


def test_a_batch_is_no_stimulus() -> None:
    with pytest.raises(InputError, match="stimulus pair: the movie has shape"):
        movie_stimulus(movie(2, 5), bank(), name="pair", kind="other")


def one_cell(**columns) -> LgnCells:
    values = {
        "node_id": np.zeros(1, dtype=np.int64),
        "cell_type": ("sON_TF4",),
        "x_deg": np.ones(1),
        "y_deg": np.ones(1),
        "tuning_angle_deg": np.full(1, np.nan),
        "size_deg": np.full(1, 3.0),
    }
    return LgnCells(**(values | columns))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt_ms": 3.0}, "dt_ms 3 does not divide frame_ms 10"),
        ({"dt_ms": 0.5}, "dt_ms 0.5 is not a whole number"),
        ({"frame_ms": 16.7}, "frame_ms 16.7 is not a whole number"),
        ({"frame_ms": np.nan}, "frame_ms nan is not a whole number"),
        ({"frame_ms": np.inf}, "frame_ms inf is not a whole number"),
        ({"dt_ms": 0.0}, "dt_ms 0 is not a whole number"),
        ({"deg_per_pixel": 0.0}, "degrees per pixel"),
        ({"image_shape": (0, 16)}, "no image shape"),
        ({"jitter": 0.5}, "jitter 0.5"),
        ({"jitter": -0.1}, "jitter -0.1"),
        ({"seed": -1}, "seed -1 is negative"),
        ({"max_contrast": 0.0}, "max_contrast"),
        ({"pixels": "nearest"}, "pixels 'nearest' is not one of"),
        ({"dtype": np.int64}, "not float32 or float64"),
        ({"deg_per_pixel": 0.5}, "outside the image of 8 x 6 degrees"),
        ({"lgn": one_cell(cell_type=("sON_TF9",))}, "no type 'sON_TF9'"),
        ({"lgn": one_cell(x_deg=np.array([999.0]))}, "outside the image"),
    ],
)
def test_bad_filters_are_refused(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bank(**options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"types": ("sON_TF4", "tON_TF4")}, "no type 'tON_TF4'"),
        ({"types": ("sON_TF4", "sON_TF4")}, "each once"),
        ({"types": ()}, "at least one type"),
        ({"grid": (0, 8)}, "must be positive"),
        ({"field_deg": (0.0, 8.0)}, "must be positive"),
        ({"seed": -2}, "seed -2 is negative"),
    ],
)
def test_bad_grids_are_refused(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        lgn_grid(**({"field_deg": (10.0, 10.0)} | options))
