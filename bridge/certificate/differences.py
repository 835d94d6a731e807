"""In which respects something else was validated, in words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bridge.certificate.parts import CertifiedProtocol
from bridge.certificate.wanted import Wanted
from bridge.files.hashing import content_hash
from bridge.rate_model import RateModel, TauRDraw, TimeConstant

if TYPE_CHECKING:
    from bridge.certificate.certificate import Certificate

SAME_VERSION = ("v1bridge",)
"""Packages of which any other version is a difference."""

SAME_MAJOR = ("numpy", "scipy", "torch")
"""Packages that compute rates: another major version is a difference."""

LONGEST_BIN_MS = 10.0
"""Bin of rates above which a certificate says too little of their time course, ms."""

SHORTEST_MEASURED_MS = 1000.0
"""Least time of a stimulus that must have been measured, ms."""

LONGEST_SPIKING_DT_MS = 0.1
"""Step above which the reference is no longer the model it stands for, ms."""


def differences(certificate: "Certificate", wanted: Wanted) -> tuple[str, ...]:
    """Name every respect in which something else was validated.

    Parameters
    ----------
    certificate
        The certificate.
    wanted
        What is about to be used. Time constants are equal within one part in a
        million.

    Returns
    -------
    tuple of str
        Empty if the certificate is about exactly this.
    """
    return (
        *_of_models(wanted.model, certificate.model),
        *_of_hashes(certificate, wanted),
        *_of_criteria(certificate, wanted),
        *_of_protocols(certificate, wanted),
        *_of_versions(wanted.versions, certificate.versions),
    )


def _of_models(model: RateModel, own: RateModel) -> Iterator[str]:
    for name, field in RateModel.model_fields.items():
        mine, theirs = getattr(model, name), getattr(own, name)
        is_time = name in ("tau_r_ms", "dt_ms")
        is_same = _is_same_time(mine, theirs) if is_time else mine == theirs
        if field.exclude or is_same:
            continue
        if name == "dt_ms":
            yield f"certified at dt {theirs:g} ms, to be used at {mine:g} ms"
        elif name == "extensions":
            yield f"extensions are {_listed(mine)}, certified are {_listed(theirs)}"
        elif name == "tau_r_draw":
            yield f"tau_r is {_drawn(mine)}, certified is one {_drawn(theirs)}"
        elif name == "tau_r_ms":
            yield f"tau_r is {_shown(mine)}, certified is {_shown(theirs)}"
        else:
            yield f"{name} is {mine}, certified is {theirs}"


def _of_hashes(certificate: "Certificate", wanted: Wanted) -> Iterator[str]:
    for what, mine, theirs in (
        ("column", wanted.column_hash, certificate.column_hash),
        ("reduction", wanted.reduction_hash, certificate.reduction_hash),
    ):
        if mine is not None and mine != theirs:
            yield f"{what} hash is {mine[:12]}, certified is {theirs[:12]}"


def _of_criteria(certificate: "Certificate", wanted: Wanted) -> Iterator[str]:
    if content_hash(wanted.criteria) == certificate.criteria_hash:
        return
    first = next(_unequal(wanted.criteria, certificate.criteria, ""), "")
    yield f"judged by other criteria than {wanted.criteria_called}: {first}"


def _unequal(mine: Any, theirs: Any, path: str) -> Iterator[str]:
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        for key in sorted(mine.keys() | theirs.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _unequal(mine.get(key), theirs.get(key), inner)
    elif mine != theirs:
        name = path.removesuffix(".value")
        yield f"{name} is {_short(mine)}, certified with {_short(theirs)}"


def _of_protocols(certificate: "Certificate", wanted: Wanted) -> Iterator[str]:
    protocol = certificate.protocol
    missing = [name for name in wanted.stimuli if name not in protocol.test]
    if missing:
        yield f"not judged on the stimuli {', '.join(missing)}"
    missing = [n for n in wanted.perturbations if n not in protocol.perturbations]
    if missing:
        yield f"not judged on the perturbations {', '.join(missing)}"
    if protocol.surround != wanted.surround:
        yield f"the surround is {wanted.surround}, certified is {protocol.surround}"
    yield from _of_times(protocol)
    kinds = protocol.kinds_of_tasks
    if not kinds and not wanted.tasks:
        yield "not judged on trials of any task"
    other = [name for name in wanted.tasks if name not in kinds]
    if other:
        yield (
            f"to be trained on {', '.join(other)}, certified on "
            f"{', '.join(kinds) or 'no task'}"
        )
    for name, settings in wanted.tasks.items():
        if name in kinds:
            own = protocol.task_settings[name]
            first = next(_unequal(settings, own, ""), None)
            if first is not None:
                yield f"trials of {name} are others: {first}"


def _of_times(protocol: CertifiedProtocol) -> Iterator[str]:
    if protocol.bin_ms > LONGEST_BIN_MS:
        yield (
            f"judged in bins of {protocol.bin_ms:g} ms, at most {LONGEST_BIN_MS:g} ms "
            "are needed"
        )
    measured_ms = protocol.duration_ms - protocol.drop_ms
    if measured_ms < SHORTEST_MEASURED_MS:
        yield (
            f"judged on {measured_ms:g} ms of a stimulus (duration_ms less drop_ms), "
            f"at least {SHORTEST_MEASURED_MS:g} ms are needed"
        )
    if protocol.spiking_dt_ms > LONGEST_SPIKING_DT_MS:
        yield (
            f"judged by spikes at steps of {protocol.spiking_dt_ms:g} ms, at most "
            f"{LONGEST_SPIKING_DT_MS:g} ms are needed"
        )


def _of_versions(mine: Mapping[str, str], own: Mapping[str, str]) -> Iterator[str]:
    for name in SAME_VERSION + SAME_MAJOR:
        if name not in mine:
            continue
        found, certified = mine[name], own.get(name, "none")
        is_same = found == certified
        if name in SAME_MAJOR:
            is_same = found.split(".")[0] == certified.split(".")[0]
        if not is_same:
            yield f"{name} is {found}, certified with {certified}"


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


def _listed(names: tuple[str, ...]) -> str:
    return "+".join(names) or "none"


def _shown(value: TimeConstant) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{v:g}" for v in value) + "] ms"
    return f"{value:g} ms"


def _drawn(draw: TauRDraw | None) -> str:
    if draw is None:
        return "not drawn per cell"
    return f"drawn per cell (seed {draw.seed}, hash {draw.hash[:12]})"


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
