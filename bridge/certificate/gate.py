"""The gate: nothing is built on a rate model that was not validated."""

from pathlib import Path

from bridge.certificate.certificate import Certificate
from bridge.certificate.differences import differences
from bridge.certificate.parts import is_sabotaged, unseen_controls
from bridge.certificate.scores import Tier
from bridge.certificate.wanted import Wanted
from bridge.errors import CertificateError


def require_certificate(
    certificate: Certificate | Path, wanted: Wanted, tier: Tier = "default"
) -> Certificate:
    """Let through what a certificate vouches for, refuse everything else.

    Parameters
    ----------
    certificate
        The certificate or its file.
    wanted
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
        If it vouches for something else (every difference is named), nothing can be
        relied on in the run that wrote it, or its verdict is below ``tier``.
    InputError
        If the file cannot be read.
    """
    name = "certificate"
    if isinstance(certificate, Path):
        name = str(certificate)
        certificate = Certificate.read(certificate)
    found = differences(certificate, wanted)
    if found:
        raise CertificateError(
            f"{name} vouches for something else: {'; '.join(found)}; "
            "validate what you want to use"
        )
    problem = why_worthless(certificate, tier)
    if problem:
        raise CertificateError(f"{name}: {problem}")
    return certificate


def why_worthless(certificate: Certificate, tier: Tier) -> str:
    """Say why a certificate vouches for nothing at a tier; empty if it does.

    Parameters
    ----------
    certificate
        The certificate.
    tier
        Lowest tier that is good enough.
    """
    trials, unseen = certificate.protocol.trials, unseen_controls(certificate.controls)
    if not certificate.controls:
        return "its run had no controls, so no verdict can be relied on"
    if unseen:
        return (
            "its run cannot be relied on: controls did not come out as they must "
            f"({', '.join(unseen)})"
        )
    if not certificate.reliable:
        return "its run says that no verdict can be relied on"
    firing, judged = certificate.scores.firing, certificate.scores.judged
    # Where few cannot be judged, they count as not passed, and the verdict stands.
    if not firing or (not trials.enough and 5 * len(judged) < 4 * len(firing)):
        return (
            f"{trials.per_seed} trials per seed were too few to judge the populations "
            "that fire; validate again with more"
        )
    if not certificate.reaches(tier):
        return (
            f"{certificate.model.variant} was validated with verdict "
            f"{certificate.verdict}, {tier} is needed"
        )
    form = certificate.model.form
    if not is_sabotaged(certificate.controls, form):
        return (
            f"no control of its run made a model of the {form} form worse: whether a "
            "wrong one would have been seen is not known"
        )
    return ""
