"""A rate network as a differentiable function of its weights."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bridge.errors import InputError
from ratemodel.connections.product import Product
from ratemodel.connections.weight_map import WeightMap
from ratemodel.gradients.differentiated_steps import DifferentiatedSteps
from ratemodel.gradients.event_layout import EventLayout, last_steps, steps_before
from ratemodel.gradients.local_steps import LocalSteps
from ratemodel.gradients.plan import Plan, SequenceState
from ratemodel.gradients.sequence_pass import SequencePass
from ratemodel.gradients.slab_pool import SlabPool
from ratemodel.network.network import RateNetwork
from ratemodel.variants.contract import rebuild


class SequenceRates(NamedTuple):
    """What a sequence gives back.

    Attributes
    ----------
    rates
        Mean rate of every cell over the steps of each bin, Hz,
        ``(n_bins, n_cells, batch)``; a step counts with the rate at its start.
    state
        For the next sequence. Gradients do not pass through it (truncated
        backpropagation through time).
    """

    rates: Tensor
    state: SequenceState


class RateSequence:
    """Runs a :class:`RateNetwork` over a sequence, differentiable by its weights.

    The dynamics are those of the network, step by step the same code; only the
    weights of its connections are arguments here. The plain form and all
    extensions but the membrane have adjoints of their own; with the membrane
    torch differentiates each step, which is right but slower.

    Parameters
    ----------
    network
        The network; its parameters give the connections (``recurrent`` and
        ``lgn_edges``), its other settings everything else.
    segment_steps
        Steps kept for the way back at once; longer sequences are run again
        segment by segment. All steps where not given.
    steps_per_bin
        Steps of a bin of the rates returned.
    product
        ``"sparse"`` or ``"dense"`` matrices; ``"auto"`` takes what suits the
        device and the size
        (:func:`ratemodel.connections.product_choice.choose_product`).
    compiled
        Whether torch compiles what every cell does on its own, in some ten
        seconds at the first call: on a GPU one kernel in place of dozens, on a
        CPU faster where extensions are on.

    Raises
    ------
    InputError
        If the network sweeps tau_r, bins do not fit the segments, or there is no
        such product.
    """

    def __init__(
        self,
        network: RateNetwork,
        *,
        segment_steps: int | None = None,
        steps_per_bin: int = 1,
        product: str = "auto",
        compiled: bool = False,
    ) -> None:
        if network.n_tau > 1:
            raise InputError("training: the network sweeps tau_r; give it one")
        if steps_per_bin < 1 or (segment_steps or steps_per_bin) < 1:
            raise InputError("training: segment_steps and steps_per_bin start at 1")
        if segment_steps is not None and segment_steps % steps_per_bin:
            raise InputError(
                f"training: segment_steps {segment_steps} is not a multiple of "
                f"steps_per_bin {steps_per_bin}"
            )
        self.network = network
        self._segment_steps, self._steps_per_bin = segment_steps, steps_per_bin
        parameters, channels = network.parameters, network.channels
        coupling = network.coupling
        self._parameters = parameters
        self._delays = coupling.lgn_delays or (0.0,)
        self._n_blocks = coupling.n_blocks
        common = (parameters, channels, network.dtype, network.device)
        recurrent, own = parameters.recurrent, network.recurrent_delays
        block = self._n_blocks - 1 - own.steps
        self._recurrent = WeightMap.build(
            recurrent,
            own,
            block * parameters.n_cells + recurrent.source[own.connection],
            self._n_blocks * parameters.n_cells,
            self._n_blocks,
            *common,
            product,
        )
        lgn, own = parameters.lgn_edges, network.lgn_delays
        block = np.searchsorted(own.blocks, own.steps)
        self._external = WeightMap.build(
            lgn,
            own,
            block * parameters.n_lgn + lgn.source[own.connection],
            len(self._delays) * parameters.n_lgn,
            1,
            *common,
            product,
        )
        constant = coupling.constant_drive(np.zeros(parameters.n_lgn))
        self._constant = torch.as_tensor(
            constant[:, None], dtype=network.dtype, device=network.device
        )
        self._model = network.assemble(1)
        with_adjoint = "membrane" not in network.model.extensions
        steps = LocalSteps if with_adjoint else DifferentiatedSteps
        self._local = steps(self._model, compiled)
        self._slabs = SlabPool()
        self._layouts: dict[tuple[int, int], EventLayout] = {}

    @property
    def recurrent_product(self) -> Product:
        """The product in use for the recurrent weights."""
        return self._recurrent.product

    def rest(self, batch: int) -> SequenceState:
        """Return the state that the network starts from, with nothing before.

        Parameters
        ----------
        batch
            Trials run at once.
        """
        n_cells, n_inputs = self._parameters.n_cells, self._parameters.n_lgn
        return SequenceState(
            self._model.init(batch),
            self._constant.new_zeros(self._n_blocks - 1, n_cells, batch),
            self._constant.new_zeros(steps_before(self._delays), n_inputs, batch),
        )

    def __call__(
        self,
        recurrent_pa: Tensor,
        lgn_pa: Tensor,
        input_hz: Tensor,
        *,
        injected_pa: Tensor | None = None,
        steps_per_sample: int = 1,
        state: SequenceState | None = None,
    ) -> SequenceRates:
        """Run one sequence.

        Parameters
        ----------
        recurrent_pa, lgn_pa
            Weights in the order of the network's ``parameters.recurrent`` and
            ``parameters.lgn_edges``, pA, ``(n_edges,)``; gradients flow to both.
        input_hz
            Rates of the inputs, ``(n_samples, n_lgn, batch)``; no gradient.
        injected_pa
            Injected current, pA, ``(n_samples, n_cells, batch)``; no gradient.
        steps_per_sample
            Steps that a sample of both lasts.
        state
            Where to start; at rest if not given.

        Raises
        ------
        InputError
            If a shape does not fit, or the state is of another batch.
        """
        n_steps = self._checked_steps(
            recurrent_pa, lgn_pa, input_hz, injected_pa, steps_per_sample
        )
        inputs = input_hz.to(self._constant)
        state = self._checked_state(state, inputs.shape[-1])
        events = self._events(inputs.shape[0], steps_per_sample)
        plan = Plan(
            self._model,
            self._local,
            self._recurrent.product,
            self._external.product,
            self._constant,
            events,
            events.sources(inputs, state.inputs),
            None if injected_pa is None else injected_pa.to(self._constant),
            steps_per_sample,
            n_steps,
            self._segment_steps or n_steps,
            self._steps_per_bin,
            self._slabs,
        )
        run: Callable[..., tuple[Tensor, ...]] = SequencePass.apply
        rates, past, *leaves = run(
            self._recurrent.values(recurrent_pa),
            self._external.values(lgn_pa),
            plan,
            state,
        )
        after = SequenceState(
            rebuild(state.variant, iter(leaves)),
            past,
            last_steps(state.inputs, inputs, steps_per_sample),
        )
        return SequenceRates(rates, after)

    def _checked_state(self, state: SequenceState | None, batch: int) -> SequenceState:
        if state is None:
            return self.rest(batch)
        if state.rates.shape[-1] != batch:
            raise InputError(
                f"training: the state is of {state.rates.shape[-1]} trials, the input "
                f"of {batch}"
            )
        return state

    def _events(self, n_samples: int, steps_per_sample: int) -> EventLayout:
        key = n_samples, steps_per_sample
        if key not in self._layouts:
            with torch.inference_mode(False):  # kept for calls outside of it
                self._layouts[key] = EventLayout.from_sampling(
                    *key, self._delays, self._constant
                )
        return self._layouts[key]

    def _checked_steps(
        self,
        recurrent_pa: Tensor,
        lgn_pa: Tensor,
        input_hz: Tensor,
        injected_pa: Tensor | None,
        steps_per_sample: int,
    ) -> int:
        parameters = self._parameters
        n_samples, _, batch = input_hz.shape if input_hz.ndim == 3 else (0, 0, 0)
        expected: dict[str, tuple[Tensor, tuple[int, ...]]] = {
            "recurrent_pa": (recurrent_pa, (parameters.recurrent.n_edges,)),
            "lgn_pa": (lgn_pa, (parameters.lgn_edges.n_edges,)),
            "input_hz": (input_hz, (n_samples, parameters.n_lgn, batch)),
        }
        if injected_pa is not None:
            of_cells = (n_samples, parameters.n_cells, batch)
            expected["injected_pa"] = (injected_pa, of_cells)
        for name, (tensor, shape) in expected.items():
            if tuple(tensor.shape) != shape:
                raise InputError(
                    f"training: {name} has shape {tuple(tensor.shape)}, not {shape}"
                )
        n_steps = n_samples * steps_per_sample
        if n_steps < 1 or n_steps % self._steps_per_bin:
            raise InputError(
                f"training: {n_steps} steps are not a whole number of bins of "
                f"{self._steps_per_bin}"
            )
        return n_steps
