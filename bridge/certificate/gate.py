"""The gate: nothing is built on a rate model that was not validated."""

from pathlib import Path

from bridge.certificate.certificate import Certificate, TimeConstant
from bridge.certificate.scores import Tier
from bridge.errors import CertificateError


def require_certificate(
    certificate: Certificate | Path,
    *,
    variant: str,
    extensions: tuple[str, ...] = (),
    tau_r_ms: TimeConstant,
    column_hash: str,
    reduction_hash: str,
    tier: Tier = "default",
) -> Certificate:
    """Let through what a certificate vouches for, refuse everything else.

    Parameters
    ----------
    certificate
        The certificate or its file.
    variant, extensions, tau_r_ms, column_hash, reduction_hash
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
        variant=variant,
        extensions=extensions,
        tau_r_ms=tau_r_ms,
        column_hash=column_hash,
        reduction_hash=reduction_hash,
    )
    if differences:
        raise CertificateError(
            f"{name} vouches for something else: {'; '.join(differences)}; "
            "validate what you want to use"
        )
    if not certificate.reaches(tier):
        raise CertificateError(
            f"{name}: {variant} was validated with verdict {certificate.verdict}, "
            f"{tier} is needed"
        )
    return certificate
