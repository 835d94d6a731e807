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

from bridge.certificate.scores import TIERS, Outcome, Scores, Tier
from bridge.errors import CertificateError
from bridge.files.hashing import content_hash
from bridge.files.regular_file import read_text
from bridge.files.written_file import write_text
from bridge.rate_model import RateModel, TimeConstant


class Certificate(BaseModel):
    """What was validated, how, and with which result.

    Attributes
    ----------
    format
        Name and version of this format.
    model
        The rate model: variant, extensions, tau_r (one value, or one per population)
        and step.
    column_hash, reduction_hash
        Hashes of the column and of the reduction that gave the parameters.
    protocol
        Stimuli, seeds, trials, bins, device: how the reference was made.
    criteria
        The thresholds, with their reasons.
    scores
        All measures with intervals, and the verdict per population and overall.
    versions
        Versions of the software.
    content
        Hash of everything above; set when left out, checked when present.

    Raises
    ------
    ValueError
        If the content does not match its hash.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: Literal["v1bridge-certificate-2"] = "v1bridge-certificate-2"
    model: RateModel
    column_hash: str
    reduction_hash: str
    protocol: dict[str, JsonValue]
    criteria: dict[str, JsonValue]
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
        if content["format"] == "v1bridge-certificate-1":
            raise CertificateError(
                f"{name}: is of format 1, which says less than this version asks for; "
                "validate again"
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

    def differences(
        self, *, model: RateModel, column_hash: str, reduction_hash: str
    ) -> tuple[str, ...]:
        """Name every respect in which something else was validated.

        The step is stated, not compared: a model may be trained at another one.

        Parameters
        ----------
        model, column_hash, reduction_hash
            What is about to be used. Time constants are equal within one part in
            a million.

        Returns
        -------
        tuple of str
            Empty if the certificate is about exactly this.
        """
        found = []
        own = self.model
        if model.variant != own.variant:
            found.append(f"variant is {model.variant}, certified is {own.variant}")
        if model.extensions != own.extensions:
            found.append(
                f"extensions are {_listed(model.extensions)}, "
                f"certified are {_listed(own.extensions)}"
            )
        if not _is_same_time(model.tau_r_ms, own.tau_r_ms):
            found.append(
                f"tau_r is {_shown(model.tau_r_ms)}, certified is "
                f"{_shown(own.tau_r_ms)}"
            )
        for what, mine, theirs in (
            ("column", column_hash, self.column_hash),
            ("reduction", reduction_hash, self.reduction_hash),
        ):
            if mine != theirs:
                found.append(f"{what} hash is {mine[:12]}, certified is {theirs[:12]}")
        return tuple(found)

    def __repr__(self) -> str:
        return (
            f"Certificate({self.model.name}: {self.verdict}, column "
            f"{self.column_hash[:12]}, dt {self.model.dt_ms:g} ms)"
        )

    __str__ = __repr__


def _listed(names: tuple[str, ...]) -> str:
    return "+".join(names) or "none"


def _shown(value: TimeConstant) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{v:g}" for v in value) + "] ms"
    return f"{value:g} ms"


def _is_same_time(a: TimeConstant, b: TimeConstant) -> bool:
    if a is None or b is None:
        return a is b
    first = a if isinstance(a, tuple) else (a,)
    second = b if isinstance(b, tuple) else (b,)
    # One value for all populations is the same as that value for each of them.
    if len(first) == 1:
        first = first * len(second)
    if len(second) == 1:
        second = second * len(first)
    return len(first) == len(second) and all(
        abs(x - y) <= 1e-6 * max(abs(x), abs(y))
        for x, y in zip(first, second, strict=True)
    )
