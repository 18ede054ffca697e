"""`solve molecule` and `solve hamiltonian` in this process, on the smallest problems."""

from __future__ import annotations

import functools
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hybridq import solver
from hybridq.strategies import excited
from tests.cli.cli_samples import SQUARE, Outcome
from tests.helpers.energy_samples import (
    H2,
    H2_FCI,
    H2_HF,
    PROBLEMS,
    TFIM,
    molecule_result,
    three_states,
)

Run = Callable[..., Outcome]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every call of `solve` and `excited_states`, answered at once with what was made by hand."""
    seen: list[dict[str, Any]] = []

    def solve(problem: Any, **options: Any) -> Any:
        seen.append({"problem": problem, **options})
        return molecule_result()

    def excited_states(problem: Any, k: int, **options: Any) -> Any:
        seen.append({"problem": problem, "k": k, **options})
        return three_states()

    # The options of the commands are read from the signatures of the originals.
    for module, stand_in in ((solver, solve), (excited, excited_states)):
        original = getattr(module, stand_in.__name__)
        monkeypatch.setattr(module, stand_in.__name__, functools.wraps(original)(stand_in))
    return seen


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every evaluation of a search."""
    seen: list[Any] = []
    monkeypatch.setattr(
        "hybridq.presentation.progress.ProgressBar.__call__",
        lambda self, record: seen.append(record),
    )
    return seen


def test_hydrogen_from_file_to_json_and_picture(hybridq: Run, tmp_path: Path) -> None:
    out, picture = tmp_path / "out.json", tmp_path / "out.png"
    outcome = hybridq("solve", "molecule", H2, "--seed", 7, "--json", out, "--plot", picture)
    assert outcome.code == 0, outcome.err
    assert "That is the exact ground energy" in outcome.out
    assert outcome.out.rstrip().endswith(f"Written: {out}, {picture}")
    assert picture.read_bytes().startswith(b"\x89PNG")
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["expectation"] == pytest.approx(H2_FCI, abs=1e-8)
    assert result["energy"]["exact"] == pytest.approx(H2_FCI, abs=1e-8)
    assert result["energy"]["hartree_fock"] == pytest.approx(H2_HF, abs=1e-8)
    assert result["energy"]["chemical_accuracy"] is True
    assert result["energy"]["particles"]["n"] == pytest.approx(2)
    assert result["best"] is None
    assert result["seed"] == 7


def test_adaptive_hydrogen_is_kept_and_resumed(hybridq: Run, tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    for resume in ([], ["--resume"]):
        outcome = hybridq(
            "solve", "molecule", H2, "--ansatz", "adapt", "--journal", journal, *resume
        )
        assert outcome.code == 0, outcome.err
        assert "ADAPT-VQE, 1 parameter, pool gsd" in outcome.out
        lines = journal.read_text(encoding="utf-8").splitlines()
        assert sum(line.startswith('{"search"') for line in lines) == 1


def test_excited_hydrogen_shows_its_triplet(hybridq: Run, tmp_path: Path) -> None:
    picture = tmp_path / "levels.svg"
    outcome = hybridq("solve", "molecule", H2, "--excited", 3, "--seed", 7, "--plot", picture)
    assert outcome.code == 0, outcome.err
    assert "3 lowest states with N_alpha = 1 and N_beta = 1 found, all exact." in outcome.out
    assert "triplet" in outcome.out
    assert b"<svg" in picture.read_bytes()


def test_options_reach_the_solver(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    outcome = hybridq(
        *("solve", "molecule", H2, "--ansatz", "UCCSD", "--repetitions", 2, "--no-symmetry"),
        *("--singlet", "--optimizer", "Nelder_Mead", "--restarts", 2, "--max-evaluations", 50),
        *("--time-limit", 1.5, "--initial", "zero", "--precision", "single", "--threads", 1),
        *("--seed", 7, "--engine", "sector", "--no-exact"),
    )
    assert outcome.code == 0, outcome.err
    (call,) = calls
    expected = {
        "ansatz": "UCCSD", "repetitions": 2, "symmetry": False, "singlet": True,
        "optimizer": "Nelder_Mead", "restarts": 2, "max_evaluations": 50, "time_limit": 1.5,
        "initial": "zero", "precision": "single", "threads": 1, "rng": 7, "engine": "sector",
        "exact": False,
    }  # fmt: skip
    assert {name: call[name] for name in expected} == expected


def test_without_options_the_problem_chooses(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    hybridq("solve", "molecule", H2)
    hybridq("solve", "hamiltonian", TFIM)
    assert [call["problem"].name for call in calls] == ["h2_sto3g", "tfim_8"]
    assert not any({"ansatz", "exact"} & call.keys() for call in calls)


def test_options_of_adapt_reach_it(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    hybridq(
        *("solve", "molecule", H2, "--ansatz", "adapt", "--pool", "qubit_sd"),
        *("--max-operators", 4, "--gradient-tolerance", 0.01, "--accuracy", "1.6e-3"),
    )
    (call,) = calls
    assert (call["pool"], call["max_operators"]) == ("qubit_sd", 4)
    assert (call["gradient_tolerance"], call["accuracy"]) == (0.01, 1.6e-3)


def test_options_of_excited_states_reach_them(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    hybridq("solve", "molecule", H2, "--excited", 3, "--excited-method", "qse", "--pool", "gsd")
    hybridq("solve", "hamiltonian", TFIM, "--excited", 2, "--excited-method", "vqd", "--tries", 5)
    assert [(call["k"], call["method"]) for call in calls] == [(3, "qse"), (2, "vqd")]
    assert calls[0]["pool"] == "gsd"
    assert calls[1]["tries"] == 5


def test_an_active_space_is_cut_out(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    water = PROBLEMS / "molecules" / "h2o_sto3g.fcidump"
    hybridq("solve", "molecule", water, "--active-space", "4,4")
    assert (calls[0]["problem"].n_electrons, calls[0]["problem"].n_orbitals) == (4, 4)


def test_active_orbitals_are_given_by_number(hybridq: Run, calls: list[dict[str, Any]]) -> None:
    lih = PROBLEMS / "molecules" / "lih_sto3g.fcidump"
    hybridq("solve", "molecule", lih, "--active-orbitals", "1,2,5")
    assert calls[0]["problem"].size() == (
        "2 electrons in 3 orbitals, 2S = 0, 6 qubits, 1 orbital frozen"
    )


def test_a_geometry_is_read_where_pyscf_is(
    hybridq: Run, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    pytest.importorskip("pyscf")
    path = tmp_path / "h2.xyz"
    path.write_text("2\n\nH 0 0 0\nH 0 0 0.735\n", encoding="utf-8")
    outcome = hybridq("solve", "molecule", path, "--basis", "sto-3g", "--charge", 0)
    assert outcome.code == 0, outcome.err
    assert calls[0]["problem"].hartree_fock_energy == pytest.approx(H2_HF, abs=1e-8)


BAD_OPTIONS = [
    (["--ansatz", "ucsd"], "unknown ansatz 'ucsd': did you mean 'uccsd'"),
    (["--ansatz", "adapt", "--pool", "gssd"], "unknown pool 'gssd': did you mean 'gsd'"),
    (["--optimizer", "cobylla"], "unknown optimizer 'cobylla': did you mean"),
    (["--engine", "sektor"], "unknown engine 'sektor': did you mean 'sector'"),
    (["--precision", "doubel"], "--precision must be 'double' or 'single', got 'doubel'"),
    (["--ansatz", "hva", "--layers", "0"], "--layers must be an integer >= 1, got 0"),
    (["--layers", "3"], "--layers is not an option of --ansatz uccsd (chosen for this problem)"),
    (["--ansatz", "k-upccgsd", "--singlet"], "--singlet is not an option of --ansatz k-upccgsd"),
    (["--pool", "sd"], "--pool is not an option of --ansatz uccsd"),
    (["--ansatz", "adapt", "--k", "2"], "--k is not an option of --ansatz adapt: it takes --pool"),
    (["--tries", "2"], "--tries requires --excited"),
    (["--excited-method", "vqd"], "--excited-method requires --excited"),
    (["--excited", "2", "--excited-method", "vdq"], "unknown method for excited states 'vdq'"),
    (["--excited", "2", "--tries", "4"], "--tries requires --excited-method vqd"),
    (["--excited", "2", "--restarts", "1"], "--restarts cannot be combined with --excited"),
    (["--excited", "2", "--ansatz", "adapt"], "--excited cannot be combined with --ansatz adapt"),
    (["--active-space", "4"], "--active-space must be two integers such as 4,4"),
    (["--active-space", "2,9"], "--active-space (2, 9) of 2 electrons in 2 orbitals"),
    (["--active-orbitals", "1,x"], "--active-orbitals must be integers such as 1,2,5, got '1,x'"),
    (["--active-orbitals", "9"], "--active-orbitals must be different numbers of orbitals"),
    (["--basis", "sto-3g"], "--basis is not an option of an FCIDUMP file"),
    (["--ansatz", "adapt", "--gradient-tolerance", "0"], "must be a positive number"),
    (["--spin", "1"], "spin=1 (twice the spin) is inconsistent with NELEC=2"),
    (["--initial", "no.json"], "--initial: file 'no.json' not found"),
    (["--json", "/no/such/folder/out.json"], "the folder /no/such/folder does not exist"),
    (["--plot", "out.xyz"], "out.xyz"),
    (["--journal", "/no/such/folder/run"], "the folder /no/such/folder does not exist"),
    (["--resume"], "--resume requires --journal FILE"),
    (["--json", H2], "the molecule's own file"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
def test_a_bad_option_is_one_line_before_any_work(
    hybridq: Run, evaluations: list[Any], options: list[str], message: str
) -> None:
    outcome = hybridq("solve", "molecule", H2, *options)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("hybridq: error: ")
    assert outcome.err.count("\n") == 1
    assert message in outcome.err
    assert evaluations == []


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("molecule", ["--initial", "rmp2"], "unknown initial point 'rmp2': did you mean 'mp2'"),
        (
            "molecule",
            ["--excited", "30"],
            "--excited must be at most 4, the number of states, got 30",
        ),
        (
            "molecule",
            ["--ansatz", "hardware-efficient", "--entangler", "rng"],
            "unknown entangler 'rng': did you mean 'ring'",
        ),
        ("hamiltonian", ["--ansatz", "uccsd"], "coupled cluster needs the orbitals of a molecule"),
        ("hamiltonian", ["--ansatz", "adapt"], "adapt grows circuits for molecules"),
        ("hamiltonian", ["--engine", "sector"], "sector engine"),
    ],
)
def test_what_the_library_refuses_is_one_line_in_words_of_options(
    hybridq: Run, command: str, options: list[str], message: str
) -> None:
    outcome = hybridq("solve", command, H2 if command == "molecule" else TFIM, *options)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert message in outcome.err


@pytest.mark.parametrize("before", [(), ("solve",)])
@pytest.mark.parametrize(
    ("file", "command"),
    [
        (PROBLEMS / "maxcut" / "petersen.edgelist", "maxcut"),
        (TFIM, "hamiltonian"),
        (H2, "molecule"),
    ],
)
def test_a_file_without_a_command_is_told_the_command(
    hybridq: Run, before: tuple[str, ...], file: Path, command: str
) -> None:
    outcome = hybridq(*before, file)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert f"did you mean 'hybridq solve {command} {file}'" in outcome.err


@pytest.mark.parametrize(
    ("command", "file", "message"),
    [
        ("molecule", PROBLEMS / "maxcut" / "petersen.edgelist", "use 'hybridq solve maxcut'"),
        ("molecule", TFIM, "use 'hybridq solve hamiltonian'"),
        ("hamiltonian", H2, "use 'hybridq solve molecule'"),
        ("hamiltonian", PROBLEMS / "maxcut" / "karate.graphml", "use 'hybridq solve maxcut'"),
        ("maxcut", H2, "use 'hybridq solve molecule'"),
        ("maxcut", TFIM, "use 'hybridq solve hamiltonian'"),
    ],
)
def test_a_file_for_another_command_names_that_command(
    hybridq: Run, command: str, file: Path, message: str
) -> None:
    outcome = hybridq("solve", command, file)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert message in outcome.err


@pytest.mark.parametrize(
    ("command", "name", "content", "message"),
    [
        ("molecule", "empty.fcidump", "", "the file is empty"),
        ("molecule", "short.fcidump", "&FCI NORB=2,NELEC=2\n&END\n0.5 1 1 1\n", "line 3"),
        ("molecule", "prose.txt", "once upon a time\n", "prose.txt"),
        ("hamiltonian", "mixed.txt", "XXI 0.5\nXX 0.3\n", "mixed.txt, line 2"),
        ("hamiltonian", "odd.txt", "XX 0.5j\n", "not hermitian"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(
    hybridq: Run,
    tmp_path: Path,
    calls: list[dict[str, Any]],
    command: str,
    name: str,
    content: str,
    message: str,
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    outcome = hybridq("solve", command, path, "--json", tmp_path / "out.json")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert name in outcome.err
    assert message in outcome.err
    assert list(tmp_path.iterdir()) == [path]
    assert calls == []


@pytest.mark.parametrize("command", ["molecule", "hamiltonian"])
@pytest.mark.parametrize("what", ["missing.txt", "."])
def test_a_missing_file_and_a_folder_are_one_line(
    hybridq: Run, tmp_path: Path, command: str, what: str
) -> None:
    outcome = hybridq("solve", command, tmp_path / what)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert str(tmp_path) in outcome.err


def test_an_interrupted_search_is_reported_with_code_130(
    hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(self: Any, record: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hybridq.presentation.progress.ProgressBar.__call__", record)
    outcome = hybridq("solve", "molecule", H2, "--initial", "random")
    assert outcome.code == 130
    assert "You interrupted the search" in outcome.out


def test_a_graph_in_a_pipe_is_refused_as_no_molecule(
    hybridq: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(SQUARE).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    outcome = hybridq("solve", "molecule", "-")
    assert outcome.code == 2
    assert outcome.err.startswith("hybridq: error: standard input")


def test_help_lists_the_commands_and_shows_examples(hybridq: Run) -> None:
    group = hybridq("solve", "--help").out
    for command in ("maxcut", "molecule", "hamiltonian"):
        assert command in group
    assert "hybridq solve molecule h2o.fcidump" in hybridq("solve", "molecule", "--help").out
    assert "hybridq solve hamiltonian tfim.json" in hybridq("solve", "hamiltonian", "--help").out
