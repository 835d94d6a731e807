"""The firing-rate model of the column (PyTorch). Part of v1bridge."""

from typing import TYPE_CHECKING

from bridge.lazy_names import lazy_names

if TYPE_CHECKING:
    from ratemodel.network.network import RateNetwork as RateNetwork
    from ratemodel.network.run import run_rate_model as run_rate_model

__all__ = [
    "RateNetwork",
    "run_rate_model",
]

_PLACES = {
    "RateNetwork": "ratemodel.network.network",
    "run_rate_model": "ratemodel.network.run",
}

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _PLACES)


def __dir__() -> list[str]:
    return __all__
