"""Accuracies on the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def accuracy_table(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a table with one line per task.

    Parameters
    ----------
    found
        By task, as :meth:`ratemodel.training.accuracy.Accuracy.to_json` has it.
    """
    table = Table()
    for name in ("task", "accuracy", "95 % interval", "trials"):
        table.add_column(name, justify="left" if name == "task" else "right")
    for name, own in found.items():
        low, high = own["interval_95"]
        table.add_row(
            name,
            f"{own['accuracy']:.2%}",
            f"{low:.2%} to {high:.2%}",
            str(own["n_trials"]),
        )
    return table


def validated_sentence(results: Mapping[str, Any]) -> str:
    """Return one sentence on what vouches for a trained network.

    Parameters
    ----------
    results
        Content of ``results.json``.
    """
    certified = results["certified"]
    if not certified["validated"]:
        return f"UNVALIDATED: {certified['why_not']}."
    passed = [n for n, v in certified["populations"].items() if v not in _NOT_PASSED]
    return (
        f"Certificate {certified['certificate'][:12]}, verdict {certified['verdict']}, "
        f"covers {certified['covers']}; populations that follow: "
        f"{', '.join(passed) or 'none'}."
    )


_NOT_PASSED = ("fail", "inconclusive")
