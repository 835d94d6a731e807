"""Response at one frequency of one stimulus."""

from pydantic import BaseModel, ConfigDict

from bridge.certificate.scores import Interval


class FrequencyPoint(BaseModel):
    """Response at one frequency of one stimulus, model against spiking.

    Attributes
    ----------
    stimulus
        Name of the stimulus.
    frequency_hz
        Frequency, Hz.
    amplitude_spiking_hz, amplitude_model_hz
        Amplitudes of the rates' modulation, Hz.
    gain
        Amplitude of the model over that of the spiking model.
    phase_deg
        Phase lead of the model, degrees; negative where it lags.
    gain_interval, phase_interval_deg
        Confidence intervals from the trials.
    significant
        Whether the spiking response stands out of its noise; nothing is judged
        where it does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stimulus: str
    frequency_hz: float
    amplitude_spiking_hz: float
    amplitude_model_hz: float
    gain: float | None = None
    phase_deg: float | None = None
    gain_interval: Interval | None = None
    phase_interval_deg: Interval | None = None
    significant: bool
