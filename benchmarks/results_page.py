"""Write a page of docs/results from a finished run.

    python benchmarks/results_page.py runs/3k docs/results/validation-3k.md

Takes the verdicts and measures from report.json, and the pictures a reader wants to
see first out of report.html.
"""

import argparse
import base64
import json
import re
from pathlib import Path

MARK = {
    "strict": "strict",
    "default": "pass",
    "lenient": "lenient",
    "fail": "fail",
    "inconclusive": "–",
}
PICTURES = {
    "scores": "The four measures that decide",
    "flash": "flash",
    "broadband": "broadband_100: excitatory",
}


def pictures(html: str) -> dict[str, tuple[str, bytes]]:
    """Return suffix and content of the pictures, by name."""
    found = {}
    blocks = re.split(r"(?=<figure)", html)
    headings = [re.findall(r"<summary[^>]*>([^<]+)</summary>", b) for b in blocks]
    opened = ""
    for block, heading in zip(blocks, headings, strict=True):
        caption = re.search(r"<figcaption>(.*?)</figcaption>", block, re.S)
        text = caption.group(1) if caption else ""
        for name, words in PICTURES.items():
            if name not in found and (words in text or words == opened):
                svg = re.search(r"<svg.*?</svg>", block, re.S)
                png = re.search(r"data:image/png;base64,([^\"]+)", block)
                if svg:
                    found[name] = ("svg", svg.group(0).encode())
                elif png:
                    found[name] = ("png", base64.b64decode(png.group(1)))
        opened = heading[-1].strip() if heading else opened
    return found


def verdict_table(report: dict) -> list[str]:
    """Return the lines of the table of verdicts."""
    variants = report["variants"]
    lines = [
        "| | spiking (Hz) | "
        + " | ".join(v.replace("_", " ") for v in variants)
        + " |",
        "|---" * (len(variants) + 2) + "|",
        "| **all** | | "
        + " | ".join(f"**{MARK[v['verdict']]}**" for v in variants.values())
        + " |",
        "| τ_r (ms) | | "
        + " | ".join(
            "–" if v["tau_r_ms"] is None else f"{v['tau_r_ms']:g}"
            for v in variants.values()
        )
        + " |",
        "| passing / evaluable | | "
        + " | ".join(
            f"{round(v['pass_fraction'].get('default', 0) * v['n_evaluable'])}"
            f" / {v['n_evaluable']}"
            for v in variants.values()
        )
        + " |",
    ]
    for name in next(iter(variants.values()))["populations"]:
        scores = [v["populations"][name] for v in variants.values()]
        cells = [
            f"{MARK[s['verdict']]} {100 * s['rate_error']:+.1f} % "
            f"{_number(s['explained_variance'])} {_number(s['nrmse'])}"
            for s in scores
        ]
        rate = scores[0]["rate_spiking_hz"]
        lines.append(f"| {name} | {rate:.2f} | " + " | ".join(cells) + " |")
    return lines


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def page(run: Path, target: Path) -> str:
    """Return the page and write its pictures beside it."""
    report = json.loads((run / "report.json").read_text())
    provenance = json.loads((run / "provenance.json").read_text())
    column, protocol = report["column"], report["protocol"]
    is_plain = set(report["variants"]) & {"instantaneous", "low_pass", "equilibrium"}
    flag = "" if is_plain else "--extended "
    size = column["name"]
    lines = [
        f"# Validation of the {column['name']} column",
        "",
        f"`v1bridge validate --size {size} {flag}--out runs/{size}`",
        "",
        f"{column['n_neurons']} cells, {column['n_edges']} connections, hash "
        f"`{column['hash'][:12]}`; {len(protocol['test'])} test stimuli, "
        f"{len(protocol['seeds'])} seeds x {protocol['trials_per_seed']} trials; "
        f"v1bridge {provenance['v1bridge']}, {provenance['platform']['processor']}, "
        f"{provenance['platform']['n_cores']} cores.",
        "",
        "Each cell: verdict, error of the mean rate, explained variance, NRMSE of the",
        "mean rate. “pass” is the default tier, “–” inconclusive (too silent or too",
        "noisy to judge).",
        "",
        *verdict_table(report),
        "",
        "## Controls",
        "",
        "| control | expected | verdict | populations at the default tier |",
        "|---|---|---|---|",
    ]
    for name, control in report["controls"].items():
        share = control["pass_fraction"].get("default", 0.0)
        lines.append(
            f"| {name}: {control['description']} | {control['expected']} | "
            f"{MARK[control['verdict']]} | {100 * share:.0f} % of "
            f"{control['n_evaluable']} |"
        )
    best = report["variants"][report["best"]]
    lines += ["", f"## What the best model ({report['best']}) misses", ""]
    lines += [f"- {sentence}" for sentence in best["failures"]]
    lines += ["", "## Pictures", ""]
    for name, (suffix, content) in pictures((run / "report.html").read_text()).items():
        path = target.with_name(f"{target.stem}-{name}.{suffix}")
        path.write_bytes(content)
        lines.append(f"![{name}]({path.name})")
        lines.append("")
    seconds = ", ".join(f"{k} {v:.0f}" for k, v in report["timings"].items())
    lines.append(f"Seconds per step: {seconds}.")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args()
    text = page(arguments.run, arguments.page)
    arguments.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
