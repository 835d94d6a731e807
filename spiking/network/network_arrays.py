"""A column as the arrays its simulation needs, whatever the device."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from spiking.cells.glif3 import Propagators, propagators
from spiking.network.delay_steps import delay_in_steps
from spiking.network.poisson_streams import PoissonStreams, superpose
from spiking.network.receptor_slots import ReceptorSlots, receptor_slots

NEVER = 1e18
"""Step of the next event where there is no Poisson input."""


@dataclass(frozen=True)
class Structure:
    """What a compiled simulation depends on; everything else is data.

    Attributes
    ----------
    n_cells
        Number of cells.
    n_sources
        Size of the group of external sources, with room to spare so that
        columns of the same size share one binary.
    n_slots
        Receptor slots per cell.
    dt_ms
        Time step, ms.
    """

    n_cells: int
    n_sources: int
    n_slots: int
    dt_ms: float


@dataclass(frozen=True)
class SynapseArrays:
    """Connections in simulation units, arrays of shape ``(n_edges,)``.

    Attributes
    ----------
    source, target
        Source and cell, int32.
    jump
        Rise that an arrival adds, mV (:class:`spiking.cells.glif3.Propagators`).
    slot
        Receptor slot of the target, int32.
    delay_steps
        Delay in steps, at least 1, int32.
    """

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    jump: FloatArray
    slot: NDArray[np.int32]
    delay_steps: NDArray[np.int32]


@dataclass(frozen=True)
class NetworkArrays:
    """The network of one column at one time step.

    Attributes
    ----------
    structure
        Sizes and time step.
    parameters
        Constants and initial states of the cells by their name in the Brian2
        model, each of shape ``(n_cells,)``.
    recurrent
        Synapses between cells.
    external
        Synapses from external sources (LGN cells, or Poisson stand-ins of
        every source in an open loop).
    stream_cumulative, stream_jump
        Superposed Poisson input
        (:class:`spiking.network.poisson_streams.PoissonStreams`), with weights as
        jumps, mV.
    """

    structure: Structure
    parameters: dict[str, FloatArray]
    recurrent: SynapseArrays
    external: SynapseArrays
    stream_cumulative: FloatArray
    stream_jump: FloatArray


def network_arrays(
    column: Column,
    dt_ms: float,
    *,
    open_loop: bool = False,
    responding_surround: bool = False,
) -> NetworkArrays:
    """Turn a column into simulation arrays.

    Parameters
    ----------
    column
        The column.
    dt_ms
        Time step, ms, a whole number of microseconds.
    open_loop
        Cut every recurrent synapse from its cell and give it to an external
        source of its own: sources ``0 .. n_cells - 1`` stand in for the cells,
        ``n_cells .. n_cells + n_lgn - 1`` for the LGN cells.
    responding_surround
        Give every stream of the surround an external source of its own, behind the
        LGN cells, in place of stationary Poisson input
        (:class:`spiking.trials.surround_spikes.SurroundSources` draws its spikes).

    Returns
    -------
    NetworkArrays
        The arrays.

    Raises
    ------
    InputError
        If the time step is not a whole number of microseconds, or too long
        for the Poisson input.
    """
    if dt_ms <= 0.0 or abs(dt_ms * 1e3 - round(dt_ms * 1e3)) > 1e-9:
        raise InputError(f"dt_ms = {dt_ms}: use a whole number of microseconds")
    slots = receptor_slots(column)
    step = propagators(column.cell_models, dt_ms)
    stationary = PoissonInput.none() if responding_surround else column.surround
    streams = superpose((column.background, stationary), slots, dt_ms)

    recurrent = _synapses(column, column.recurrent, slots, step, dt_ms)
    external = _synapses(column, column.lgn_edges, slots, step, dt_ms)
    n_sources = max(1, column.lgn.n_cells)
    if responding_surround:
        surround = _synapses(column, _edges_of(column.surround), slots, step, dt_ms)
        external = _joined(external, surround, shift=column.lgn.n_cells)
        n_sources += column.surround.n_streams
    if open_loop:
        external = _joined(recurrent, external, shift=column.n_cells)
        recurrent = _none()

    return NetworkArrays(
        structure=Structure(
            n_cells=column.n_cells,
            # room for the open loop, so that it shares the binary too
            n_sources=_power_of_two(column.n_cells + n_sources),
            n_slots=slots.n_slots,
            dt_ms=dt_ms,
        ),
        parameters=_parameters(column, slots, step, streams),
        recurrent=recurrent,
        external=external,
        stream_cumulative=streams.cumulative,
        stream_jump=_stream_jump(column, slots, step, streams),
    )


def _stream_jump(
    column: Column, slots: ReceptorSlots, step: Propagators, streams: PoissonStreams
) -> FloatArray:
    """Return the rise that an event of each stream adds, mV."""
    jump = streams.weight_pa.copy()
    slot, cell = np.nonzero(streams.n_rows)
    per_pa = step.syn_rise_per_pa[
        column.cell_model[cell], slots.receptor_of[cell, slot]
    ]
    if cell.size:
        jump *= np.repeat(per_pa, streams.n_rows[slot, cell])
    return jump


def _synapses(
    column: Column,
    edges: Edges,
    slots: ReceptorSlots,
    step: Propagators,
    dt_ms: float,
) -> SynapseArrays:
    per_pa = step.syn_rise_per_pa[column.cell_model[edges.target], edges.receptor]
    delay_steps = delay_in_steps(edges.delay_ms, dt_ms)
    # what a spike delivers together should lie together in memory
    order = np.lexsort((edges.target, delay_steps, edges.source))
    target = edges.target[order]
    return SynapseArrays(
        source=edges.source[order],
        target=target,
        jump=(edges.weight_pa * per_pa)[order],
        slot=slots.slot_of[target, edges.receptor[order]].astype(np.int32),
        delay_steps=delay_steps[order],
    )


def _joined(
    first: SynapseArrays, second: SynapseArrays, *, shift: int
) -> SynapseArrays:
    return SynapseArrays(
        source=np.concatenate([first.source, second.source + np.int32(shift)]),
        target=np.concatenate([first.target, second.target]),
        jump=np.concatenate([first.jump, second.jump]),
        slot=np.concatenate([first.slot, second.slot]),
        delay_steps=np.concatenate([first.delay_steps, second.delay_steps]),
    )


def _edges_of(streams: PoissonInput) -> Edges:
    """Return a connection for every stream, from a source of its own."""
    return Edges(
        source=np.arange(streams.n_streams),
        target=streams.target,
        weight_pa=streams.weight_pa,
        delay_ms=streams.delay_ms,
        receptor=streams.receptor,
        n_synapses=np.ones(streams.n_streams, dtype=np.int16),
    )


def _none() -> SynapseArrays:
    empty = np.zeros(0, dtype=np.int32)
    return SynapseArrays(empty, empty, np.zeros(0), empty, empty)


def _power_of_two(n: int) -> int:
    return 1 << (n - 1).bit_length()


def _parameters(
    column: Column,
    slots: ReceptorSlots,
    step: Propagators,
    streams: PoissonStreams,
) -> dict[str, FloatArray]:
    models, row = column.cell_models, column.cell_model
    # voltages relative to E_L, as the linear equation has it
    values = {
        "v": (models.v_m_mv - models.e_l_mv)[row],
        "v_threshold": (models.v_th_mv - models.e_l_mv)[row],
        "v_reset": (models.v_reset_mv - models.e_l_mv)[row],
        "v_decay": step.v_decay[row],
        "v_per_pa": step.v_per_pa[row],
        "refractory_steps": step.refractory_steps[row],
    }
    for j in range(2):
        values |= {
            f"asc_amp_{j}": (models.asc_amps_pa * step.asc_v_per_pa)[row, j],
            f"asc_decay_{j}": step.asc_decay[row, j],
            f"asc_refractory_{j}": step.asc_refractory[row, j],
        }
    for s in range(slots.n_slots):
        receptor = slots.receptor_of[:, s]
        mean = streams.mean_events[s]
        values |= {
            f"syn_decay_{s}": step.syn_decay[row, receptor],
            f"rise_to_psp_{s}": step.syn_rise_to_psp[row, receptor],
            f"mean_events_{s}": np.where(mean > 0.0, mean, 1.0),
            f"first_stream_{s}": streams.first[s],
            f"due_{s}": np.where(mean > 0.0, 0.0, NEVER),
        }
    return {name: np.asarray(v, dtype=np.float64) for name, v in values.items()}
