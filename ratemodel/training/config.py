"""The configuration of training: how long, how fast, what else is asked for."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bridge.config_section import Section

MOST_STEPS = 100_000_000
MOST_MINUTES = 366 * 24 * 60.0
MOST_IN_A_BATCH = 100_000
MOST_TRIALS = 10_000_000
"""Of a task, in a validation or test."""


class TrainingConfig(Section):
    """How the network is trained.

    Attributes
    ----------
    steps, epochs, minutes
        When training ends: after so many batches, after every image was shown so
        many times, or after so long; at most one of them, by default 1,000 steps.
    start
        Run folder of a training whose weights this one starts from, of the same
        column, scenario, input and readout: from a coarse step to a fine one, or
        from one task to the next. The certificate may be of the column with those
        weights; the transfer functions are then those that were found for it.
        Readouts are calibrated anew.
    batch
        Trials in a batch, of all processes together.
    learning_rate
        Of Adam (Kingma and Ba 2015), at the start.
    decay
        The learning rate falls to 0 along half a cosine, or stays.
    clip_norm
        Largest norm of the gradient; a longer one is shortened.
    calibrate_readouts
        Set the readouts to the rates of the untrained network in the first batch,
        see :meth:`ratemodel.readout.readout.Readout.calibrate`; otherwise they start as
        the configuration of the readout says.
    rate_cost
        Weight of the rate regularisation, see
        :func:`ratemodel.training.loss.rate_cost`.
    device
        Where the network is trained: ``"cpu"``, ``"cuda"``, or ``"auto"``, a GPU
        where torch finds one.
    precision
        ``"float32"``, or on a GPU ``"mixed"``: products with full matrices on tensor
        cores, which round their factors to 10 bits (TensorFloat-32) and sum in
        float32; everything else in float32.
    segment_steps
        Steps kept for the way back at once; all where it is left out.
    checkpoint_steps
        Steps from one checkpoint to the next.
    validation_steps, validation_trials
        Steps from one look at the validation split to the next, and its trials of
        each task.
    test_trials
        Trials of each task in the test at the end; the images of the test split
        are all there are.
    """

    steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] | None = None
    epochs: Annotated[float, Field(gt=0, le=1e6)] | None = None
    minutes: Annotated[float, Field(gt=0, le=MOST_MINUTES)] | None = None
    start: Annotated[str, Field(min_length=1)] | None = None
    batch: Annotated[int, Field(ge=1, le=MOST_IN_A_BATCH)] = 64
    learning_rate: Annotated[float, Field(gt=0, le=1e6)] = 0.1
    decay: Literal["cosine", "none"] = "cosine"
    clip_norm: Annotated[float, Field(gt=0)] = 1.0
    calibrate_readouts: bool = True
    rate_cost: Annotated[float, Field(ge=0)] = 0.1
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    precision: Literal["float32", "mixed"] = "float32"
    segment_steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] | None = None
    checkpoint_steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 50
    validation_steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 250
    validation_trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 256
    test_trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 2000

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        given = [n for n in ("steps", "epochs", "minutes") if getattr(self, n)]
        if len(given) > 1:
            raise ValueError(f"give only one of {' and '.join(given)}")
        return self

    @model_validator(mode="after")
    def _mixed_on_a_gpu(self) -> Self:
        if self.precision == "mixed" and self.device == "cpu":
            raise ValueError('precision "mixed" needs a GPU: set device to "cuda"')
        return self
