"""Brian2 functions that draw the superposed Poisson input of a cell.

A receptor slot waits a geometric number of steps for its next step with input;
that step then holds a zero-truncated Poisson number of events, each from a
stream drawn by its share of the rate. This is the superposed Poisson process
binned to the time step, exactly, at the price of one countdown per step.
"""

from typing import Any

import numpy as np

from bridge.arrays import FloatArray
from spiking.brian.random_numbers import (
    UNIT_RANDOM_CPP,
    UNIT_RANDOM_CUDA,
    UNIT_RANDOM_CYTHON,
    unit_random,
)

COUNTERS_PER_BURST = 64
"""Random numbers set aside for the events of one step."""

_BURST_CPP = """
static inline double unit_random(const double key, const double counter);

static inline double input_burst(const double key, const double burst,
    const double mean, const double first)
{
    const double counter = 64.0 * burst;
    double u = unit_random(key, counter + 1.0);
    int n_events = 1;
    if (u > 1.0 - 0.5 * mean)  // else it is 1 for sure: P(1) >= 1 - mean / 2
    {
        double probability = mean / expm1(mean);
        while (u > probability && n_events < 60)
        {
            u -= probability;
            n_events++;
            probability *= mean / n_events;
        }
    }
    double total = 0.0;
    for (int event = 0; event < n_events; event++)
    {
        const double pick = unit_random(key, counter + 2.0 + event);
        int row = (int)first;
        while (pick > _namespacestream_cumulative[row])
            row++;
        total += _namespacestream_jump[row];
    }
    return total;
}
"""

_BURST_CUDA = _BURST_CPP.replace("static inline", "__device__ static inline").replace(
    "_namespace", "v1bridge::"
)
"""The same code; the streams are variables of ``trial_loop.h``."""

_BURST_CYTHON = """
from libc.math cimport expm1

cdef double input_burst(double key, double burst, double mean, double first):
    global _namespacestream_cumulative
    global _namespacestream_jump
    cdef double counter = 64.0 * burst
    cdef double u = unit_random(key, counter + 1.0)
    cdef int n_events = 1
    cdef double probability = mean / expm1(mean)
    while u > probability and n_events < 60:
        u -= probability
        n_events += 1
        probability *= mean / n_events
    cdef double total = 0.0
    cdef double pick
    cdef int row
    cdef int event
    for event in range(n_events):
        pick = unit_random(key, counter + 2.0 + event)
        row = <int>first
        while pick > _namespacestream_cumulative[row]:
            row += 1
        total += _namespacestream_jump[row]
    return total
"""


def input_burst(
    stream_cumulative: FloatArray,
    stream_jump: FloatArray,
    key: FloatArray,
    burst: FloatArray,
    mean: FloatArray,
    first: FloatArray,
) -> FloatArray:
    """Return the summed jumps of the events in a step that has at least one.

    Parameters
    ----------
    stream_cumulative, stream_jump
        The streams, :class:`spiking.network.network_arrays.NetworkArrays`.
    key, burst
        Random key of each cell and running number of its steps with input.
    mean
        Mean number of events per step.
    first
        First row of the cell's streams.

    Returns
    -------
    ndarray
        Rise to add, mV, one per cell.
    """
    counter = COUNTERS_PER_BURST * burst
    u = unit_random(key, counter + 1)
    n_events = np.ones(u.shape, dtype=np.int64)
    probability = mean / np.expm1(mean)
    more = u > probability
    while more.any():
        u = np.where(more, u - probability, u)
        n_events[more] += 1
        probability = np.where(more, probability * mean / n_events, probability)
        more &= (u > probability) & (n_events < 60)
    total = np.zeros(u.shape)
    for event in range(int(n_events.max(initial=0))):
        drawing = np.flatnonzero(n_events > event)
        pick = unit_random(key[drawing], counter[drawing] + 2 + event)
        row = first[drawing].astype(np.int64)
        passed = pick > stream_cumulative[row]
        while passed.any():
            row[passed] += 1
            passed &= pick > stream_cumulative[row]
        total[drawing] += stream_jump[row]
    return total


def external_input_functions(
    stream_cumulative: FloatArray, stream_jump: FloatArray
) -> dict[str, Any]:
    """Return the functions ``unit_random`` and ``input_burst`` for Brian2.

    Parameters
    ----------
    stream_cumulative, stream_jump
        The streams; a compiled simulation replaces both when it starts.

    Returns
    -------
    dict
        Namespace for the code of a group.
    """
    from brian2.core.functions import Function

    def burst(*args: Any) -> Any:
        return input_burst(stream_cumulative, stream_jump, *args)

    random = Function(unit_random, arg_units=[1, 1], return_unit=1)
    random.implementations.add_implementation("cpp", UNIT_RANDOM_CPP)
    random.implementations.add_implementation("cython", UNIT_RANDOM_CYTHON)
    random.implementations.add_implementation("cuda", UNIT_RANDOM_CUDA)
    streams = {"stream_cumulative": stream_cumulative, "stream_jump": stream_jump}
    jump = Function(burst, arg_units=[1] * 4, return_unit=1)
    for target, code in (("cpp", _BURST_CPP), ("cython", _BURST_CYTHON)):
        jump.implementations.add_implementation(
            target,
            code,
            namespace=streams,
            dependencies={"unit_random": random},
            name="input_burst",
        )
    jump.implementations.add_implementation(
        "cuda", _BURST_CUDA, dependencies={"unit_random": random}, name="input_burst"
    )
    for function, python in ((random, unit_random), (jump, burst)):
        function.implementations.add_numpy_implementation(python, discard_units=True)
    return {"unit_random": random, "input_burst": jump}
