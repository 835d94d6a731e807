"""Linear stability of a steady state: continuous model and discrete step."""

import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs
from torch import Tensor
from torch.func import jvp as torch_jvp

from bridge.arrays import FloatArray
from ratemodel.analysis.steady_state import ConvergenceError, SteadyState
from ratemodel.connections.coupling import Coupling, to_torch
from ratemodel.variants.contract import (
    ContinuousVariant,
    Drive,
    RateVariant,
    flatten,
    rebuild,
)

DENSE_LIMIT = 1500
"""States up to which all eigenvalues are computed from the full matrix."""

KRYLOV_SIZE = 40
"""Vectors kept by the eigenvalue iteration."""

EIGENVALUE_TOLERANCE = 1e-4
"""Relative residual; clusters of slow adaptation modes make less expensive."""


class Linearisation:
    """Jacobians of a variant at a steady state, double precision.

    Parameters
    ----------
    model
        The variant that runs, in double precision on the CPU.
    continuous
        The same with its differential equation.
    coupling
        Its coupling.
    steady
        The steady state.
    dt_ms
        Step of the discrete form, ms.
    """

    def __init__(
        self,
        model: RateVariant[Any],
        continuous: ContinuousVariant[Any],
        coupling: Coupling,
        steady: SteadyState,
        dt_ms: float,
    ) -> None:
        self._dt_ms = dt_ms
        self._n_blocks = coupling.n_blocks
        cpu = torch.device("cpu")
        self._matrix = to_torch(coupling.recurrent, torch.float64, cpu)
        self._rate = torch.tensor(steady.rate_hz)[:, None]
        self._injected = torch.tensor(steady.injected_pa)[:, None]
        external = torch.tensor(coupling.constant_drive(steady.lgn_rate_hz))[:, None]
        past = self._rate.repeat(self._n_blocks, 1)
        self._synaptic = self._matrix @ past + external
        drive = Drive(self._synaptic, self._injected)
        self._running = _AtRest(model, model.step, self._rate, drive)
        self._flowing = _AtRest(continuous, continuous.derivative, self._rate, drive)

    @property
    def n_states(self) -> int:
        """Number of states of the continuous model."""
        return self._flowing.n_states

    def jacobian(self) -> FloatArray:
        """Return the Jacobian of the continuous model without delays, 1/ms.

        Returns
        -------
        ndarray
            ``(n_states, n_states)``.
        """
        return self._continuous(np.eye(self.n_states))

    def spectral_abscissa_per_ms(self) -> float:
        """Return the largest real part of the continuous Jacobian, 1/ms.

        Negative means stable. Delays, if any, are left out: the continuous
        model with delays has infinitely many modes; use :meth:`growth_per_ms`.

        Raises
        ------
        ConvergenceError
            If the eigenvalue iteration fails.
        """
        value = _extreme(self._continuous, self.n_states, "LR")
        return float(value.real)

    def spectral_radius(self) -> float:
        """Return the largest modulus of the step's Jacobian, delays included.

        Below 1 means stable.

        Raises
        ------
        ConvergenceError
            If the eigenvalue iteration fails.
        """
        size = self._running.n_states + (self._n_blocks - 1) * self._rate.numel()
        return float(abs(_extreme(self._discrete, size, "LM")))

    def growth_per_ms(self) -> float:
        """Return the growth rate of the discrete form, ``ln(radius) / dt``, 1/ms."""
        return float(np.log(self.spectral_radius()) / self._dt_ms)

    def _continuous(self, tangents: FloatArray) -> FloatArray:
        tangent = torch.from_numpy(tangents)
        rate_change = self._flowing.rate_change(tangent)
        past = rate_change.repeat(self._n_blocks, 1)
        change = self._flowing.change(tangent, rate_change, self._matrix @ past)
        return change.numpy()

    def _discrete(self, tangents: FloatArray) -> FloatArray:
        tangent = torch.from_numpy(tangents)
        n_states = self._running.n_states
        now, past = tangent[:n_states], tangent[n_states:]
        rate_change = self._running.rate_change(now)
        past = torch.cat((rate_change, past))
        change = self._running.change(now, rate_change, self._matrix @ past)
        kept = past[: past.shape[0] - rate_change.shape[0]]
        return torch.cat((change, kept)).numpy()


class _AtRest:
    """A variant and a function of it, linearised around its steady state.

    Parameters
    ----------
    model
        The variant.
    function
        Its step or its derivative.
    rate, drive
        Rates and input of the steady state.
    """

    def __init__(
        self,
        model: RateVariant[Any],
        function: Callable[[Any, Tensor, Drive], Any],
        rate: Tensor,
        drive: Drive,
    ) -> None:
        self._model, self._function = model, function
        self._rate, self._drive = rate, drive
        self._state = model.steady(rate, drive)
        self._leaves = flatten(self._state)

    @property
    def n_states(self) -> int:
        """Number of states."""
        return sum(leaf.numel() for leaf in self._leaves)

    def rate_change(self, tangent: Tensor) -> Tensor:
        """Return how the rates change with the states, ``(n_cells, batch)``."""
        _, change = _jvp(
            lambda state: self._model.rate(state, self._drive.injected),
            (self._expanded(tangent.shape[1]),),
            (self._unflatten(tangent),),
        )
        return cast(Tensor, change)

    def change(self, tangent: Tensor, rate: Tensor, synaptic: Tensor) -> Tensor:
        """Return how the function changes with states, rates and synaptic drive."""
        batch = rate.shape[1]
        _, change = _jvp(
            lambda state, rate, synaptic: self._function(
                state, rate, Drive(synaptic, self._drive.injected)
            ),
            (
                self._expanded(batch),
                self._rate.repeat(1, batch),
                self._drive.synaptic.repeat(1, batch),
            ),
            (self._unflatten(tangent), rate, synaptic),
        )
        return torch.cat([leaf.flatten(0, -2) for leaf in flatten(change)])

    def _expanded(self, batch: int) -> Any:
        leaves = [leaf.repeat(*(1,) * (leaf.ndim - 1), batch) for leaf in self._leaves]
        return rebuild(self._state, iter(leaves))

    def _unflatten(self, tangent: Tensor) -> Any:
        sizes = [leaf.numel() for leaf in self._leaves]
        parts = torch.split(tangent, sizes)
        leaves = [
            part.reshape(*leaf.shape[:-1], tangent.shape[1])
            for part, leaf in zip(parts, self._leaves, strict=True)
        ]
        return rebuild(self._state, iter(leaves))


def _extreme(apply: Any, size: int, which: str) -> complex:
    """Return the eigenvalue with the largest real part (LR) or modulus (LM)."""
    if size <= DENSE_LIMIT:
        values = np.linalg.eigvals(apply(np.eye(size)))
        key = values.real if which == "LR" else np.abs(values)
        return complex(values[int(np.argmax(key))])
    start = np.random.default_rng(1).standard_normal((size, 1))
    # ARPACK's tolerance is relative to the eigenvalue: without a shift of the
    # order of the fastest modes it never resolves one that is almost 0
    shift = 0.0
    if which == "LR":
        shift = 2.0 * float(np.linalg.norm(apply(start)) / np.linalg.norm(start))

    def shifted(vector: FloatArray) -> FloatArray:
        return np.asarray(apply(vector.reshape(-1, 1))[:, 0] + shift * vector.ravel())

    operator = LinearOperator((size, size), matvec=shifted, dtype=np.float64)
    try:
        value = eigs(
            operator,
            1,
            which=which,
            v0=start[:, 0],
            ncv=KRYLOV_SIZE,
            tol=EIGENVALUE_TOLERANCE,
            maxiter=300,
            return_eigenvectors=False,
        )[0]
    except ArpackNoConvergence as failure:
        raise ConvergenceError(
            f"stability: the leading eigenvalue of {size} states did not converge"
        ) from failure
    return complex(value - shift)


def _jvp(function: Callable[..., Any], at: Any, along: Any) -> Any:
    """Return value and directional derivative of ``function``."""
    with warnings.catch_warnings():
        # torch's forward mode itself calls what torch has deprecated
        warnings.filterwarnings("ignore", message=".*torch.jit.script.*")
        return torch_jvp(function, at, along)
