"""The configuration of a scenario, whichever there are."""

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, create_model, model_validator

from bridge.config_section import OneOf, Section
from ratemodel.scenarios.choose import choose_scenario
from ratemodel.scenarios.default import DEFAULT
from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.scenarios.scenario import Scenario

ScenarioName = Annotated[str, OneOf(tuple(SCENARIOS))]


class _Named(Section):
    name: ScenarioName = DEFAULT.name


def _option_fields() -> dict[str, Any]:
    """Return the options of all scenarios, as pydantic wants fields."""
    fields: dict[str, Any] = {}
    for kind in SCENARIOS.values():
        for name, field in kind.options.model_fields.items():
            if name in (*_Named.model_fields, "seed"):
                raise ValueError(
                    f"scenario {kind.name} cannot have an option called {name}: all "
                    "scenarios share that key"
                )
            if name in fields:
                raise ValueError(f"two scenarios have an option called {name}")
            fields[name] = (field.annotation, field)
    return fields


if TYPE_CHECKING:
    _WithOptions = _Named
else:
    _WithOptions = create_model("_WithOptions", __base__=_Named, **_option_fields())


class ScenarioConfig(_WithOptions):
    """What of the data's network is kept.

    Beside these keys it has the options of every scenario; one that the chosen
    scenario does not have must stay at its default.

    Attributes
    ----------
    name
        Key of :data:`~ratemodel.scenarios.registry.SCENARIOS`.
    seed
        Seed of what it draws.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1

    @model_validator(mode="after")
    def _options_are_its_own(self) -> Self:
        for kind in SCENARIOS.values():
            for name, field in kind.options.model_fields.items():
                default = field.get_default(call_default_factory=True)
                if kind.name != self.name and getattr(self, name) != default:
                    raise ValueError(
                        f"{name} ({getattr(self, name)}) belongs to scenario "
                        f"{kind.name}, not to {self.name}"
                    )
        return self

    def choose(self) -> Scenario:
        """Return the scenario."""
        own = SCENARIOS[self.name].options.model_fields
        return choose_scenario(self.name, **{name: getattr(self, name) for name in own})
