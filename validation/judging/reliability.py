"""Why no verdict of a run can be relied on."""

from collections.abc import Mapping

from bridge.certificate.scores import PASSING, Scores
from validation.report.run_report import Control


def doubts(
    controls: Mapping[str, Control], baselines: Mapping[str, Scores]
) -> tuple[str, ...]:
    """Return why the verdicts of a run cannot be relied on; nothing where they can.

    Parameters
    ----------
    controls
        Models whose verdict is known, by name.
    baselines
        Scores of models without a network, by name.
    """
    said = []
    seed = controls.get("other_seed")
    if seed is None:
        said.append("no other noise seed was judged")
    elif not seed.seen:
        where = ", ".join(seed.found_wrong) or "no population fires"
        said.append(f"the other noise seed is found wrong ({where})")
    missed = [n for n, c in controls.items() if c.is_required and not c.seen]
    missed = [name for name in missed if name != "other_seed"]
    if missed:
        n_required = sum(
            c.is_required and c.expected == "fail" for c in controls.values()
        )
        said.append(
            f"{len(missed)} of {n_required} sabotaged models are not told from the "
            f"unchanged ones ({', '.join(missed)})"
        )
    elif not any(c.expected == "fail" for c in controls.values()):
        said.append("no sabotaged model was judged")
    passing = [name for name, s in baselines.items() if s.verdict in PASSING]
    if passing:
        said.append(
            f"a model without a network reaches the default tier ({', '.join(passing)})"
        )
    return tuple(said)
