"""A certificate, what it is held against, and a way to change it unnoticed."""

import json

from sample_certificate import PROTOCOL, SETTINGS, certificate_of

from bridge.certificate.wanted import Wanted
from bridge.files.hashing import content_hash
from bridge.rate_model import RateModel

MODEL = RateModel(variant="low_pass", extensions=("cascade",), tau_r_ms=3.0)


def certificate(verdict="default", model=MODEL, **changes):
    return certificate_of(model, "a" * 64, "b" * 64, verdict, **changes)


def wanted(model=MODEL, **changes):
    own = certificate(model=model)
    values = {
        "model": model,
        "column_hash": "a" * 64,
        "reduction_hash": "b" * 64,
        "criteria": own.criteria,
        "stimuli": ("flash",),
        "versions": own.versions,
    }
    return Wanted(**(values | changes))


def resealed(text, *changes):
    """Return a certificate's text with other values, and a seal that fits them."""
    content = json.loads(text)
    for *path, last, value in changes:
        node = content
        for key in path:
            node = node[key]
        node[last] = value
    del content["content"]
    content["content"] = content_hash(content)
    return json.dumps(content)


def of_tasks(*names):
    """Return a certificate that some trials of tasks judged."""
    kinds = {name.rsplit("_", 1)[0] for name in names}
    settings = {kind: SETTINGS[kind] for kind in kinds}
    return certificate(protocol=PROTOCOL | {"tasks": names, "task_settings": settings})
