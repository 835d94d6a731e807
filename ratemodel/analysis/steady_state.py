"""The fixed point r = F(W r + input), which all variants share."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, gmres

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError, V1BridgeError
from bridge.rate_model import Extension
from bridge.reduction.parameters import RateParameters
from ratemodel.cells.adaptation import PER_MS
from ratemodel.cells.transfer import TorchTransfer
from ratemodel.connections.channels import edge_gains

MAX_ITERATIONS = 500


class ConvergenceError(V1BridgeError):
    """An iteration ended without a solution."""


@dataclass(frozen=True)
class SteadyState:
    """A fixed point and the input it belongs to.

    Attributes
    ----------
    rate_hz
        Rates, Hz, ``(n_cells,)``.
    residual_hz
        Largest ``|F - r|``, Hz.
    n_iterations
        Newton steps taken.
    lgn_rate_hz, injected_pa
        Input: LGN rates ``(n_lgn,)``, injected current ``(n_cells,)``.
    """

    rate_hz: FloatArray
    residual_hz: float
    n_iterations: int
    lgn_rate_hz: FloatArray
    injected_pa: FloatArray


def solve_steady_state(
    parameters: RateParameters,
    extensions: Collection[Extension],
    lgn_rate_hz: ArrayLike,
    *,
    current_pa: ArrayLike | None = None,
    initial_hz: ArrayLike | None = None,
    tolerance_hz: float = 1e-8,
) -> SteadyState:
    """Solve for the fixed point by pseudo-transient Newton-Krylov iteration.

    Implicit Euler steps of ``r' = F(r) - r`` that grow as the residual falls
    (switched evolution relaxation, Kelley & Keyes 1998, SIAM J. Numer. Anal.
    35:508): first along the dynamics, then Newton's method.

    Parameters
    ----------
    parameters, extensions
        The reduced column and the extensions that change the fixed point.
    lgn_rate_hz
        Rate of each LGN cell, Hz, ``(n_lgn,)``.
    current_pa
        Current into every cell of a population, pA, ``(17,)``.
    initial_hz
        Rates to start from, Hz, ``(n_cells,)``.
    tolerance_hz
        Largest residual accepted, Hz.

    Raises
    ------
    InputError
        If a vector has the wrong shape or a value that is not finite.
    ConvergenceError
        If no fixed point is found.
    """
    n = parameters.n_cells
    lgn = _vector(lgn_rate_hz, parameters.n_lgn, "lgn_rate_hz")
    current = _vector(
        np.zeros(len(POPULATIONS)) if current_pa is None else current_pa,
        len(POPULATIONS),
        "current_pa",
    )
    start = np.zeros(n) if initial_hz is None else initial_hz
    rate = _vector(start, n, "initial_hz").copy()
    injected = current[parameters.population]
    balance = _Balance(parameters, extensions, lgn, injected)
    pace = 0.5
    residual = balance.linearise(rate)
    for iteration in range(MAX_ITERATIONS):
        size = float(np.abs(residual).max())
        if size <= tolerance_hz:
            return SteadyState(rate, size, iteration, lgn, injected)
        trial = np.maximum(rate + balance.newton_step(residual, pace), 0.0)
        trial_residual = balance.residual(trial)
        ratio = np.linalg.norm(trial_residual) / np.linalg.norm(residual)
        if not ratio < 2.0:
            pace = max(0.25 * pace, 1e-3)
            continue
        pace = min(pace * np.clip(1.0 / ratio, 0.5, 10.0) * 1.5, 1e12)
        rate, residual = trial, balance.linearise(trial)
    raise ConvergenceError(
        f"steady state: |F - r| is still {size:.2g} Hz after {MAX_ITERATIONS} "
        "iterations; the network may have none, try other initial rates"
    )


class _Balance:
    """``F(W r + input) - r`` and its linearisation."""

    def __init__(
        self,
        parameters: RateParameters,
        extensions: Collection[Extension],
        lgn_rate_hz: FloatArray,
        injected_pa: FloatArray,
    ) -> None:
        n = parameters.n_cells
        adapts = "adaptation" in extensions
        function = parameters.transfer if adapts else parameters.transfer_adapted
        self._transfer = TorchTransfer.from_numpy(
            function, torch.float64, torch.device("cpu")
        )
        recurrent, lgn = parameters.recurrent, parameters.lgn_edges
        self._mean = _matrix(recurrent, edge_gains(recurrent, parameters, 0), n, n)
        lgn_mean = _matrix(lgn, edge_gains(lgn, parameters, 0), n, parameters.n_lgn)
        self._mean_input = (
            lgn_mean @ lgn_rate_hz
            + parameters.constant_current_pa.sum(axis=1)
            + injected_pa
        )
        self._adaptation = np.zeros(n)
        if adapts:
            amplitude = parameters.adaptation_amp_pa
            per_hz = amplitude / parameters.adaptation_rate_per_ms * PER_MS
            self._adaptation = per_hz.sum(axis=1)
        self._spread = None
        if "variance" in extensions:
            gains = edge_gains(recurrent, parameters, 1)
            self._spread = _matrix(recurrent, gains, n, n)
            gains = edge_gains(lgn, parameters, 1)
            lgn_spread = _matrix(lgn, gains, n, parameters.n_lgn)
            self._spread_input = (
                lgn_spread @ lgn_rate_hz + parameters.constant_variance_mv2.sum(axis=1)
            )

    def _mean_of(self, rate: FloatArray) -> FloatArray:
        return np.asarray(self._mean @ rate + self._adaptation * rate)

    def residual(self, rate: FloatArray) -> FloatArray:
        """Return ``F - r``, Hz."""
        return self.linearise(rate, keep=False)

    def linearise(self, rate: FloatArray, keep: bool = True) -> FloatArray:
        """Return ``F - r``; with ``keep`` the slopes of F serve newton_step."""
        mean = torch.tensor(self._mean_of(rate) + self._mean_input)[:, None]
        inputs = [mean.requires_grad_(keep)]
        if self._spread is not None:
            spread = torch.tensor(self._spread @ rate + self._spread_input)[:, None]
            inputs.append(spread.requires_grad_(keep))
        value = self._transfer(*inputs)
        if keep:
            slopes = torch.autograd.grad(value.sum(), inputs)
            self._slopes = [slope[:, 0].numpy() for slope in slopes]
        return np.asarray(value[:, 0].detach().numpy() - rate)

    def newton_step(self, residual: FloatArray, pace: float) -> FloatArray:
        """Solve ``(1/pace + 1 - F') step = residual``."""
        diagonal = 1.0 + 1.0 / pace

        def apply(step: FloatArray) -> FloatArray:
            change = self._slopes[0] * self._mean_of(step)
            if self._spread is not None:
                change += self._slopes[1] * (self._spread @ step)
            return np.asarray(diagonal * step - change)

        n = residual.shape[0]
        operator = LinearOperator((n, n), matvec=apply, dtype=np.float64)
        step, _ = gmres(operator, residual, rtol=1e-4, restart=60, maxiter=10)
        return np.asarray(step)


def _matrix(
    edges: Edges, values: FloatArray, n_rows: int, n_columns: int
) -> sparse.csr_array:
    entries = (values, (edges.target, edges.source))
    return sparse.coo_array(entries, shape=(n_rows, n_columns)).tocsr()


def _vector(values: ArrayLike, length: int, name: str) -> FloatArray:
    vector = np.asarray(values, dtype=np.float64)
    if vector.shape != (length,):
        raise InputError(
            f"steady state: {name} has shape {vector.shape}, not ({length},)"
        )
    if not np.isfinite(vector).all():
        raise InputError(f"steady state: {name} has a value that is not finite")
    return vector
