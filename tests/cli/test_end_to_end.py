"""The whole way, as a user meets it: in processes of their own where that could matter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.cli_samples import SQUARE, Outcome

Run = Callable[..., Outcome]

# At p = 1 a ring of four has <C> = 3 at the best angles (ring of disagrees, (2p+1)/(2p+2) of the
# edges: Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028), and all four edges can be cut.
RING_EXPECTED, RING_OPTIMUM = 3.0, 4.0

DESIGN_FIELDS = {
    "problem": {"kind", "name", "n_qubits", "sense"},
    "ansatz": {"kind", "n_params"},
    "engine": {"name", "reason", "precision"},
    "optimizer": {"method", "evaluations", "status", "message"},
    "best": {"value", "bits", "assignment"},
    "reference": {"value", "method", "exact"},
    "ratio": {"expectation", "best"},
}
DESIGN_NAMES = {*DESIGN_FIELDS, "parameters", "expectation", "seed", "seconds", "versions"}


def run(
    *arguments: object, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "hybridq", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=600,
    )


def test_a_pipe_in_and_json_out_hold_the_closed_form_of_a_ring() -> None:
    done = run(
        *("solve", "maxcut", "-", "--p", 1, "--seed", 7, "--json", "-"),
        stdin=json.dumps(SQUARE).encode(),
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result.keys() >= DESIGN_NAMES
    for name, fields in DESIGN_FIELDS.items():
        assert result[name].keys() >= fields
    assert result["expectation"] == pytest.approx(RING_EXPECTED, abs=1e-4)
    assert result["best"]["value"] == RING_OPTIMUM
    assert result["reference"]["value"] == RING_OPTIMUM
    assert result["reference"]["exact"] is True
    assert result["ratio"]["expectation"] == pytest.approx(RING_EXPECTED / RING_OPTIMUM, abs=1e-4)
    assert len(result["parameters"]) == 2
    side = result["best"]["assignment"]
    assert side["a"] == side["c"] != side["b"] == side["d"]
    assert result["best"]["bits"] == "".join(str(side[node]) for node in "abcd")
    assert result["seed"] == 7


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "ascii"}, {"COLUMNS": "90", "TERM": "xterm"}]
)
def test_piped_screen_is_plain_text_of_80_columns_or_as_many_as_are_asked_for(
    square: Path, environment: dict[str, str]
) -> None:
    done = run("solve", "maxcut", square, "--seed", 7, **environment)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert text.strip().startswith("Best cut found: 4 of total weight 4. That is optimal")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert max(map(len, text.splitlines())) <= int(environment.get("COLUMNS", 80))
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stderr)


def test_the_same_seed_gives_the_same_result_in_another_process(hybridq: Run, square: Path) -> None:
    command = ("solve", "maxcut", square, "--seed", 3, "--json", "-")
    first, second = (json.loads(text) for text in (hybridq(*command).out, run(*command).stdout))
    first.pop("seconds"), second.pop("seconds")
    assert first == second


def test_outputs_appear_beside_each_other(hybridq: Run, square: Path, tmp_path: Path) -> None:
    done = hybridq(
        *("solve", "maxcut", square, "--p", 1, "--quiet"),
        *("--json", tmp_path / "out.json", "--plot", tmp_path / "out.png"),
    )
    assert done.code == 0, done.err
    assert done.out.count("\n") == 1
    assert done.err == ""
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "out.json").read_bytes())["best"]["value"] == RING_OPTIMUM
    assert len(list(tmp_path.iterdir())) == 3


def test_an_angle_file_of_the_wrong_length_is_one_line(
    hybridq: Run, square: Path, tmp_path: Path
) -> None:
    angles = tmp_path / "angles.json"
    angles.write_text("[0.1, 0.2, 0.3]", encoding="utf-8")
    done = hybridq("solve", "maxcut", square, "--p", 2, "--initial", angles)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "3" in done.err
    assert "4" in done.err


def test_the_angles_of_a_result_are_a_start_for_the_next_run(
    hybridq: Run, square: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    hybridq("solve", "maxcut", square, "--p", 1, "--json", out)
    again = hybridq(
        *("solve", "maxcut", square, "--p", 1, "--initial", out),
        *("--max-evaluations", 1, "--json", "-"),
    )
    assert again.code == 0, again.err
    result = json.loads(again.out)
    assert result["optimizer"]["evaluations"] == 1
    assert result["expectation"] == pytest.approx(RING_EXPECTED, abs=1e-4)


def test_a_graph_too_large_to_simulate_says_how_large_is_possible(
    hybridq: Run, tmp_path: Path
) -> None:
    path = tmp_path / "path.txt"
    path.write_text("".join(f"{i} {i + 1}\n" for i in range(80)), encoding="utf-8")
    done = hybridq("solve", "maxcut", path, "--engine", "diagonal")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "81" in done.err


INTERRUPTING = """
import signal, sys
from hybridq.cli import main
from hybridq.presentation.progress import ProgressBar

def record(self, record):
    if record.evaluation == 5:
        signal.raise_signal(signal.SIGINT)

ProgressBar.__call__ = record
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_reports_the_best_so_far_with_code_130(square: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = subprocess.run(
        [
            *(sys.executable, "-c", INTERRUPTING, "solve", "maxcut", str(square)),
            *("--optimizer", "cobyla", "--p", "2", "--json", str(out)),
        ],
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 130, done.stderr
    assert b"You interrupted the search" in done.stdout
    assert b"Traceback" not in done.stderr
    assert json.loads(out.read_bytes())["optimizer"]["status"] == "interrupted"


def test_help_loads_neither_the_compiler_nor_a_solver() -> None:
    heavy = ("numba", "optuna", "matplotlib", "highspy", "ortools")
    code = (
        "import sys\n"
        "from hybridq.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {heavy} if name in sys.modules]\n"
        "sys.exit(loaded or 0)"
    )
    arguments = ["solve", "maxcut", "--help"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False
    )
    assert b"hybridq solve maxcut" in done.stdout
    assert (done.returncode, done.stderr) == (0, b"")
