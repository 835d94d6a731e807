"""The spiking Allen V1 column beside its rate models: the front door.

>>> import v1bridge as vb
>>> column = vb.build_column(60)
>>> flash = vb.make_stimulus("flash", column)
>>> parameters = vb.reduce(column, "siegert")
>>> model = vb.RateModel(variant="low_pass", tau_r_ms=3.0)
>>> rates = vb.run_rate_model(parameters, model, flash)
>>> dict(rates.sizes)
{'stimulus': 1, 'time': 200, 'population': 17, 'neuron': 60}

Importing it does no work: every name is imported when it is first asked for.
"""

from v1bridge.command_start import end_at_interrupt, starts_command

if starts_command():  # before anything else is imported
    end_at_interrupt()

from typing import TYPE_CHECKING

from v1bridge.name_clash import refuse_clash

refuse_clash()

from bridge.lazy_names import lazy_names  # noqa: E402  (once it is known to be ours)

if TYPE_CHECKING:
    from bridge import Certificate as Certificate
    from bridge import Column as Column
    from bridge import RateModel as RateModel
    from bridge import RateParameters as RateParameters
    from bridge import Scores as Scores
    from bridge import Stimulus as Stimulus
    from bridge import build_column as build_column
    from bridge import make_stimulus as make_stimulus
    from bridge import read_sonata as read_sonata
    from bridge import write_sonata as write_sonata
    from ratemodel import RateNetwork as RateNetwork
    from ratemodel import run_rate_model as run_rate_model
    from spiking import SpikingModel as SpikingModel
    from spiking import simulate as simulate
    from validation import RunReport as RunReport
    from validation import reduce as reduce
    from validation import score as score
    from validation import train as train
    from validation import validate as validate

    __version__: str

__all__ = [
    "Certificate",
    "Column",
    "RateModel",
    "RateNetwork",
    "RateParameters",
    "RunReport",
    "Scores",
    "SpikingModel",
    "Stimulus",
    "build_column",
    "make_stimulus",
    "read_sonata",
    "reduce",
    "run_rate_model",
    "score",
    "simulate",
    "train",
    "validate",
    "write_sonata",
]

_PLACES = {
    "__version__": "bridge",
    "Certificate": "bridge",
    "Column": "bridge",
    "RateModel": "bridge",
    "RateNetwork": "ratemodel",
    "RateParameters": "bridge",
    "RunReport": "validation",
    "Scores": "bridge",
    "SpikingModel": "spiking",
    "Stimulus": "bridge",
    "build_column": "bridge",
    "make_stimulus": "bridge",
    "read_sonata": "bridge",
    "reduce": "validation",
    "run_rate_model": "ratemodel",
    "score": "validation",
    "simulate": "spiking",
    "train": "validation",
    "validate": "validation",
    "write_sonata": "bridge",
}

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _PLACES)


def __dir__() -> list[str]:
    return __all__
