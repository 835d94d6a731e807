"""Every broken file, key and value: one line, exit code 2, nothing touched.

To add a case, add a row to ``CASES``: what is wrong, the words of the command line,
and a part of the message. ``{tmp}`` is a folder with the files of ``make_files``.
"""

import json
from pathlib import Path

import pytest
from one_line import refusal

from bridge.column.building.build import build_column
from bridge.sonata.write import write_sonata

TOML = {
    "not_toml": "column = [",
    "unknown_key": "[column]\nsiez = '3k'\n",
    "unknown_section": "[colum]\nsize = '3k'\n",
    "wrong_type": "[spiking]\ndt_ms = 'fast'\n",
    "nan": "[spiking]\ndt_ms = nan\n",
    "probe": "[reduction]\nprobe_duration_ms = 1e12\n",
    "halves": (
        "[statistics]\nhalf_splits = { value = 1000000000, reason = 'more is more' }\n"
    ),
    "infinite": "[protocol]\nduration_ms = inf\n",
    "negative_tau": "[rate]\ntau_r_ms = -5.0\n",
    "zero_trials": "[spiking]\ntrials_per_seed = 0\n",
    "two_trials": ("[spiking]\ntrials_per_seed = 2\n"),
    "rate_step": "[rate]\ndt_ms = 0.4\n",
    "same_noise": "[spiking]\nseeds = [1, 10001]\n",
    "one_seed": "[spiking]\nseeds = [1]\n",
    "bad_variant": "[rate]\nvariants = ['lowpass']\n",
    "bad_device": "[spiking]\ndevice = 'gpu'\n",
    "bad_method": "[reduction]\nmethod = 'guess'\n",
    "bins": "[protocol]\nbin_ms = 3.0\n",
    "no_criteria": "criteria = 'nowhere.toml'\n",
    "section_is_value": "spiking = 3\n",
    "path_and_size": "[column]\npath = 'x'\nsize = '3k'\n",
    "huge_radius": "[column]\nradius_um = 1e9\n",
}

CRITERIA = {
    "criteria_key": "[tiers.default.mean_rate]\nfoo = 1\n",
    "criteria_value": (
        "[tiers.default.mean_rate]\n"
        "relative_error = { value = -0.1, reason = 'because' }\n"
    ),
    "criteria_reason": "[tiers.default.mean_rate]\nrelative_error = { value = 0.1 }\n",
}

VALIDATE = "validate --out {tmp}/out"
CASES = [
    ("no such command", "valdate", "No such command"),
    ("no such option", VALIDATE + " --sizee 3k", "No such option"),
    ("no --out", "validate", "--out"),
    ("two configurations", VALIDATE + " a.toml b.toml", "unexpected extra argument"),
    ("no such file", VALIDATE + " {tmp}/nowhere.toml", "no such file"),
    ("a folder as file", VALIDATE + " {tmp}", "is a folder"),
    ("binary file", VALIDATE + " {tmp}/binary.toml", "UTF-8"),
    ("not TOML", VALIDATE + " {tmp}/not_toml.toml", "is not valid TOML"),
    ("unknown key", VALIDATE + " {tmp}/unknown_key.toml", "column.siez: unknown key"),
    ("unknown section", VALIDATE + " {tmp}/unknown_section.toml", "colum: unknown"),
    ("wrong type", VALIDATE + " {tmp}/wrong_type.toml", "spiking.dt_ms"),
    ("NaN", VALIDATE + " {tmp}/nan.toml", "spiking.dt_ms"),
    ("infinite", VALIDATE + " {tmp}/infinite.toml", "protocol.duration_ms"),
    ("negative tau", VALIDATE + " {tmp}/negative_tau.toml", "rate.tau_r_ms"),
    ("no trials", VALIDATE + " {tmp}/zero_trials.toml", "spiking.trials_per_seed"),
    ("two trials", VALIDATE + " {tmp}/two_trials.toml", "fewer than 4 trials"),
    ("rate step", VALIDATE + " {tmp}/rate_step.toml", "do not divide"),
    ("same noise", VALIDATE + " {tmp}/same_noise.toml", "must all differ"),
    ("one seed", VALIDATE + " {tmp}/one_seed.toml", "spiking.seeds"),
    ("bad variant", VALIDATE + " {tmp}/bad_variant.toml", "rate.variants"),
    ("bad device", VALIDATE + " {tmp}/bad_device.toml", "spiking.device"),
    ("bad method", VALIDATE + " {tmp}/bad_method.toml", "reduction.method"),
    ("odd bins", VALIDATE + " {tmp}/bins.toml", "multiple of bin_ms"),
    ("section is a value", VALIDATE + " {tmp}/section_is_value.toml", "a section"),
    ("path and size", VALIDATE + " {tmp}/path_and_size.toml", "no effect"),
    ("huge radius", VALIDATE + " {tmp}/huge_radius.toml", "column.radius_um"),
    ("criteria missing", VALIDATE + " {tmp}/no_criteria.toml", "nowhere.toml"),
    ("criteria key", VALIDATE + " {tmp}/use_criteria_key.toml", "unknown key"),
    ("criteria value", VALIDATE + " {tmp}/use_criteria_value.toml", "greater than 0"),
    ("criteria reason", VALIDATE + " {tmp}/use_criteria_reason.toml", "missing"),
    ("bad size", VALIDATE + " --size 4k", "column.size"),
    ("size 0", VALIDATE + " --size 0", "column.size"),
    ("size too large", "column --size 99999999 --out {tmp}/out", "230924"),
    ("size of a word", VALIDATE + " --size huge", "column.size"),
    ("seed of a word", VALIDATE + " --seed one", "--seed"),
    ("negative seed", VALIDATE + " --seed -1", "column.seed"),
    ("bad variant option", VALIDATE + " --variants fast", "rate.variants"),
    ("no variant", VALIDATE + " --variants ,", "must name at least one"),
    ("a variant twice", VALIDATE + " --variants low_pass,low-pass", "twice"),
    ("bad device option", VALIDATE + " --device gpu", "spiking.device"),
    ("column and size", VALIDATE + " --size 3k --column {tmp}/sonata", "no effect"),
    ("no such column", VALIDATE + " --column {tmp}/nowhere", "nowhere"),
    ("an empty column", VALIDATE + " --column {tmp}/empty", "empty"),
    ("a cut-off column", VALIDATE + " --column {tmp}/cut", "cut"),
    ("column in simulate", "simulate --column {tmp}/cut --out {tmp}/out", "cut"),
    ("column in column", "column --column {tmp}/cut --out {tmp}/out", "cut"),
    ("out is a file", "validate --out {tmp}/nan.toml", "is a file"),
    ("out below a file", "validate --out {tmp}/nan.toml/x", "cannot be written"),
    ("out is in use", "validate --out {tmp}/full", "is not empty"),
    ("both flags", VALIDATE + " --overwrite --resume", "not both"),
    (
        "overwrite of foreign",
        "column --size 50 --overwrite --out {tmp}/full",
        "the way",
    ),
    ("bad stimulus", "simulate --stimulus film --out {tmp}/out", "no such stimulus"),
    ("no trials option", "simulate --trials 0 --out {tmp}/out", "--trials"),
    ("endless trials", "simulate --trials {big} --out {tmp}/out", "--trials"),
    ("endless images", "evaluate {tmp} --images {big}", "--images"),
    ("endless jobs", "sweep {tmp}/grid.toml --jobs {big} --out {tmp}/out", "--jobs"),
    ("no step", "simulate --dt-ms 1e-300 --out {tmp}/out", "--dt-ms"),
    ("endless size", "simulate --size {big} --out {tmp}/out", "column.size"),
    ("endless seed", "simulate --seed {big} --out {tmp}/out", "column.seed"),
    ("endless steps", "train --steps {big} --out {tmp}/out", "training.steps"),
    ("endless probe", VALIDATE + " {tmp}/probe.toml", "reduction.probe_duration_ms"),
    ("endless halves", "criteria {tmp}/halves.toml", "statistics.half_splits"),
    ("a size that is no digit", "simulate --size ³ --out {tmp}/out", "column.size"),
    ("NaN duration", "simulate --duration-ms nan --out {tmp}/out", "--duration-ms"),
    ("short", "simulate --duration-ms 400 --out {tmp}/out", "--duration-ms"),
    ("bad dt", "simulate --dt-ms -0.1 --out {tmp}/out", "--dt-ms"),
    ("NaN dt", "simulate --dt-ms nan --out {tmp}/out", "--dt-ms"),
    (
        "bad modulation",
        "simulate --stimulus broadband --modulation 2 --out {tmp}/out",
        "--modulation 2: must be 0 to 1",
    ),
    (
        "modulation of a grating",
        "simulate --stimulus grating --modulation 0.5 --out {tmp}/out",
        "--modulation has no effect with --stimulus grating",
    ),
    (
        "direction of a flash",
        "simulate --stimulus flash --direction-deg 0 --out {tmp}/out",
        "--direction-deg has no effect with --stimulus flash",
    ),
    (
        "stimulus and spikes",
        "simulate --stimulus grating --lgn-spikes {tmp}/binary.toml --out {tmp}/out",
        "--stimulus has no effect with --lgn-spikes",
    ),
    (
        "direction of spikes",
        "simulate --direction-deg 9 --lgn-spikes {tmp}/binary.toml --out {tmp}/out",
        "--direction-deg has no effect with --lgn-spikes",
    ),
    ("NaN direction", "simulate --direction-deg nan --out {tmp}/out", "--direction"),
    ("bad noise seed", "simulate --noise-seed -3 --out {tmp}/out", "--noise-seed"),
    ("no spikes", "simulate --lgn-spikes {tmp}/no.h5 --out {tmp}/out", "no.h5"),
    (
        "broken spikes",
        "simulate --size 50 --lgn-spikes {tmp}/binary.toml --out {tmp}/out",
        "binary.toml",
    ),
    ("no run", "report {tmp}/nowhere", "holds no report.json"),
    ("not a run", "report {tmp}/empty", "holds no report.json"),
    ("a broken run", "report {tmp}/broken_run", "cannot be read as JSON"),
    ("a run of others", "report {tmp}/other_run", "is not a report"),
    ("a run twice", "report {tmp}/nowhere {tmp}/nowhere", "twice"),
    ("no runs", "report", "RUN"),
    ("no certificate", "check {tmp}/nowhere.json", "nowhere.json"),
    ("not a certificate", "check {tmp}/other_run/report.json", "report.json"),
    ("not JSON", "check {tmp}/not_toml.toml", "not_toml.toml"),
    ("bad tier", "check {tmp}/nowhere.json --tier best", "--tier"),
]


def make_files(tmp: Path) -> None:
    for name, text in {**TOML, **CRITERIA}.items():
        (tmp / f"{name}.toml").write_text(text)
    for name in CRITERIA:
        (tmp / f"use_{name}.toml").write_text(f"criteria = '{tmp}/{name}.toml'\n")
    (tmp / "binary.toml").write_bytes(bytes(range(128, 256)))
    for name in ("empty", "full", "cut", "broken_run", "other_run"):
        (tmp / name).mkdir()
    (tmp / "full" / "connectivity.png").write_text("mine")
    (tmp / "broken_run" / "report.json").write_text("{")
    (tmp / "other_run" / "report.json").write_text(json.dumps({"column": {}}))
    write_sonata(build_column(60, 1), tmp / "sonata", input_ms=0.0)
    for path in (tmp / "sonata").rglob("*"):
        if path.is_file():
            copy = tmp / "cut" / path.relative_to(tmp / "sonata")
            copy.parent.mkdir(parents=True, exist_ok=True)
            half = path.stat().st_size // 2 if path.suffix == ".h5" else None
            copy.write_bytes(path.read_bytes()[:half])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad_input")
    make_files(folder)
    return folder


@pytest.mark.parametrize(
    ("words", "needle"),
    [case[1:] for case in CASES],
    ids=[case[0].replace(" ", "_") for case in CASES],
)
def test_bad_input_is_one_line_and_exit_2(
    files: Path, words: str, needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        word.replace("{tmp}", str(files)).replace("{big}", "9" * 30)
        for word in words.split()
    ]
    assert needle in refusal(arguments, files, capsys)
