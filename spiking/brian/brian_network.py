"""The network as Brian2 objects, the same for every device.

The code is dimensionless: voltages are mV relative to E_L, currents the mV they
add in a step, times steps of the clock. Constants come from
:mod:`spiking.network.network_arrays`, where each has its unit; the only Brian2
quantities are times.

One step, in Brian2's order: ``groups`` propagates the cells, ``thresholds``
finds spikes and steps with Poisson input, ``after_thresholds`` adds that input,
``synapses`` delivers spikes, ``resets`` resets. So an arrival changes the rise
of its alpha current at the end of its step, as in NEST.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spiking.brian.brian_session import import_brian2
from spiking.brian.external_input import external_input_functions
from spiking.cells.glif3_equations import (
    RESET_CODE,
    TRIAL_NAMES,
    parameter_names,
    state_names,
    step_code,
)
from spiking.network.network_arrays import NetworkArrays, Structure, SynapseArrays


@dataclass(frozen=True)
class BrianNetwork:
    """Brian2 objects of one network; the names are those of the objects."""

    network: Any
    cells: Any
    sources: Any
    recurrent: Any
    external: Any
    spikes: Any


def _input_code(slot: int) -> str:
    # Step 0 has no input: it only draws the first waiting time.
    return f"""
bursts = bursts + 1
arrived = int(due_{slot} > 0.5) * input_burst(key, bursts, mean_events_{slot}, first_stream_{slot})
rise_{slot} = rise_{slot} + arrived
psp_{slot} = psp_{slot} + arrived
due_{slot} = t_in_timesteps + ceil(clip(-log(unit_random(key, 64 * bursts)) / mean_events_{slot}, 1e-9, 1e9))
"""  # noqa: E501


def build_cells(
    n_cells: int, n_slots: int, functions: dict[str, Any], clock: Any
) -> Any:
    """Create the cells: propagation, threshold, reset and Poisson input.

    Parameters
    ----------
    n_cells
        Number of cells.
    n_slots
        Receptor slots per cell.
    functions
        :func:`spiking.brian.external_input.external_input_functions`.
    clock
        Brian2 clock of the steps.

    Returns
    -------
    NeuronGroup
        The group ``cells``.
    """
    b = import_brian2()
    names = (*parameter_names(n_slots), *state_names(n_slots), *TRIAL_NAMES)
    cells = b.NeuronGroup(
        n_cells,
        "\n".join(f"{name} : 1" for name in names),
        threshold="v > v_threshold",
        reset=RESET_CODE,
        events={f"input_{s}": f"due_{s} <= t_in_timesteps" for s in range(n_slots)},
        namespace=functions,
        clock=clock,
        name="cells",
    )
    cells.run_regularly(step_code(n_slots), when="groups", name="step")
    for s in range(n_slots):
        # its default place is the slot of the code that reacts to it, after which
        # Brian2 would put it
        cells.set_event_schedule(f"input_{s}", when="thresholds")
        cells.run_on_event(f"input_{s}", _input_code(s), when="after_thresholds")
    return cells


def build_brian_network(
    structure: Structure, arrays: NetworkArrays | None
) -> BrianNetwork:
    """Create the Brian2 objects of a network on the current device.

    Parameters
    ----------
    structure
        Sizes and time step.
    arrays
        What fills them; ``None`` leaves placeholders for a compiled simulation,
        which is filled when it starts.

    Returns
    -------
    BrianNetwork
        The objects, not yet run.
    """
    b = import_brian2()
    n_slots = structure.n_slots
    clock = b.Clock(structure.dt_ms * b.ms, name="steps")
    one = np.ones(1)
    functions = external_input_functions(
        one if arrays is None else arrays.stream_cumulative,
        one if arrays is None else arrays.stream_jump,
    )
    cells = build_cells(structure.n_cells, n_slots, functions, clock)
    if arrays is not None:
        for name, values in arrays.parameters.items():
            setattr(cells, name, values)

    sources = b.SpikeGeneratorGroup(
        structure.n_sources, [0], [0] * b.ms, clock=clock, name="sources"
    )
    on_pre = "\n".join(
        f"{state}_{s}_post += jump * int(slot == {s})"
        for s in range(n_slots)
        for state in ("rise", "psp")
    )
    synapses = {}
    for name, source in (("recurrent", cells), ("external", sources)):
        synapses[name] = b.Synapses(
            source,
            cells,
            "jump : 1\nslot : integer",
            on_pre=on_pre,
            clock=clock,
            name=name,
        )
        edges = None if arrays is None else getattr(arrays, name)
        _connect(synapses[name], edges, clock.dt)
    spikes = b.SpikeMonitor(cells, name="spikes")
    network = b.Network(cells, sources, *synapses.values(), spikes, name="network")
    return BrianNetwork(network, cells, sources, **synapses, spikes=spikes)


def _connect(synapses: Any, edges: SynapseArrays | None, dt: Any) -> None:
    if edges is None:  # two different delays: the compiled queue must expect them
        synapses.connect(i=[0, 0], j=[0, 0])
        synapses.delay = [1, 2] * dt
        return
    if edges.source.size == 0:  # Brian2 wants at least one synapse; it does nothing
        synapses.connect(i=[0], j=[0])
        return
    synapses.connect(i=edges.source, j=edges.target)
    synapses.jump = edges.jump
    synapses.slot = edges.slot
    synapses.delay = edges.delay_steps * dt
