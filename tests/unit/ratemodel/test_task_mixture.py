"""All tasks in one network."""

import numpy as np
import pytest

from ratemodel.tasks.config import TASK_NAMES, TasksConfig
from ratemodel.tasks.task_set import TaskSet, build_tasks


@pytest.fixture(scope="module")
def tasks() -> TaskSet:
    content = {
        "screen": {"size_px": 48},
        "classification": {"answer_ms": [100, 150]},  # ends with the image
    }
    return build_tasks(TasksConfig.parse(content, "test"))


def test_tasks_take_turns_and_keep_their_trials(tasks: TaskSet) -> None:
    numbers = np.array([4, 0, 8, 5, 1, 30])
    mixed = tasks.draw("train", numbers)
    assert mixed.task_id.tolist() == [1, 0, 2, 2, 1, 0]
    assert mixed.movie.duration_ms == 600.0
    steps = mixed.movie.frames[:, mixed.movie.segment_of_step(2.5)]
    for row, number in enumerate(numbers):
        task = tasks.tasks[TASK_NAMES[number % 3]]
        alone = task.draw("train", np.array([number // 3]))
        own = alone.movie.frames[0][alone.movie.segment_of_step(2.5)]
        np.testing.assert_array_equal(steps[row, : len(own)], own)
        assert not steps[row, len(own) :].any()
        assert mixed.label[row] == alone.label[0]
        assert mixed.answer_ms[row].tolist() == alone.answer_ms[0].tolist()
        assert mixed.task_id[row] == alone.task_id[0]


def test_a_batch_can_be_shared_out(tasks: TaskSet) -> None:
    numbers = np.arange(100, 112)
    whole = tasks.draw("train", numbers)
    for rank in range(2):
        part = tasks.draw("train", numbers[rank::2])
        np.testing.assert_array_equal(part.label, whole.label[rank::2])
        np.testing.assert_array_equal(part.movie.frames, whole.movie.frames[rank::2])


def test_a_batch_of_one_task_is_as_short_as_the_task(tasks: TaskSet) -> None:
    assert tasks.draw("train", np.array([0, 3, 6])).movie.duration_ms == 200.0


def test_one_task_alone_keeps_its_id() -> None:
    alone = build_tasks(TasksConfig.parse({"tasks": ["change"]}, "test"))
    trials = alone.draw("validation", np.arange(4))
    assert trials.task_id.tolist() == [2] * 4
