"""The gate: nothing is built on a rate model that was not validated."""

from pathlib import Path

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import Tier
from bridge.errors import CertificateError
from bridge.rate_model import RateModel


def require_certificate(
    certificate: Certificate | Path,
    *,
    model: RateModel,
    column_hash: str,
    reduction_hash: str,
    tier: Tier = "default",
) -> Certificate:
    """Let through what a certificate vouches for, refuse everything else.

    Parameters
    ----------
    certificate
        The certificate or its file.
    model, column_hash, reduction_hash
        What is about to be used. After training the column is another one: its
        hash has changed and it needs a certificate of its own.
    tier
        Lowest tier that is good enough.

    Returns
    -------
    Certificate
        The certificate, when it matches.

    Raises
    ------
    CertificateError
        If it vouches for something else (every difference is named) or its
        verdict is below ``tier``.
    InputError
        If the file cannot be read.
    """
    name = "certificate"
    if isinstance(certificate, Path):
        name = str(certificate)
        certificate = Certificate.read(certificate)
    differences = certificate.differences(
        model=model, column_hash=column_hash, reduction_hash=reduction_hash
    )
    if differences:
        raise CertificateError(
            f"{name} vouches for something else: {'; '.join(differences)}; "
            "validate what you want to use"
        )
    if not certificate.reaches(tier):
        raise CertificateError(
            f"{name}: {model.variant} was validated with verdict "
            f"{certificate.verdict}, {tier} is needed"
        )
    return certificate
