"""All tasks in one network take turns."""

import numpy as np

from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
from ratemodel.tasks.task_set import build_tasks


def test_tasks_take_turns_batch_by_batch_and_leave_no_trial_out() -> None:
    tasks = build_tasks(TasksConfig())
    turns = [tasks.turn(step, 4) for step in range(6)]
    assert [name for name, _ in turns] == list(TASKS) * 2
    for first, second in zip(turns[:3], turns[3:], strict=True):
        assert np.concatenate([first[1], second[1]]).tolist() == list(range(8))


def test_one_task_alone_has_every_turn() -> None:
    alone = build_tasks(TasksConfig.parse({"tasks": ["change"]}, "test"))
    name, numbers = alone.turn(5, 2)
    assert name == "change"
    assert numbers.tolist() == [10, 11]
