"""Rates of background and surround nodes: stated, of their spike trains, or assumed."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.building.tables import BACKGROUND_RATE_HZ
from bridge.errors import InputError
from bridge.files.spike_file import read_spikes
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known_configuration import SPIKES_ENTRY
from bridge.sonata.reading.node_sets import is_set_of, named_sets


class NodeRates(NamedTuple):
    """Rates of the nodes of a population.

    Attributes
    ----------
    rate_hz
        Rate of each node, Hz, shape ``(n_nodes,)``.
    origin
        Where they come from, in words.
    states_them
        Whether the files say them; otherwise they were asked for, or assumed.
    of_input
        Input of the simulation configuration they are the means of, if they are.
    """

    rate_hz: FloatArray
    origin: str
    states_them: bool
    of_input: str | None = None


class Simulation(NamedTuple):
    """A simulation configuration.

    Attributes
    ----------
    path
        The file.
    content
        Its sections; the names of files in ``inputs`` are absolute.
    """

    path: Path
    content: Mapping[str, Any]


def node_rates(
    population: str,
    node_id: IntArray,
    stated_hz: FloatArray,
    simulation: Simulation | None,
    background_hz: float | None,
) -> NodeRates:
    """Return the rates of virtual nodes.

    Spike trains are not replayed: Poisson spikes are drawn at their mean rates.

    Parameters
    ----------
    population
        Name of the population.
    node_id
        Its nodes, shape ``(n_nodes,)``.
    stated_hz
        ``rate_hz`` of each node, NaN where it has none, shape ``(n_nodes,)``.
    simulation
        Simulation configuration, whose spike trains count where a node states no
        rate.
    background_hz
        Rate of nodes of which neither says one, Hz; ``None`` is that of the
        released column.

    Raises
    ------
    InputError
        If the configuration names spike trains that cannot be used.
    """
    lacking = np.isnan(stated_hz)
    if not lacking.any():
        return NodeRates(stated_hz, "rate_hz of the nodes", True)
    others = _other_rates(population, node_id, simulation, background_hz)
    if lacking.all():
        return others
    return NodeRates(
        rate_hz=np.where(lacking, others.rate_hz, stated_hz),
        origin=f"rate_hz of the nodes that have one; others {others.origin}",
        states_them=others.states_them,
        of_input=others.of_input,
    )


def _other_rates(
    population: str,
    node_id: IntArray,
    simulation: Simulation | None,
    background_hz: float | None,
) -> NodeRates:
    """Return the rates of nodes that do not state any."""
    if simulation is not None:
        found = _rates_of_trains(population, node_id, simulation)
        if found is not None:
            return found
    if background_hz is not None:
        return NodeRates(np.full(node_id.size, background_hz), "as asked for", False)
    assumed = np.full(node_id.size, BACKGROUND_RATE_HZ)
    return NodeRates(assumed, "assumed: the files do not say", False)


def _rates_of_trains(
    population: str, node_id: IntArray, simulation: Simulation
) -> NodeRates | None:
    path = simulation.path
    inputs = simulation.content.get("inputs", {})
    sets = named_sets(path, simulation.content)
    own = {k: v for k, v in inputs.items() if _is_of(path, k, v, population, sets)}
    if not own:
        return None
    if len(own) > 1:
        raise InputError(f"{path}: inputs {' and '.join(own)} are both of {population}")
    name, entry = own.popitem()
    check_names(entry, SPIKES_ENTRY, f"{path}: input {name}")
    file = entry.get("input_file")
    if not isinstance(file, str):
        raise InputError(f"{path}: input {name} of {population} is no file of spikes")
    start_ms, stop_ms = _times_of_run(path, simulation.content.get("run", {}))
    trains = read_spikes(Path(file), entry.get("population"), like=population)
    inside = (trains.times_ms > start_ms) & (trains.times_ms <= stop_ms)
    ids = trains.ids[inside & np.isin(trains.ids, node_id)]
    if ids.size == 0:
        raise InputError(
            f"{file}: no spike of the nodes of {population} from {start_ms:g} to "
            f"{stop_ms:g} ms, the duration in {path}"
        )
    order = np.argsort(node_id, kind="stable")
    rows = order[np.searchsorted(node_id[order], ids)]
    count = np.bincount(rows, minlength=node_id.size)
    origin = f"mean of the spikes in {Path(file).name}, which are not replayed"
    return NodeRates(count / ((stop_ms - start_ms) * 1e-3), origin, True, name)


def _is_of(
    path: Path,
    name: str,
    entry: Mapping[str, Any],
    population: str,
    sets: Mapping[str, Any],
) -> bool:
    """Say whether an input goes to the nodes of a population."""
    if entry.get("enabled") is False:
        return False
    try:
        return is_set_of(entry.get("node_set"), population, sets)
    except ValueError as error:
        raise InputError(
            f"{path}: input {name}: {error}, or the nodes of {population} their rate_hz"
        ) from None


def _times_of_run(path: Path, run: Mapping[str, Any]) -> tuple[float, float]:
    start = run.get("tstart", 0.0)
    times = (start, run.get("tstop", run.get("duration")))
    for time in times:
        is_number = isinstance(time, int | float) and not isinstance(time, bool)
        if not is_number or not isfinite(time):
            raise InputError(
                f"{path}: run from {json.dumps(times[0])} to {json.dumps(times[1])}: "
                "the rate of spike trains needs tstop, ms"
            )
    first, last = float(times[0]), float(times[1])
    if last <= first:
        raise InputError(f"{path}: run lasts from {first:g} to {last:g} ms")
    return first, last
