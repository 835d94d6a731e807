"""Classification and change: images, labels and what is kept for the test."""

import socket
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import InputError
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.screen import ScreenConfig, show_images
from ratemodel.tasks.task_set import TaskSet, build_tasks
from ratemodel.tasks.trials import Trials

N_IMAGES, SIDE = 80, 64


@pytest.fixture(scope="module")
def npz(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, np.ndarray, np.ndarray]:
    """Path, images and labels of 80 images of noise in 4 classes."""
    path = tmp_path_factory.mktemp("images") / "noise.npz"
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (N_IMAGES, SIDE, SIDE), dtype=np.uint8)
    labels = rng.permutation(np.arange(N_IMAGES) % 4)
    np.savez(path, images=images, labels=labels)
    return str(path), images, labels


def tasks_of(
    path: str, seed: int = 1, split_seed: int = 0, **change: object
) -> TaskSet:
    content = {
        "tasks": ["classification", "change"],
        "seed": seed,
        "classification": {"images": path},
        "change": {"images": path, **change},
        "split": {"seed": split_seed, "validation_fraction": 0.25},
    }
    return build_tasks(TasksConfig.parse(content, "test"))


def on_screen(trials: Trials, time_ms: float) -> np.ndarray:
    """Return the frames at a time, ``(batch, height, width)``."""
    movie = trials.movie
    return movie.frames[:, movie.segment_of_step(1.0)[int(time_ms)]]


def recognise(frames: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return which image each frame is, by its values alone."""
    wanted = images.reshape(N_IMAGES, -1).astype(np.float64) / 127.5 - 1.0
    wanted *= ScreenConfig().contrast
    distance = np.abs(frames.reshape(len(frames), 1, -1) - wanted).max(axis=2)
    assert (distance.min(axis=1) < 1e-5).all()
    return distance.argmin(axis=1)


def test_classification_shows_each_image_of_a_part_once_with_its_label(npz) -> None:
    path, images, labels = npz
    task = tasks_of(path).tasks["classification"]
    assert task.n_classes == 4
    seen = {}
    for part, n in (("train", 50), ("validation", 20), ("test", 10)):
        assert task.n_trials(part) == n
        trials = task.draw(part, np.arange(n))
        shown = recognise(on_screen(trials, 100), images)
        assert np.unique(shown).size == n
        np.testing.assert_array_equal(trials.label, labels[shown])
        seen[part] = set(shown)
    assert set.union(*seen.values()) == set(range(N_IMAGES))
    assert sum(map(len, seen.values())) == N_IMAGES


def test_the_next_round_has_another_order(npz) -> None:
    path, images, _ = npz
    task = tasks_of(path).tasks["classification"]
    rounds = [
        recognise(on_screen(task.draw("train", 50 * k + np.arange(50)), 100), images)
        for k in range(2)
    ]
    assert set(rounds[0]) == set(rounds[1])
    assert (rounds[0] != rounds[1]).mean() > 0.8
    # A batch across the end of a round is made of both.
    across = recognise(on_screen(task.draw("train", np.arange(45, 55)), 100), images)
    np.testing.assert_array_equal(across, [*rounds[0][45:], *rounds[1][:5]])


def test_no_image_of_the_test_is_in_a_pair_of_the_training(npz) -> None:
    path, images, _ = npz
    task = tasks_of(path).tasks["change"]
    seen = {}
    for part in ("train", "validation", "test"):
        trials = task.draw(part, np.arange(200))
        first, second = (recognise(on_screen(trials, t), images) for t in (100, 400))
        seen[part] = {*first, *second}
        np.testing.assert_array_equal(trials.label, first != second)
    assert not seen["train"] & seen["test"]
    assert not seen["train"] & seen["validation"]
    assert not seen["validation"] & seen["test"]
    assert len(seen["test"]) == 10


@pytest.mark.parametrize("probability", [0.5, 0.2])
def test_changes_are_as_frequent_as_asked(npz, probability: float) -> None:
    task = tasks_of(npz[0], probability=probability).tasks["change"]
    # Ten images only: drawing the first again would cost a tenth of the changes.
    first, second = task.pairs("test", np.arange(5000)).T
    # Three and a half standard deviations of 5000 draws, below 0.025.
    assert (first != second).mean() == pytest.approx(
        probability, abs=3.5 * np.sqrt(probability * (1 - probability) / 5000)
    )
    counts = np.bincount(second[first != second])
    assert np.count_nonzero(counts) == 10


def test_times_of_classification_and_change(npz) -> None:
    tasks = tasks_of(npz[0]).tasks
    cases = (
        ("classification", [*range(50, 150)], 200, (150.0, 200.0)),
        ("change", [*range(50, 150), *range(350, 450)], 600, (500.0, 550.0)),
    )
    for name, shown_ms, duration_ms, answer_ms in cases:
        trials = tasks[name].draw("train", np.arange(3))
        movie = trials.movie
        steps = movie.frames[:, movie.segment_of_step(1.0)]
        assert steps.shape[1] == duration_ms
        shown = np.abs(steps).max(axis=(0, 2, 3)) > 0
        assert np.flatnonzero(shown).tolist() == shown_ms
        assert trials.answer_ms == answer_ms


def test_times_of_the_configuration_are_used(npz) -> None:
    task = tasks_of(npz[0], gray_ms=0, image_ms=40, gap_ms=60, answer_after_ms=[10, 60])
    trials = task.tasks["change"].draw("train", np.arange(2))
    assert trials.movie.durations_ms.tolist() == [40.0, 60.0, 40.0, 60.0]
    assert trials.answer_ms == (150.0, 200.0)


def test_a_trial_does_not_depend_on_its_batch(npz) -> None:
    for name in ("classification", "change"):
        many = tasks_of(npz[0]).tasks[name].draw("train", np.arange(30))
        one = tasks_of(npz[0]).tasks[name].draw("train", np.array([17]))
        np.testing.assert_array_equal(one.movie.frames[0], many.movie.frames[17])
        other = tasks_of(npz[0], seed=2).tasks[name].draw("train", np.arange(30))
        assert (other.movie.frames[:, 1] != many.movie.frames[:, 1]).any()


def test_the_split_has_a_seed_of_its_own(npz) -> None:
    path, images, _ = npz

    def kept(seed: int, split_seed: int) -> set[int]:
        task = tasks_of(path, seed, split_seed).tasks["classification"]
        shown = on_screen(task.draw("test", np.arange(10)), 100)
        return set(recognise(shown, images))

    assert kept(1, 0) == kept(2, 0)
    assert kept(1, 0) != kept(1, 5)


def test_an_image_is_scaled_into_the_middle_of_the_screen() -> None:
    images = np.zeros((1, 8, 4), dtype=np.uint8)
    images[:, :4] = 255
    frame = show_images(images, ScreenConfig(size_px=32, contrast=0.5))[0, 0]
    assert (frame[:, :8] == 0).all()
    assert (frame[:, 24:] == 0).all()
    np.testing.assert_allclose(frame[:12, 8:24], 0.5)
    np.testing.assert_allclose(frame[20:, 8:24], -0.5)


def test_shrinking_an_image_averages_it() -> None:
    stripes = np.zeros((1, 64, 64), dtype=np.uint8)
    stripes[:, :, ::2] = 254
    frame = show_images(stripes, ScreenConfig(size_px=16))[0, 0]
    # 127 / 127.5 - 1; without a low-pass it would be all black or all white.
    np.testing.assert_allclose(frame[:, 2:-2], 127 / 127.5 - 1, atol=0.02)


def test_training_shifts_images_and_testing_does_not(npz) -> None:
    content = {
        "tasks": ["classification"],
        "classification": {"images": npz[0], "max_shift": 0.05},
        "split": {"validation_fraction": 0.25},
    }
    task = build_tasks(TasksConfig.parse(content, "test")).tasks["classification"]
    still = tasks_of(npz[0]).tasks["classification"]
    numbers = np.arange(30)
    moved = on_screen(task.draw("train", numbers), 100)
    stood = on_screen(still.draw("train", numbers), 100)
    found = set()
    for one, other in zip(moved, stood, strict=True):
        # 3 of 64 pixels at the most, and the screen shows every pixel
        shifts = [
            (y, x)
            for y in range(-3, 4)
            for x in range(-3, 4)
            if np.allclose(np.roll(other, (y, x), axis=(0, 1)), one, atol=1e-5)
        ]
        assert len(shifts) == 1
        found.add(shifts[0])
    assert len(found) > 15
    np.testing.assert_array_equal(
        on_screen(task.draw("test", numbers[:5]), 100),
        on_screen(still.draw("test", numbers[:5]), 100),
    )


def test_the_defaults_need_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **keys: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    tasks = build_tasks(TasksConfig())
    for task in tasks.tasks.values():
        assert task.draw("train", np.arange(3)).label.size == 3
    assert tasks.tasks["classification"].n_classes == 10


def test_bad_images_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "few.npz"
    images = np.full((6, 8, 8), 255, np.uint8) * np.eye(6, 8, dtype=np.uint8)[:, None]
    np.savez(path, images=images, labels=np.arange(6) % 2)
    content = {"tasks": ["change"], "change": {"images": str(path)}}
    with pytest.raises(InputError, match="images are left for") as caught:
        build_tasks(TasksConfig.parse(content, "test"))
    assert "\n" not in str(caught.value)
    content["change"]["images"] = str(tmp_path / "nothing.npz")
    with pytest.raises(InputError, match="no such file or folder"):
        build_tasks(TasksConfig.parse(content, "test"))
