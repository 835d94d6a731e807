"""Weight rule, loss, checkpoints, log and accuracy, each on its own."""

import json
import os

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bridge.errors import InputError
from ratemodel.scenarios.weight_rule import DaleSoftplus
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.task_set import build_tasks
from ratemodel.training.accuracy import Accuracy
from ratemodel.training.checkpoint import Checkpoints, read_tensors, write_tensors
from ratemodel.training.config import TrainingConfig
from ratemodel.training.loss import answer_loss, rate_cost, shared_mean
from ratemodel.training.processes import Processes
from ratemodel.training.training_log import TrainingLog
from ratemodel.trials.batch_queue import BatchQueue
from ratemodel.trials.trial_source import TrialSource, time_trials


def test_free_numbers_give_the_weights_back(make_network):
    edges = make_network().recurrent
    rule = DaleSoftplus(edges)
    start = torch.tensor(edges.weight_pa)
    # Double precision: rounding of exp and log only.
    torch.testing.assert_close(rule.from_free(rule.to_free(start)), start)
    other = 3.0 * start
    torch.testing.assert_close(rule.from_free(rule.to_free(other)), other)


def test_no_step_changes_a_sign(make_network):
    edges = make_network().recurrent
    rule = DaleSoftplus(edges)
    free = rule.to_free(torch.tensor(edges.weight_pa))
    moved = rule.from_free(free + 20.0 * torch.randn_like(free))
    assert (moved * torch.tensor(edges.weight_pa) >= 0.0).all()


def test_rate_cost_by_hand():
    now, before = torch.tensor([3.0, 0.5]), torch.tensor([1.0, 0.0])
    assert float(rate_cost(now, before)) == pytest.approx((1.0 + 0.25) / 2)


class TwoHalves(Processes):
    """Stands in for two processes whose sums are known."""

    def __init__(self, other: torch.Tensor) -> None:
        super().__init__(0, 2)
        self._other = other

    def sum(self, own: torch.Tensor) -> torch.Tensor:
        return own + self._other


def test_gradients_of_shares_add_up_to_the_gradient_of_the_whole():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    whole = (x.sum() / 2).square()
    (expected,) = torch.autograd.grad(whole, x)
    parts = []
    for own in (0, 1):
        share = x[own] / 2
        mean = shared_mean(share, TwoHalves(x[1 - own].detach() / 2))
        assert float(mean.detach()) == pytest.approx(1.5)
        parts.append(torch.autograd.grad(mean.square(), x)[0])
    torch.testing.assert_close(parts[0] + parts[1], expected)


def test_answer_loss_is_the_mean_over_all_trials():
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    by_hand = np.log1p(np.exp(-2)) + np.log1p(np.exp(1))
    # Two of the three trials of all processes.
    found = answer_loss(logits, torch.tensor([0, 0]), 3)
    assert float(found) == pytest.approx(by_hand / 3)


def test_checkpoints_keep_the_one_before_and_pass_over_a_damaged_one(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.latest() == (None, ())
    for step in (10, 20, 30):
        checkpoints.save(step, {"w": torch.full((5,), float(step))}, {"note": "x"})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "step-00000020.safetensors",
        "step-00000030.safetensors",
    ]
    newest = tmp_path / "step-00000030.safetensors"
    content = newest.read_bytes()
    for cut in (0, 5, len(content) // 2, len(content) - 1):
        newest.write_bytes(content[:cut])
        found, damaged = checkpoints.latest()
        assert found is not None
        assert found.facts == {"note": "x", "step": "20"}
        assert float(found.tensors["w"][0]) == 20.0
        assert len(damaged) == 1
        assert "step-00000030" in damaged[0]


def test_a_changed_byte_is_noticed(tmp_path):
    path = tmp_path / "w.safetensors"
    write_tensors(path, {"w": torch.arange(8.0)}, {"certified": "no"})
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="was changed"):
        read_tensors(path)
    write_tensors(path, {"w": torch.arange(8.0)}, {"certified": "no"})
    path.write_bytes(path.read_bytes().replace(b'"no"', b'"ya"'))
    with pytest.raises(InputError, match="was changed"):
        read_tensors(path)


def test_tensors_that_others_wrote_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(InputError, match="no such file of tensors"):
        read_tensors(path)
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a regular file"):
        read_tensors(path)
    path.unlink()
    save_file({"w": torch.ones(3)}, path)
    with pytest.raises(InputError, match="was not written by 'v1bridge train'"):
        read_tensors(path)
    # NumPy has no such numbers, so that no hash can be of them.
    save_file({"w": torch.ones(3, dtype=torch.bfloat16)}, path, {"content": "0"})
    with pytest.raises(InputError, match="was changed"):
        read_tensors(path)


def test_random_damage_of_tensors_is_noticed(tmp_path):
    path = tmp_path / "w.safetensors"
    kept = {"w": torch.arange(40.0), "adam.step": torch.tensor(3.0)}
    write_tensors(path, kept, {"model": "{}", "step": "3"})
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    header = int.from_bytes(whole[:8], "little")
    messages = []
    for number in range(200):
        content = bytearray(whole)
        for place in rng.integers(0, 8 + header if number % 2 else len(whole), 2):
            content[place] = rng.integers(32, 127) if number % 3 else rng.integers(256)
        path.write_bytes(content)
        try:
            found = read_tensors(path)
        except InputError as error:
            messages.append(str(error))
            continue
        assert found.facts == {"model": "{}", "step": "3"}
        assert all(torch.equal(found.tensors[name], kept[name]) for name in kept)
    assert len(messages) > 150
    assert "\n" not in "".join(messages)


def test_the_log_forgets_what_is_run_again(tmp_path):
    log = TrainingLog(tmp_path, 0)
    for step in range(4):
        log.add({"step": step, "split": "train", "loss": 1.0})
    log.close()
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 4, "spl')  # killed while writing
    log = TrainingLog(tmp_path, 2)
    log.add({"step": 2, "split": "train", "loss": 0.5})
    log.close()
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [0, 1, 2]


def test_wilson_interval_of_a_textbook_example():
    # Newcombe 1998 (Stat Med 17:857), table I, method 3 (score): 81 of 263.
    low, high = Accuracy(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_only_one_end_of_training():
    with pytest.raises(ValueError, match="give only one of steps and minutes"):
        TrainingConfig(steps=3, minutes=1.0)


class Means:
    """Channels that see the mean of the screen."""

    n_channels = 1

    def __init__(self, dt_ms: float) -> None:
        self._dt_ms = dt_ms

    def __call__(self, movie):
        seen = np.abs(movie.frames).mean(axis=(2, 3))
        return seen[:, movie.segment_of_step(self._dt_ms), None].transpose(1, 2, 0)


def test_timing_and_answers_of_tasks_of_different_length():
    tasks = build_tasks(TasksConfig.parse({}, "test"))
    timing = time_trials(tasks, 5.0)
    assert timing.frame_ms == 10.0  # gratings move as often
    assert timing.bin_ms == 50.0
    source = TrialSource(tasks, timing, Means(10.0), 10.0)
    short = source.draw("train", "orientation", np.arange(2))
    assert short.input_hz.shape == (20, 1, 2)
    assert not short.input_hz[15:].any()  # grey until the window closes
    assert short.answer.tolist() == [0.0, 0.0, 0.0, 1.0]
    # The second image goes after 50 + 100 + 150 + 50 + 100 ms, the window closes
    # 100 ms later.
    long = source.draw("train", "change", np.arange(1))
    assert long.input_hz.shape == (55, 1, 1)
    assert long.answer.tolist() == [0.0] * 10 + [1.0]


class Spoken:
    """A batch that is nothing but its number."""

    def __init__(self, number):
        self.number = number


@pytest.mark.parametrize("ahead", [0, 3])
def test_batches_drawn_ahead_are_the_same(ahead):
    queue = BatchQueue(Spoken, ahead)
    assert [queue.take(k).number for k in range(7)] == list(range(7))
    queue.close()
    assert queue.take(2).number == 2  # a resumed run goes back


def test_nothing_is_drawn_beyond_the_last_batch():
    drawn = []

    def draw(number):
        drawn.append(number)
        return Spoken(number)

    queue = BatchQueue(draw, ahead=4, n_batches=3)
    assert [queue.take(k).number for k in range(3)] == [0, 1, 2]
    queue.close()
    assert sorted(drawn) == [0, 1, 2]


def test_a_window_that_ends_within_a_millisecond_is_refused():
    content = {"tasks": ["change"], "change": {"answer_after_ms": [50.0, 99.5]}}
    tasks = build_tasks(TasksConfig.parse(content, "test"))
    with pytest.raises(InputError, match=r"ends at 549\.5 ms, not a whole ms"):
        time_trials(tasks, 0.5)


def test_a_step_that_does_not_fit_the_windows_is_refused():
    tasks = build_tasks(TasksConfig.parse({"tasks": ["orientation"]}, "test"))
    with pytest.raises(InputError, match="not a whole number of steps"):
        time_trials(tasks, 3.0)
