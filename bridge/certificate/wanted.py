"""What is about to be used: all that a certificate is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bridge.rate_model import RateModel


@dataclass(frozen=True)
class Wanted:
    """A rate model that is about to be used, and what "validated" is to mean.

    Attributes
    ----------
    model
        Variant, extensions, tau_r as certificates state it
        (:meth:`bridge.rate_model.RateModel.by_population`) and step.
    column_hash
        Hash of the column. After training it is another one.
    reduction_hash
        Hash of the parameters; None where they are not at hand.
    criteria
        The criteria in force, from which a tier has its meaning.
    criteria_called
        What a message calls them.
    stimuli, perturbations
        Stimuli, and currents into a population, that must have judged.
    tasks
        Task trials that are to be shown, such as ``"classification_lgn"``, with what
        makes them (:class:`bridge.certificate.parts.CertifiedProtocol`); where there
        are none, trials of any task must have judged.
    surround
        What the surround does, ``"none"`` where there is none.
    versions
        Versions of the software in use.
    """

    model: RateModel
    column_hash: str
    reduction_hash: str | None
    criteria: Mapping[str, JsonValue]
    criteria_called: str = "the built-in criteria"
    stimuli: tuple[str, ...] = ()
    perturbations: tuple[str, ...] = ()
    tasks: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    surround: str = "frozen"
    versions: Mapping[str, str] = field(default_factory=dict)
