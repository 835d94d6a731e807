"""Whether the judge can tell a model that was made worse."""

from bridge.certificate.scores import Scores


def is_noticed(unchanged: Scores, sabotaged: Scores) -> bool:
    """Say whether the judge saw that a model was made worse.

    The sabotaged model must fail the default tier, be judged at all, and pass
    fewer populations than the model it was made from, at the default tier where
    that model passes any and at the lenient tier otherwise: a model that fails
    anyway would prove nothing by failing.
    """
    if sabotaged.verdict not in ("fail", "lenient"):
        return False
    tier = "default" if unchanged.pass_fraction.get("default", 0.0) > 0 else "lenient"
    before = unchanged.pass_fraction.get(tier, 0.0)
    return sabotaged.pass_fraction.get(tier, 0.0) < before
