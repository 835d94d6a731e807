"""From reduced parameters and a configuration to a network that can be trained."""

from collections.abc import Mapping
from dataclasses import replace

from bridge.column.building.input_wiring import wire_channels
from bridge.progress import Progress
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.network.network import RateNetwork
from ratemodel.readout.config import ReadoutConfig
from ratemodel.readout.readout import build_readouts
from ratemodel.scenarios.scenario import Scenario
from ratemodel.scenarios.weight_rule import WeightRule
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.task_set import build_tasks
from ratemodel.training.trainable_network import TrainableNetwork
from ratemodel.trials.input_channels import build_channels
from ratemodel.trials.input_config import InputConfig
from ratemodel.trials.trial_source import TrialSource, time_trials


def build_source(
    tasks: TasksConfig,
    inputs: InputConfig,
    dt_ms: float,
    progress: Progress | None = None,
) -> TrialSource:
    """Load the images and make tasks and input channels.

    Parameters
    ----------
    tasks, inputs
        The configuration of both.
    dt_ms
        Step of the network, ms.
    progress
        Receives the progress of a download.

    Raises
    ------
    InputError
        If images cannot be used, or times do not fit the step.
    """
    built = build_tasks(tasks, progress)
    timing = time_trials(built, dt_ms)
    channels, sample_ms = build_channels(inputs, tasks.screen, timing)
    return TrialSource(built, timing, channels, sample_ms)


def untrained_parameters(
    parameters: RateParameters,
    scenario: Scenario,
    n_channels: int,
    *,
    scenario_seed: int,
    wiring_seed: int,
) -> RateParameters:
    """Return the network of a scenario, its LGN connections from input channels.

    Parameters
    ----------
    parameters
        Of the column.
    scenario
        What of the column is kept.
    n_channels
        Number of input channels.
    scenario_seed, wiring_seed
        Seeds of what the scenario draws and of the wiring of the channels.

    Raises
    ------
    InputError
        If the channels do not fit the column.
    """
    own = scenario.parameters(parameters, scenario_seed)
    edges = wire_channels(own.lgn_edges, own.population, n_channels, wiring_seed)
    return replace(own, n_lgn=n_channels, lgn_edges=edges)


def weight_rules(
    parameters: RateParameters, scenario: Scenario
) -> dict[str, WeightRule]:
    """Return what is free of the recurrent and the input weights.

    Parameters
    ----------
    parameters
        Of :func:`untrained_parameters`.
    scenario
        The scenario.
    """
    return {
        "recurrent": scenario.recurrent_rule(parameters),
        "input": scenario.input_rule(parameters.lgn_edges),
    }


def build_network(
    parameters: RateParameters,
    model: RateModel,
    rules: Mapping[str, WeightRule],
    source: TrialSource,
    readout: ReadoutConfig,
    *,
    segment_steps: int | None = None,
    device: str = "cpu",
) -> TrainableNetwork:
    """Return the network as it is before training.

    Parameters
    ----------
    parameters
        Of :func:`untrained_parameters`.
    model
        Variant, extensions, tau_r and step.
    rules
        What is free of the ``"recurrent"`` and ``"input"`` weights.
    source
        The trials.
    readout
        Where answers are read from.
    segment_steps
        Steps kept for the way back; all where not given.
    device
        Torch device of the network.

    Raises
    ------
    InputError
        If the parts do not fit.
    DeviceError
        If there is no such device.
    """
    network = RateNetwork(parameters, model, device=device)
    readouts = build_readouts(source.tasks.tasks, parameters.population, readout)
    return TrainableNetwork(
        network, rules, readouts, source.timing, source.steps_per_sample, segment_steps
    )
