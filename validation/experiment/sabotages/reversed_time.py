"""A response that runs backwards."""

from validation.experiment.sabotages.sabotage import Sabotage

TIME_REVERSED = Sabotage(
    "time_reversed", "response reversed in time", reverse_time=True
)
