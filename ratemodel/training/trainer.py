"""The loop: trials in, gradients back, weights on, and all of it kept."""

import math
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bridge.errors import InputError, StoppedError, V1BridgeError
from bridge.machine.signals import ASKING
from bridge.progress import Progress, SilentProgress, task
from bridge.reduction.parameters import RateParameters
from ratemodel.training.accuracy import measure_accuracy
from ratemodel.training.checkpoint import Checkpoint, Checkpoints
from ratemodel.training.config import TrainingConfig
from ratemodel.training.loss import answer_loss, rate_cost, shared_mean
from ratemodel.training.processes import Processes
from ratemodel.training.trainable_network import TrainableNetwork
from ratemodel.training.training_log import TrainingLog
from ratemodel.trials.batch_queue import BatchQueue
from ratemodel.trials.trial_source import Batch, TrialSource

DEFAULT_STEPS = 1000
NAME = "training"

_AHEAD = {"cpu": 0, "cuda": 8}
"""Batches that are drawn while the network is busy elsewhere than on the CPU."""

_SMOOTH = 0.95
"""Weight of the past in the accuracy that the progress bar shows."""


class Trainer:
    """Trains a network on the trials of a source.

    Every task has moments of Adam of its own: with moments in common a task whose
    gradient is ten times smaller, because it is not learned yet, would move the
    weights ten times less.

    Everything that decides the next step is in the checkpoints: free numbers,
    readouts, moments of the optimisers, the step, and the rates before training.
    Trials depend on seed, split and number only, so a resumed run goes on as if it
    had not stopped, bit by bit on a CPU with as many threads.

    Parameters
    ----------
    network
        The network; it is changed.
    source
        The trials.
    parameters
        Of the network before training.
    config
        How to train.
    checkpoints
        Where they are kept; nowhere if left out.
    facts
        Short texts written into every checkpoint.
    processes
        The processes that share each batch.

    Attributes
    ----------
    network, source, parameters, config, checkpoints, processes
        As given.
    step
        Steps taken.
    seconds
        Time they took, s.
    """

    def __init__(
        self,
        network: TrainableNetwork,
        source: TrialSource,
        parameters: RateParameters,
        config: TrainingConfig,
        *,
        checkpoints: Checkpoints | None = None,
        facts: Mapping[str, str] | None = None,
        processes: Processes | None = None,
    ) -> None:
        self.network, self.source, self.config = network, source, config
        self.parameters, self.checkpoints = parameters, checkpoints
        self.processes = processes or Processes()
        self._facts = dict(facts or {})
        self._parameters = dict(network.named_parameters())
        self._optimisers = {
            name: torch.optim.Adam(self._parameters.values(), lr=config.learning_rate)
            for name in source.tasks.tasks
        }
        self.step, self.seconds = 0, 0.0
        self._prepare_optimisers()
        self._untrained_hz = {
            name: torch.zeros(len(network.population_names), device=network.device)
            for name in source.tasks.tasks
        }
        ahead = _AHEAD[network.device.type]
        self._batches = BatchQueue(self._draw, ahead, self.n_steps)

    @property
    def n_steps(self) -> int | None:
        """Steps of the whole training; None where the time decides."""
        if self.config.minutes is not None:
            return None
        if self.config.epochs is None:
            return self.config.steps or DEFAULT_STEPS
        tasks = self.source.tasks.tasks.values()
        longest = max(task.n_trials("train") or 0 for task in tasks)
        trials = (longest or 8192) * len(tasks) * self.config.epochs
        return max(1, math.ceil(trials / self.config.batch))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same configuration.

        Raises
        ------
        InputError
            If it is of another network: the column or the images were replaced.
        """
        state, kept = self._state(), checkpoint.tensors
        if {n: t.shape for n, t in state.items()} != {
            n: t.shape for n, t in kept.items()
        }:
            raise InputError(
                "the checkpoint is of another network: the column or the images have "
                "been replaced since; give --overwrite to start again"
            )
        with torch.no_grad():
            for name, tensor in state.items():
                tensor.copy_(kept[name])
        self.step = int(checkpoint.facts["step"])
        self.seconds = float(checkpoint.facts["seconds"])

    def run(self, log: TrainingLog | None, progress: Progress | None = None) -> None:
        """Train to the end.

        Parameters
        ----------
        log
            Receives a record per step; None in all processes but the first.
        progress
            Receives the progress, in steps or seconds.

        Raises
        ------
        StoppedError
            If SIGINT, SIGTERM or SIGHUP asked for it; the checkpoint of the last step
            is written.
        V1BridgeError
            If the loss is not finite any more; the last checkpoint stays.
        """
        progress = progress or SilentProgress()
        if self.step == 0:
            self._look_at_untrained()
        self._share_start()
        total = self.n_steps or 60.0 * (self.config.minutes or 0.0)
        done = 0.0
        with (
            _stop_requests() as requests,
            task(progress, NAME, total),
            closing(self._batches),
        ):
            shown: dict[str, float] = {}
            while self._fraction() < 1.0:
                started = time.perf_counter()
                record, stop = self._take_step(requests[-1] if requests else 0)
                self.seconds += time.perf_counter() - started
                self._every(record, log)
                for name, value in record["accuracy"].items():
                    shown[name] = _SMOOTH * shown.get(name, value) + (1 - _SMOOTH) * (
                        value
                    )
                now = self.step if self.n_steps else self.seconds
                progress.advance(NAME, now - done)
                done = now
                progress.note(NAME, ", ".join(f"{k} {v:.1%}" for k, v in shown.items()))
                if stop:
                    self._save()
                    raise StoppedError(
                        f"stopped after step {self.step}, whose checkpoint is kept; "
                        "--resume continues",
                        stop,
                    )
            self._save()

    @torch.no_grad()
    def _look_at_untrained(self) -> None:
        """Note the rates of each task's first batch, and calibrate its readout.

        Every process takes the whole batches, so that all do the same.
        """
        for name in self.source.tasks.tasks:
            batch = self.source.draw("train", name, np.arange(self.config.batch))
            batch = batch.to(self.network.device)
            rates = self.network(batch)
            summed = self.network.population_hz(rates)
            self._untrained_hz[name].copy_(summed / self.config.batch)
            if self.config.calibrate_readouts:
                mean = self.network.answer_rates(rates, batch)
                self.network.readouts.calibrate(mean, name)

    def _every(self, record: dict[str, Any], log: TrainingLog | None) -> None:
        if log is None:
            return
        log.add(record)
        config = self.config
        if self.step % config.validation_steps == 0:
            found = measure_accuracy(
                self.network, self.source, "validation", config.validation_trials
            )
            accuracy = {name: own.value for name, own in found.items()}
            log.add(
                {"step": self.step - 1, "split": "validation", "accuracy": accuracy}
            )
        if self.step % config.checkpoint_steps == 0:
            self._save()

    def _fraction(self) -> float:
        """Return how much of the training is done, 0 to 1."""
        if self.n_steps is not None:
            return self.step / self.n_steps
        minutes = self.config.minutes or 0.0
        mean = self.processes.mean(torch.tensor(self.seconds / 60.0))
        return float(mean) / minutes

    def _take_step(self, request: int) -> tuple[dict[str, Any], int]:
        config, processes = self.config, self.processes
        started = time.perf_counter()
        rate = config.learning_rate
        if config.decay == "cosine":
            rate *= 0.5 * (1.0 + math.cos(math.pi * min(1.0, self._fraction())))
        batch = self._batches.take(self.step).to(self.network.device)
        optimiser = self._optimisers[batch.task]
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad(set_to_none=False)
        rates = self.network(batch)
        logits = self.network.answers(rates, batch)
        population_hz = shared_mean(
            self.network.population_hz(rates) / config.batch, processes
        )
        answer = answer_loss(logits, batch.label, config.batch)
        cost = rate_cost(population_hz, self._untrained_hz[batch.task])
        torch.autograd.backward(answer + config.rate_cost * cost)
        gradients = [p.grad for p in self._parameters.values() if p.grad is not None]
        processes.sum_in_place(gradients)
        norm = torch.nn.utils.clip_grad_norm_(
            list(self._parameters.values()), config.clip_norm
        )
        right = (logits.argmax(dim=1) == batch.label).sum()
        counts = processes.sum(
            torch.tensor(
                [float(answer.detach()), float(request > 0), float(right)],
                dtype=torch.float64,
            )
        )
        loss = float(counts[0] + config.rate_cost * cost.detach())
        if not (math.isfinite(loss) and math.isfinite(float(norm))):
            raise V1BridgeError(
                f"training: loss or gradient of step {self.step} is not finite; lower "
                "training.learning_rate or model.dt_ms"
            )
        optimiser.step()
        reduce = None if processes.world == 1 else processes.mean
        with torch.no_grad():
            for name, free in self.network.free.items():
                self.network.rules[name].after_step(free, rates.detach(), reduce)
        self.step += 1
        asked = request or (int(signal.SIGTERM) if counts[1] > 0 else 0)
        record = {
            "step": self.step - 1,
            "split": "train",
            "loss": loss,
            "cross_entropy": float(counts[0]),
            "rate_cost": float(cost.detach()),
            "accuracy": {batch.task: float(counts[2]) / config.batch},
            "gradient_norm": float(norm),
            "learning_rate": rate,
            "rate_hz": dict(
                zip(
                    self.network.population_names,
                    [round(x, 4) for x in population_hz.detach().tolist()],
                    strict=True,
                )
            ),
            "trials_per_s": config.batch / (time.perf_counter() - started),
        }
        return record, asked

    def _draw(self, step: int) -> Batch:
        """Return this process's share of a batch."""
        task_name, numbers = self.source.tasks.turn(step, self.config.batch)
        own = numbers[self.processes.rank :: self.processes.world]
        return self.source.draw("train", task_name, own)

    def _prepare_optimisers(self) -> None:
        """Make gradients and Adam's moments, so that all processes have them."""
        for parameter in self._parameters.values():
            # A batch has no gradient for the readouts of the other tasks.
            parameter.grad = torch.zeros_like(parameter)
            for optimiser in self._optimisers.values():
                optimiser.state[parameter] = {
                    "step": torch.tensor(0.0),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }

    def _state(self) -> dict[str, Tensor]:
        """Return every tensor that the next step depends on."""
        state = {f"untrained_hz.{name}": t for name, t in self._untrained_hz.items()}
        for name, buffer in self.network.readouts.named_buffers():
            state[f"readouts.{name}"] = buffer
        for name, parameter in self._parameters.items():
            state[name] = parameter.data
            for task_name, optimiser in self._optimisers.items():
                for kind, moment in optimiser.state[parameter].items():
                    state[f"adam.{task_name}.{kind}.{name}"] = moment
        return state

    def _share_start(self) -> None:
        head = torch.tensor([self.step, self.seconds], dtype=torch.float64)
        self.processes.from_first([head, *self._state().values()])
        self.step, self.seconds = int(head[0]), float(head[1])

    def _save(self) -> None:
        if self.checkpoints is not None and self.processes.is_first:
            facts = self._facts | {"seconds": repr(self.seconds)}
            self.checkpoints.save(self.step, self._state(), facts)


@contextmanager
def _stop_requests() -> Iterator[list[int]]:
    """Collect requests to stop until the block ends; a second one is obeyed."""
    requests: list[int] = []
    former: dict[int, Any] = {}

    def ask(number: int, frame: FrameType | None) -> None:
        requests.append(number)
        for each, handler in former.items():
            signal.signal(each, handler)

    try:
        for number in ASKING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                former[number] = signal.signal(number, ask)
    except ValueError:  # not the main thread: signals go elsewhere
        pass
    try:
        yield requests
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
