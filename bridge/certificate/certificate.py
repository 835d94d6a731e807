"""The certificate: what validation vouches for, and what training asks for."""

import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    JsonValue,
    ValidationError,
    model_validator,
)

from bridge.certificate.parts import CertifiedControl, CertifiedProtocol
from bridge.certificate.scores import TIERS, Outcome, Scores, Tier
from bridge.errors import CertificateError
from bridge.files.hashing import content_hash
from bridge.files.regular_file import read_text
from bridge.files.written_file import write_text
from bridge.rate_model import RateModel


class Certificate(BaseModel):
    """What was validated, how, and with which result.

    Attributes
    ----------
    format
        Name and version of this format.
    model
        The rate model: variant, extensions, tau_r (one value, or one per population,
        with how it was drawn where every cell has its own) and step.
    dt_ms
        The step once more, where everybody finds it, ms.
    column_hash, reduction_hash
        Hashes of the column and of the reduction that gave the parameters.
    protocol
        Stimuli, tasks, seeds, trials, bins, device: how the reference was made.
    criteria, criteria_hash
        All thresholds, with their reasons, and the hash of them
        (:func:`bridge.files.hashing.content_hash`).
    controls
        Models whose verdict was known, by name.
    reliable
        Whether the run's verdicts can be relied on.
    scores
        All measures with intervals, and the verdict per population and overall.
    versions
        Versions of the software.
    content
        Hash of everything above; set when left out, checked when present.

    Raises
    ------
    ValueError
        If the content does not match its hash, or contradicts itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: Literal["v1bridge-certificate-3"] = "v1bridge-certificate-3"
    model: RateModel
    dt_ms: float
    column_hash: str
    reduction_hash: str
    protocol: CertifiedProtocol
    criteria: dict[str, JsonValue]
    criteria_hash: str
    controls: dict[str, CertifiedControl]
    reliable: bool
    scores: Scores
    versions: dict[str, str]
    content: str = ""

    @model_validator(mode="after")
    def _sealed(self) -> Self:
        seal = content_hash(self.model_dump(mode="json", exclude={"content"}))
        if not self.content:
            object.__setattr__(self, "content", seal)
        elif self.content != seal:
            raise ValueError("it was changed after it was written")
        return self

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.dt_ms != self.model.dt_ms:
            raise ValueError(
                f"dt_ms is {self.dt_ms:g}, that of its model {self.model.dt_ms:g}"
            )
        if self.criteria_hash != content_hash(self.criteria):
            raise ValueError("criteria_hash is not that of its criteria")
        of_scores = self.scores.model
        if of_scores is None or of_scores.model_dump() != self.model.model_dump():
            raise ValueError("its scores are of another model")
        return self

    @property
    def verdict(self) -> Outcome:
        """Highest tier reached overall, ``"fail"`` or ``"inconclusive"``."""
        return self.scores.verdict

    def reaches(self, tier: Tier) -> bool:
        """Whether the verdict is ``tier`` or a harder one."""
        return self.verdict in TIERS[TIERS.index(tier) :]

    def to_json(self) -> str:
        """Return the text of the certificate's file."""
        return json.dumps(self.model_dump(mode="json"), indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, name: str = "certificate") -> Self:
        """Read a certificate from the text of its file.

        Parameters
        ----------
        text
            JSON text.
        name
            What to call it in an error (its path).

        Raises
        ------
        CertificateError
            If the text is not a certificate, is incomplete, or was changed.
        """
        try:
            content: Any = json.loads(text)
        except (ValueError, RecursionError) as error:  # of endless digits, of depth
            raise CertificateError(f"{name}: is not JSON ({error})") from None
        if not isinstance(content, dict) or "format" not in content:
            raise CertificateError(f"{name}: is not a v1bridge certificate")
        for number in (1, 2):
            if content["format"] == f"v1bridge-certificate-{number}":
                raise CertificateError(
                    f"{name}: is of format {number}, which says less than this "
                    "version asks for; validate again"
                )
        try:
            certificate = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            what = str(first["msg"]).removeprefix("Value error, ")
            more = error.error_count() - 1
            rest = f" (and {more} more problems)" if more else ""
            message = f"{where}: {what}" if where else what
            raise CertificateError(f"{name}: {message}{rest}") from None
        if not content.get("content"):
            raise CertificateError(f"{name}: has no content hash")
        return certificate

    def write(self, path: Path) -> None:
        """Write the certificate to a file.

        Raises
        ------
        InputError, OSError
            As :func:`bridge.files.written_file.write_bytes`.
        """
        write_text(path, self.to_json() + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a certificate file.

        Raises
        ------
        InputError
            If there is no such file, or it cannot be read as text.
        CertificateError
            If it is not an unchanged certificate.
        """
        text = read_text(path, "certificate")
        return cls.from_json(text, str(path))

    def __repr__(self) -> str:
        return (
            f"Certificate({self.model.name}: {self.verdict}, column "
            f"{self.column_hash[:12]}, dt {self.dt_ms:g} ms)"
        )

    __str__ = __repr__
