"""``v1bridge check``: whether a certificate vouches for a column."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import TIERS
from bridge.errors import CertificateError, InputError
from validation.commands.tables import show_reading
from validation.config.validate import merged_config
from validation.experiment.column import read_column
from validation.experiment.trained.trained_run import options_with_run
from validation.terminal import PlainConsole


def check_certificate(
    path: Path, options: Mapping[str, Mapping[str, Any]], tier: str
) -> None:
    """Compare a certificate with a column and print what it says.

    Parameters
    ----------
    path
        File of the certificate.
    options
        Section ``column`` of a configuration.
    tier
        Lowest tier that is good enough.

    Raises
    ------
    InputError
        If the certificate, the column or the tier cannot be used.
    CertificateError
        If the certificate is about another column, or its verdict is too low.
    """
    known = [name for name in TIERS if name == tier]
    if not known:
        raise InputError(f"--tier {tier}: choose one of {', '.join(TIERS)}")
    certificate = Certificate.read(path)
    config = merged_config(None, options_with_run(options))
    column, reading = read_column(config.column)
    show_reading(reading)
    if certificate.column_hash != column.hash:
        raise CertificateError(
            f"{path}: vouches for column {certificate.column_hash[:12]}, "
            f"this one is {column.hash[:12]}; validate this column"
        )
    if not certificate.reaches(known[0]):
        raise CertificateError(
            f"{path}: the verdict on {certificate.model.variant} is "
            f"{certificate.verdict}, {tier} is needed"
        )
    form = " + ".join([certificate.model.variant, *certificate.model.extensions])
    PlainConsole().print(
        f"{form} on column {column.hash[:12]}: {certificate.verdict}", soft_wrap=True
    )
