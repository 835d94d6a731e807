"""Which certificate a training takes, where a run has several, and at which step."""

import re
from pathlib import Path

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import why_worthless
from bridge.errors import CertificateError, InputError, V1BridgeError
from bridge.rate_model import FORMS
from validation.config.train import ModelConfig, TrainConfig

CERTIFICATES = "certificates"
"""Folder of the certificates in the run folder of a validation."""

Candidates = dict[Path, Certificate]


def with_certificate(config: TrainConfig) -> TrainConfig:
    """Return the configuration with one certificate's file, and with its step.

    ``model.certificate`` may be the file; the run folder, from which variant and form
    choose; or the file of a form that was validated at several steps, without the
    step (``low_pass_extended.json`` for ``low_pass_extended_2ms.json``). Of several
    steps the coarsest is taken that reaches the tier, unless ``model.dt_ms`` says
    which.

    Parameters
    ----------
    config
        The complete configuration.

    Raises
    ------
    CertificateError
        If a certificate cannot be used, or none reaches the tier, and the
        configuration does not say ``unvalidated``.
    InputError
        If certificates of several models are there, or the step of the certificate
        is none to train at.
    """
    wanted = config.model
    if wanted.certificate is None:
        return _settled(config, None, None)
    path = Path(wanted.certificate)
    files = _files(path)
    if files is None:  # one file, good or bad: the gate says which
        try:
            own = Certificate.read(path).dt_ms
        except (CertificateError, InputError):
            own = None
        return _settled(config, None, own)
    found = _of_one_model(path, _read(files, wanted), wanted)
    if not found:
        return _settled(config, None, None)
    chosen = _coarsest(path, found, wanted)
    return _settled(config, chosen, found[chosen].dt_ms)


def _settled(config: TrainConfig, file: Path | None, own: float | None) -> TrainConfig:
    model = config.model
    given = model.model_dump(exclude_none=True)
    given["dt_ms"] = model.dt_ms or own or model.step_ms
    if file is not None:
        given["certificate"] = str(file)
    settled = ModelConfig.parse(given, f"{given.get('certificate', 'options')}: model")
    return config.model_copy(update={"model": settled})


def _files(path: Path) -> list[Path] | None:
    """Return the certificates that a path stands for; None where it is a file."""
    try:
        if path.is_dir():
            inner = path / CERTIFICATES
            return sorted((inner if inner.is_dir() else path).glob("*.json"))
        if path.exists() or not path.parent.is_dir():
            return None
        steps = re.compile(re.escape(path.stem) + r"_[0-9.e+-]+ms\.json")
        found = [p for p in path.parent.iterdir() if steps.fullmatch(p.name)]
    except (OSError, ValueError):  # reading it says why
        return None
    return sorted(found) or None


def _read(files: list[Path], wanted: ModelConfig) -> Candidates:
    found: Candidates = {}
    for file in files:
        try:
            found[file] = Certificate.read(file)
        except V1BridgeError:
            if not wanted.unvalidated:
                raise
    return found


def _of_one_model(path: Path, found: Candidates, wanted: ModelConfig) -> Candidates:
    """Return the certificates of the model that is asked for."""
    asked = {
        file: own
        for file, own in found.items()
        if wanted.variant in (None, own.model.variant)
        and (wanted.form is None or own.model.extensions == FORMS[wanted.form])
    }
    draws = {own.model.tau_r_draw is not None for own in asked.values()}
    # A name without its step says already whether tau_r is drawn, as does a run that
    # has one kind.
    if wanted.tau_r_ms is not None or len(draws) > 1:
        is_drawn = wanted.tau_r_ms == "sampled"
        asked = {
            file: own
            for file, own in asked.items()
            if (own.model.tau_r_draw is not None) == is_drawn
        }
    names = {own.model.name for own in asked.values()}
    if len(names) > 1:
        raise InputError(
            f"{path}: holds certificates of {', '.join(sorted(names))}: say which with "
            "--variant and --form"
        )
    if not asked and not wanted.unvalidated:
        names = {own.model.name for own in found.values()}
        raise InputError(
            f"{path}: holds no certificate of the model that is asked for; there are "
            f"{', '.join(sorted(names)) or 'none'}"
        )
    return asked


def _coarsest(path: Path, found: Candidates, wanted: ModelConfig) -> Path:
    by_step = sorted(found, key=lambda file: found[file].dt_ms, reverse=True)
    if wanted.dt_ms is not None:
        own = [file for file in by_step if found[file].dt_ms == wanted.dt_ms]
        return (own or by_step)[0]  # the gate names the step that differs
    good = [f for f in by_step if not why_worthless(found[f], wanted.tier)]
    if good or wanted.unvalidated:
        return (good or by_step)[0]
    steps = ", ".join(f"{found[f].dt_ms:g}" for f in by_step)
    raise CertificateError(
        f"{path}: {found[by_step[0]].model.name} was validated at {steps} ms and at no "
        f"step well enough: {why_worthless(found[by_step[-1]], wanted.tier)}"
    )
