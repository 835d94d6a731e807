"""The column, the stimulus, the reduction and the contracts both models share.

Part of v1bridge.

Attributes
----------
__version__ : str
    Version of the v1bridge that is installed, ``0+unknown`` where none is; looked
    up when it is asked for.
"""

from typing import TYPE_CHECKING

from bridge.lazy_names import lazy_names

if TYPE_CHECKING:
    from bridge.certificate.certificate import Certificate as Certificate
    from bridge.certificate.scores import Scores as Scores
    from bridge.column.building.build import build_column as build_column
    from bridge.column.column import Column as Column
    from bridge.rate_model import RateModel as RateModel
    from bridge.reduction.parameters import RateParameters as RateParameters
    from bridge.sonata.read import read_sonata as read_sonata
    from bridge.sonata.write import write_sonata as write_sonata
    from bridge.stimulus.scenes.make import make_stimulus as make_stimulus
    from bridge.stimulus.stimulus import Stimulus as Stimulus

    __version__: str

__all__ = [
    "Certificate",
    "Column",
    "RateModel",
    "RateParameters",
    "Scores",
    "Stimulus",
    "build_column",
    "make_stimulus",
    "read_sonata",
    "write_sonata",
]

_PLACES = {
    "__version__": "bridge.version",
    "Certificate": "bridge.certificate.certificate",
    "Column": "bridge.column.column",
    "RateModel": "bridge.rate_model",
    "RateParameters": "bridge.reduction.parameters",
    "Scores": "bridge.certificate.scores",
    "Stimulus": "bridge.stimulus.stimulus",
    "build_column": "bridge.column.building.build",
    "make_stimulus": "bridge.stimulus.scenes.make",
    "read_sonata": "bridge.sonata.read",
    "write_sonata": "bridge.sonata.write",
}

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _PLACES)


def __dir__() -> list[str]:
    return __all__
