"""The spiking model of the column (GLIF3, Brian2). Part of v1bridge."""

from typing import TYPE_CHECKING

from bridge.lazy_names import lazy_names

if TYPE_CHECKING:
    from spiking.running.model import SpikingModel as SpikingModel
    from spiking.running.simulate import simulate as simulate

__all__ = [
    "SpikingModel",
    "simulate",
]

_PLACES = {
    "SpikingModel": "spiking.running.model",
    "simulate": "spiking.running.simulate",
}

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _PLACES)


def __dir__() -> list[str]:
    return __all__
