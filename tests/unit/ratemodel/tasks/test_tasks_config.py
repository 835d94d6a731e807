"""The configuration of the tasks."""

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from bridge.errors import InputError
from ratemodel.tasks import config
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.kind import refuse_shared_ids
from ratemodel.tasks.registry import TASKS

WRONG = {
    "unknown key": ({"orientation": {"angle": 3}}, "orientation.angle: unknown key"),
    "unknown task": ({"tasks": ["motion"]}, "tasks.0: .*'orientation'"),
    "no task": ({"tasks": []}, "at least one task"),
    "task twice": ({"tasks": ["change", "change"]}, "names a task twice"),
    "text for a number": ({"screen": {"size_px": "64"}}, "must be a whole number"),
    "not a number": ({"change": {"image_ms": float("nan")}}, "change.image_ms"),
    "coarse screen": ({"screen": {"size_px": 16}}, "needs 4: raise screen.size_px"),
    "odd step": ({"orientation": {"step_deg": 0.3}}, "does not divide the range"),
    "boundary outside": ({"orientation": {"boundary_deg": 50}}, "not between"),
    "odd frame": ({"orientation": {"frame_ms": 30}}, "not a multiple of frame_ms"),
    "answer before": ({"classification": {"answer_ms": [0, 200]}}, "must start after"),
    "answer reversed": ({"orientation": {"answer_ms": [200, 150]}}, "and stop later"),
    "answer during": ({"orientation": {"answer_ms": [60, 90]}}, "stimulus is on until"),
    "answer too late": (
        {"change": {"answer_after_ms": [50, 200]}},
        "within the 150 ms",
    ),
    "one time": (
        {"change": {"answer_after_ms": [50]}},
        "answer_after_ms.1: is missing",
    ),
    "certain change": ({"change": {"probability": 1.0}}, "less than 1"),
    "nothing left": (
        {"split": {"validation_fraction": 0.5, "test_fraction": 0.5}},
        "leave no images",
    ),
    "not a section": ({"screen": 64}, "screen: must be a section"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_one_line_with_its_key(case: str) -> None:
    content, words = WRONG[case]
    with pytest.raises(InputError, match=words) as caught:
        TasksConfig.parse(content, "tasks.toml")
    assert str(caught.value).startswith("tasks.toml: ")
    assert "\n" not in str(caught.value)


def test_the_numbers_of_the_tasks_stay_what_they_are() -> None:
    # they enter the random numbers of every trial
    numbers = {name: kind.task_id for name, kind in TASKS.items()}
    assert numbers == {"orientation": 0, "classification": 1, "change": 2}


def test_no_two_tasks_draw_the_same_random_numbers() -> None:
    change = TASKS["change"]
    refuse_shared_ids([*TASKS.values(), replace(change, name="other", task_id=7)])
    with pytest.raises(ValueError, match=r"tasks change and other .* task_id, 2$"):
        refuse_shared_ids([*TASKS.values(), replace(change, name="other")])


@pytest.mark.parametrize("name", ["tasks", "seed", "screen", "split"])
def test_a_task_is_not_called_as_a_key_of_all_tasks(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(TASKS, name, replace(TASKS["change"], name=name, task_id=7))
    spec = spec_from_file_location("config_again", config.__file__)
    with pytest.raises(ValueError, match=f"^a task cannot be called {name}: .*$"):
        spec.loader.exec_module(module_from_spec(spec))


def test_sections_are_written_in_the_order_that_files_have() -> None:
    keys = "tasks seed screen orientation classification change split"
    assert list(TasksConfig().model_dump()) == keys.split()


def test_all_problems_are_named_at_once() -> None:
    content = {"seed": -1, "change": {"gap": 3}, "orientation": {"step_deg": "a"}}
    with pytest.raises(InputError) as caught:
        TasksConfig.parse(content, "tasks.toml")
    for key in ("seed", "change.gap", "orientation.step_deg"):
        assert f"{key}: " in str(caught.value)


def test_a_configuration_reads_back_as_it_was_written() -> None:
    config = TasksConfig.parse(
        {"tasks": ["change"], "change": {"answer_after_ms": [60, 110]}}, "tasks.toml"
    )
    assert TasksConfig.parse(config.model_dump(mode="json"), "written") == config
    assert config.change.answer_after_ms == (60.0, 110.0)
    assert TasksConfig() == TasksConfig.parse({}, "nothing")
