"""Small files and options that ask for a lot are refused before anything is built for them.

All cases run in one process with 3 GiB of address space, a good part of which the libraries take.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import CapacityError, FormatError, HybridqError
from hybridq.core.files import read_bytes
from hybridq.core.limits import MOST_BYTES, MOST_LAYERS
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.formats import parse_graph
from hybridq.problems.formats.pauli_sums import parse_hamiltonian
from tests.security.security_samples import FLORENTINE, ROOT

TFIM = ROOT / "problems/hamiltonians/tfim_8.json"
H2 = ROOT / "problems/molecules/h2_sto3g.fcidump"
MOST_MEMORY = 700 * 2**20  # bytes in use at any time; the libraries take about 250 MiB

PAULIS = '{{"format": "hybridq-pauli-sum", "version": 1, "n_qubits": {}, "terms": [["X", [0], 1]]}}'
INTEGRALS = " &FCI NORB={},NELEC=2,MS2=0,\n &END\n 0.5 1 1 1 1\n -1.0 1 1 0 0\n 0.0 0 0 0 0\n"
BRANCH = "include: [{0}, {0}]\n"

CONVERT = "convert"  # instead of a kind: the file is converted, not solved

# name of the case -> (kind of problem, file name, content, words of the message)
FILES = {
    "OpenFermion": ("hamiltonian", "a.txt", "1.0 [X999999999]", "without gaps"),
    "OpenFermion, fewer": ("hamiltonian", "a.txt", "1.0 [X100000]", "without gaps"),
    "OpenFermion, some": ("hamiltonian", "a.txt", "1.0 [X5000]", "5,001 qubits are too many"),
    "terms of OpenFermion": ("hamiltonian", "a.txt", '{((999999999, "X"),): 1.0}', "without gaps"),
    "Pauli sum": ("hamiltonian", "a.json", PAULIS.format(10**9), "correct n_qubits"),
    "Pauli sum, fewer": ("hamiltonian", "a.json", PAULIS.format(10**5), "correct n_qubits"),
    "Pauli sum, some": ("hamiltonian", "a.json", PAULIS.format(9_000), "qubits are too many"),
    "labels": ("hamiltonian", "a.txt", "X" * 100_000 + " 1.0", "100,000 qubits are too many"),
    "rudy": ("maxcut", "a.rud", "1000000 2\n1 2 1\n2 3 1\n", "1,000,000 nodes are declared"),
    "rudy, more": ("maxcut", "a.rud", "1000000000000 1\n1 2 1\n", "at most 1000000"),
    "DIMACS": ("maxcut", "a.col", "p edge 1000000 1\ne 1 2\n", "1,000,000 nodes are declared"),
    "Matrix Market": (
        "maxcut",
        "a.mtx",
        "%%MatrixMarket matrix coordinate pattern symmetric\n1000000 1000000 1\n2 1\n",
        "1,000,000 nodes are declared",
    ),
    "JSON graph": ("maxcut", "a.json", '{"nodes": 1000000, "edges": [[0, 1]]}', "are declared"),
    "JSON graph, more": ("maxcut", "a.json", '{"nodes": 1000000000, "edges": []}', "at most"),
    "FCIDUMP": ("molecule", "a.fcidump", INTEGRALS.format(60), "NORB=60, and the integrals name"),
    "FCIDUMP, more": ("molecule", "a.fcidump", INTEGRALS.format(10**8), "GiB are free"),
    "ORBSYM": (
        "molecule",
        "a.fcidump",
        INTEGRALS.format("2,ORBSYM=999999999*1"),
        "ORBSYM",
    ),
    "XYZ": (
        "molecule",
        "a.xyz",
        "5000\n\n" + "".join(f"H 0 0 {k}\n" for k in range(5000)),
        "more than 1,000 atoms",
    ),
    "XYZ of many orbitals": (
        "molecule",
        "a.xyz",
        "200\n\n" + "".join(f"H 0 0 {k}\n" for k in range(200)),
        "integrals of 200 orbitals",
    ),
    "XYZ count": ("molecule", "a.xyz", "999999\n\nH 0 0 0\n", "999999 atoms are declared"),
    "few integrals": (
        "molecule",
        "a.fcidump",
        " &FCI NORB=70,NELEC=2,\n &END\n"
        + "".join(f" 0.5 {k} {k} {k} {k}\n -1.0 {k} {k} 0 0\n" for k in range(1, 71))
        + " 0.0 0 0 0 0\n",
        "only 141 integrals follow",
    ),
    "far atoms": ("molecule", "a.xyz", "2\n\nH 0 0 1e300\nH 0 0 0\n", "from the origin"),
    "a large coefficient": ("hamiltonian", "a.txt", f'[["XX", 1{"0" * 400}]]', "for a float"),
    "qubo": (CONVERT, "a.qubo", "p qubo 0 1000000000 1 0\n0 0 1\n", "variables are declared"),
    "QOBLIB": (CONVERT, "a.qs", "1000000000 1\n1 1 1\n", "1,000,000,000 variables are declared"),
    "Biq Mac": (CONVERT, "a.sparse", "1000000 1\n1 1 1\n", "1,000,000 variables are declared"),
    "OR-Library": (CONVERT, "a.txt", "1\n1000000 1\n1 1 1\n", "variables are declared"),
    "quadratic Matrix Market": (
        CONVERT,
        "a.mtx",
        "%%MatrixMarket matrix array real general\n900000 900000\n1\n",
        "900,000 variables are declared",
    ),
    "QPLIB": (CONVERT, "a.qplib", "t\nQBN\nminimize\n1000000000\n0\n", "variables are declared"),
    "QPLIB constraints": (
        CONVERT,
        "a.qplib",
        "t\nLBL\nminimize\n1\n1000000000\n0\n0\n0\n0\n",
        "1,000,000,000 constraints are declared",
    ),
    "QPLIB entries": (
        CONVERT,
        "a.qplib",
        "t\nQBN\nminimize\n1\n1000000000\n1 1 1\n",
        "1,000,000,000 entries are declared",
    ),
    "LP of a large bound": (
        CONVERT,
        "a.lp",
        f"min\n x\nst\nbounds\n x <= 1{'0' * 19}\ngeneral\n x\nend\n",
        "is too large for an integer in bits",
    ),
    "a device": ("maxcut", "/dev/zero", None, f"more than {MOST_BYTES:,} bytes"),
    "a device of energies": ("hamiltonian", "/dev/zero", None, f"more than {MOST_BYTES:,} bytes"),
    "a device of atoms": ("molecule", "/dev/zero", None, f"more than {MOST_BYTES:,} bytes"),
}

# What readers once took minutes or hours to refuse: long gaps, numbers and names.
LONG = {
    "gaps in OpenFermion": (
        "hamiltonian",
        "a.txt",
        f"0.5 [X0 Y1] {' ' * 50_000}@",
        "is not a term",
    ),
    "digits in OpenFermion": (
        "hamiltonian",
        "a.txt",
        f"0.5 [X0]+\n{'1' * 50_000} @",
        "is not a term",
    ),
    "digits at a label": ("hamiltonian", "a.txt", f"XXI {'1' * 50_000}x", "is not a number"),
    "digits in XYZ": ("molecule", "a.xyz", f"1\n\nH 0 0 {'1' * 50_000}x\n", "coordinate"),
    "digits in FCIDUMP": (
        "molecule",
        "a.fcidump",
        f"{INTEGRALS.format(2)} {'5' * 50_000}x 1 1 0 0\n",
        "line 6",
    ),
    "digits in LP": (CONVERT, "a.lp", f"min\n {'1' * 50_000}@ x\nst\nend\n", "line 2"),
    "signs in LP": (CONVERT, "a.lp", f"min\n {'- ' * 50_000}@<\nst\nend\n", "line 2"),
    "names in LP": (CONVERT, "a.lp", f"min\nst\n {'a' * 50_000}:: x\nend\n", "line 3"),
    "brackets in LP": (CONVERT, "a.lp", f"min\nst\n {'x[' * 20_000}\nend\n", "line 3"),
    "bounds in LP": (CONVERT, "a.lp", f"min\nbounds\n {'9' * 50_000} x\nend\n", "line 3"),
    "blank lines of LP": (CONVERT, "a.lp", f"min\nst\n x {chr(10) * 90_000} <\nend\n", "line"),
    "an index in QOBLIB": (CONVERT, "a.qs", f"2 1\n1 {'1' * 50_000} 1\n", "line 2"),
    "blank lines": ("maxcut", "a.graphml", f"<graphml>{chr(10) * 90_000}<x", "not valid XML"),
    "blank lines of edges": ("maxcut", "a.txt", f"a b c d\n{chr(10) * 90_000}", "line 1"),
    "signs": ("hamiltonian", "a.txt", f'[("XXI", {"-" * 900}1)]', "nested too deeply"),
    "hexadecimal digits": (
        "hamiltonian",
        "a.txt",
        f'[("XX",[0x{"f" * 5000},"a"])]',
        "thousands of digits",
    ),
}
FILES |= LONG

RING = "problem: {kind: ring, nodes: 8}\n"
CONFIGS = {
    "random-regular": ("problem: {kind: random-regular, nodes: 1000000000}", "too many"),
    "erdos-renyi": ("problem: {kind: erdos-renyi, nodes: 1000000000}", "too many"),
    "complete": ("problem: {kind: complete, nodes: 1000000000}", "too many"),
    "ring": ("problem: {kind: ring, nodes: 1000000000}", "too many"),
    "lattice": ("problem: {kind: lattice, rows: 100000, columns: 100000}", "too many"),
    "tfim": ("problem: {kind: tfim, sites: 1000000000}", "too many"),
    "heisenberg": ("problem: {kind: heisenberg, sites: [100000, 100000]}", "too many"),
    "hubbard": ("problem: {kind: hubbard, sites: 1000000000}", "too many"),
    "instances": (
        "problem: {kind: random-regular, nodes: 8, instances: 1000000000}",
        "1,000,000,000 trials",
    ),
    "repeats": (f"{RING}repeats: 1000000000", "1,000,000,000 trials"),
    "a range": (f"{RING}sweep: {{seed: {{from: 1, to: 1000000000}}}}", ""),
    "depths": (
        f"{RING}sweep: {{ansatz.p: {{from: 1, to: 1000000000}}}}",
        "1,000,000,000 trials",
    ),
    "p": (f"{RING}ansatz: {{p: 1000000000}}", "must be at most 10000"),
    "layers": (
        "problem: {kind: tfim, sites: 8}\nansatz: {kind: hva, layers: 1000000000}",
        "must be at most 10000",
    ),
    "restarts": (
        f"{RING}strategy: {{kind: direct, restarts: 1000000000}}",
        "must be at most 100000",
    ),
    "a wide range": (
        f"{RING}sweep: {{ansatz.p: {{from: 0, to: 1.0e300, step: 1}}}}",
        "a range must end at 1e+15",
    ),
    "a fine range": (f"{RING}sweep: {{ansatz.p: {{from: 0, to: 1, step: 1e-300}}}}", "at most"),
    "many points": (
        f"{RING}sweep: {{ansatz.p: {{from: 0, to: 1, points: 1{'0' * 24}}}}}",
        "at most 1,000,000,000",
    ),
    "a long range": (
        f"{RING}sweep: {{ansatz.p: {{from: 1, to: 1{'0' * 21}}}}}",
        "a range must end at 1e+15",
    ),
    "hexadecimal digits": (f"{RING}ansatz: {{p: 0x{'f' * 20_000}}}", "20,002 digits"),
    "a long path": (f"problem: {{kind: maxcut, path: {'a' * 50_000}}}", "at most 4,096"),
    "a pattern that goes up": (
        f"problem: {{kind: maxcut, path: '{'*/../' * 20}*.nope'}}",
        "no .. after a wildcard",
    ),
    "rules and repeats": (
        f"{RING}repeats: 90000\nexclude:\n" + "- {repeat: 1}\n" * 7000,
        "7,000 rules for 90,000 trials",
    ),
    "merged mappings": (
        f"a: &a {{{', '.join(f'k{k}: 1' for k in range(5000))}}}\n"
        f"b: {{<<: [{', '.join(['*a'] * 18)}]}}",
        "unknown key",
    ),
    "a population": (
        f"{RING}optimizer: {{kind: differential-evolution, population: 1000000000}}",
        "must be an integer <= 1,000,000",
    ),
}

OPTIONS = {
    "p": ("maxcut", ["--p", 10**9], "p must be at most 10,000"),
    "p and a ladder": ("maxcut", ["--p", 20_000, "--strategy", "interp"], "p must be at most"),
    "shots": ("maxcut", ["--shots", 10**12], "--shots 1000000000000 needs"),
    "objective shots": (
        "maxcut",
        ["--objective", "cvar", "--objective-shots", 10**12],
        "--objective-shots 1000000000000 needs",
    ),
    "restarts": ("maxcut", ["--restarts", 10**9], "--restarts must be an integer <= 100,000"),
    "threads": ("maxcut", ["--threads", 10**6], "--threads must be at most"),
    "a population": (
        "maxcut",
        ["--optimizer", "differential-evolution", "-o", "population=1000000000"],
        "must be an integer <= 1,000,000",
    ),
    "a batch": (
        "maxcut",
        ["--optimizer", "optuna-tpe", "-o", "batch=1000000000"],
        "must be an integer <= 1,000,000",
    ),
    "candidates": (
        "maxcut",
        ["--optimizer", "optuna-tpe", "-o", "candidates=1000000000000"],
        "must be an integer <= 1,000,000",
    ),
    "candidates in many dimensions": (
        "maxcut",
        ["--optimizer", "optuna-tpe", "-o", "candidates=1000000", "--p", 50],
        "GiB are free",
    ),
    "estimates": (
        "maxcut",
        ["--optimizer", "spsa", "-o", "calibration=1000000", "--p", 500],
        "GiB are free",
    ),
    "a long memory": ("maxcut", ["--optimizer", "l-bfgs", "-o", "memory=1000000"], "GiB are free"),
    "rotations": (
        "hamiltonian",
        ["--ansatz", "hardware-efficient", "--rotations", ",".join(["rx"] * 20_000)],
        "at most 100 names",
    ),
    "a device of angles": ("maxcut", ["--initial", "/dev/zero"], "more than 10,000,000 bytes"),
    "layers": ("hamiltonian", ["--ansatz", "hva", "--layers", 10**9], "at most 10,000"),
    "layers of gates": (
        "hamiltonian",
        ["--ansatz", "hardware-efficient", "--layers", 10**9],
        "at most 10,000",
    ),
    "layers with many gates": (
        "hamiltonian",
        [
            "--ansatz",
            "hardware-efficient",
            "--layers",
            10**4,
            "--rotations",
            "rx,ry,rz" + ",rx" * 50,
        ],
        "instructions",
    ),
    "states": ("hamiltonian", ["--excited", 10**9], "--excited must be at most 256"),
    "repetitions": ("molecule", ["--ansatz", "k-upccgsd", "--k", 10**9], "at most 10,000"),
}
EXAMPLES = {"maxcut": FLORENTINE, "hamiltonian": TFIM, "molecule": H2}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """The exit code and the message of each case, and the most memory of them all."""
    folder = tmp_path_factory.mktemp("sizes")
    commands: dict[tuple[str, str], list[str]] = {}
    for case, (kind, name, content, _) in FILES.items():
        path = Path(name) if content is None else folder / case.replace(" ", "_") / name
        if content is not None:
            path.parent.mkdir()
            path.write_text(content)
        commands["file", case] = (
            ["convert", str(path), str(path.with_name("out.lp"))]
            if kind == CONVERT
            else ["solve", kind, str(path), "--seed", "1"]
        )
    for case, (content, _) in CONFIGS.items():
        path = folder / f"{case.replace(' ', '_')}.yaml"
        path.write_text(f"name: a\n{content}\n")
        commands["config", case] = ["config", "check", str(path)]
    for depth in range(18):
        (folder / f"fan{depth}.yaml").write_text(BRANCH.format(f"fan{depth + 1}.yaml"))
    (folder / "fan18.yaml").write_text(f"name: a\n{RING}")
    commands["config", "a fan of files"] = ["config", "check", str(folder / "fan0.yaml")]
    commands["config", "a device"] = ["config", "check", "/dev/zero"]
    for case, (kind, options, _) in OPTIONS.items():
        given = [str(option) for option in options]
        commands["option", case] = ["solve", kind, str(EXAMPLES[kind]), "--seed", "1", *given]
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("declared_sizes.py")],
        input=json.dumps(list(commands.values())),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=folder,
        env={**os.environ, "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    return dict(zip(commands, answer["found"], strict=True)), answer["memory"]


def check(refusals, key, words):
    code, message = refusals[0][key]
    message = re.sub(r"^Compiling the kernels.*\n", "", message)  # in a process that has none yet
    assert code == 2, message
    assert message.startswith("hybridq: error: ")
    for line in message.splitlines():
        assert line.startswith("hybridq: error: ")
        assert len(line) <= 600
    assert words in message


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")


@pytest.mark.parametrize("case", FILES)
def test_file_that_declares_too_much_is_refused_in_one_line(case, refusals):
    check(refusals, ("file", case), FILES[case][-1])
    assert refusals[0]["file", case][1].count("\n") == 1


@pytest.mark.parametrize("case", CONFIGS)
def test_config_that_asks_for_too_much_is_refused_at_its_place(case, refusals):
    check(refusals, ("config", case), CONFIGS[case][-1])
    assert ".yaml:" in refusals[0]["config", case][1]


@pytest.mark.parametrize(
    ("case", "words"),
    [("a fan of files", "more than 100 files are included"), ("a device", "10,000,000 bytes")],
)
def test_config_without_an_end_is_refused(case, words, refusals):
    check(refusals, ("config", case), words)


@pytest.mark.parametrize("case", OPTIONS)
def test_option_that_asks_for_too_much_is_refused(case, refusals):
    check(refusals, ("option", case), OPTIONS[case][-1])


def test_no_refusal_takes_memory(refusals):
    assert refusals[1] < MOST_MEMORY


# ----- OpenQASM, which no command reads -----

HEAD = 'OPENQASM 2.0;include "qelib1.inc";'
TENFOLD = "gate {0} x {{" + "{1} x;" * 10 + "}}"
PROGRAMS = {
    "a register": ("qreg q[999999999];h q;", "at most 10,000 are read"),
    "a register, fewer": ("qreg q[1000001];", "at most 10,000 are read"),
    "bits": ("qreg q[1];creg c[999999999];", "at most 10,000 are read"),
    "registers": ("".join(f"qreg q{k}[1];" for k in range(20_000)), "at most 10,000 are read"),
    "a long name": (f"qreg q[1];{'a' * 1_000_000} q[0];", "unknown gate 'aaaa"),
    "angles upon angles": (
        f"gate g0(a) x {{rz({'+'.join(['a'] * 400)}) x;}}"
        + "".join(f"gate g{k + 1}(a) x {{g{k}(a) x;g{k}(a) x;}}" for k in range(16))
        + "qreg q[1];g16(1) q[0];",
        "expands to more than",
    ),
    "a gate upon itself": (
        f"gate g {','.join(f'a{k}' for k in range(20_000))} {{cx a7,a7;}}qreg q[1];",
        "acts twice on qubit a7",
    ),
    "gates upon gates": (
        "".join(TENFOLD.format(f"g{k + 1}", f"g{k}" if k else "h") for k in range(9))
        + "qreg q[1];g9 q[0];",
        "expands to more than",
    ),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_program_that_declares_too_much_is_refused(case, monkeypatch):
    monkeypatch.setattr("hybridq.circuits.qasm.program.MOST_INSTRUCTIONS", 20_000)
    program, words = PROGRAMS[case]
    with pytest.raises(FormatError, match=words) as caught:
        Circuit.from_qasm(HEAD + program)
    assert len(str(caught.value)) < 700


def test_many_registers_and_arguments_are_read_in_one_go():
    registers = "".join(f"qreg a{k}[1];" for k in range(5000))
    circuit = Circuit.from_qasm(f"{HEAD}{registers}qreg q[4000];{'h q;' * 5}")
    assert len(circuit) == 20_000
    arguments = ",".join(f"a{k}" for k in range(20_000))
    wide = f"gate g {arguments} {{barrier {arguments};h a3;}}qreg q[1];"
    assert Circuit.from_qasm(HEAD + wide).n_qubits == 1


def test_registers_of_usual_size_are_read():
    assert Circuit.from_qasm(f"{HEAD}qreg a[6000];qreg b[4000];h b[3999];").n_qubits == 10_000


# ----- what is large and meant so is read -----


def test_isolated_nodes_are_kept_where_they_cost_little():
    graph = parse_graph("10000 1\n1 2 1\n", format="rudy")
    assert graph.number_of_nodes() == 10_000


def test_graph_of_many_edges_may_have_many_isolated_nodes():
    edges = "".join(f"{k} {k + 1} 1\n" for k in range(1, 3001))
    assert parse_graph(f"30000 3000\n{edges}", format="rudy").number_of_nodes() == 30_000


def test_idle_qubits_are_kept_where_they_cost_little():
    assert parse_hamiltonian("1.0 [Z0 Z9999]").n_qubits == 10_000
    ising = PauliSum.from_sparse([("ZZ", (0, 70), 1.0)], 200)
    assert PauliSum.from_json(ising.to_json()).isclose(ising)


def test_file_at_the_limit_is_read_and_one_byte_more_is_not(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)
    assert len(read_bytes(tmp_path / "a", most=1000)[0]) == 1000
    with pytest.raises(FormatError, match="more than 999 bytes"):
        read_bytes(tmp_path / "a", most=999)


def test_pipe_is_read_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", f"printf %s {'x' * 5000} > '{tmp_path}/pipe'"]):
        assert len(read_bytes(tmp_path / "pipe")[0]) == 5000


def test_depth_at_the_limit_is_taken():
    import hybridq as hq

    ring = PauliSum.from_sparse([("ZZ", (0, 1), 1.0)], 2)
    assert hq.QAOA(ring, MOST_LAYERS).n_params == 2 * MOST_LAYERS
    with pytest.raises(HybridqError, match="p must be at most 10,000, got 10001"):
        hq.QAOA(ring, MOST_LAYERS + 1)


def test_angles_that_are_the_parameters_take_no_matrix():
    import hybridq as hq
    from hybridq.engines.layers import read_layers

    ring = PauliSum.from_sparse([("ZZ", (0, 1), 1.0)], 2)
    layers = read_layers(hq.QAOA(ring, MOST_LAYERS).circuit, "diagonal")
    assert layers.is_plain
    assert layers.matrix.size == 0
    circuit = hq.QAOA(ring, 3).circuit
    shared = circuit.bind(dict.fromkeys(circuit.parameters[2:], 0.1))
    assert not read_layers(shared, "diagonal").is_plain


def test_optimizer_with_a_matrix_is_refused_for_very_many_parameters():
    import hybridq as hq

    with pytest.raises(CapacityError, match=r"cobyla with 1,000,000 parameters needs"):
        hq.minimize(lambda x: float(x @ x), np.zeros(1_000_000), method="cobyla")


def test_trials_of_a_storage_are_held_to_the_same_sizes():
    from hybridq.experiments.trial.run import run_trial

    for kind, size in (("ring", "nodes"), ("tfim", "sites"), ("hubbard", "sites")):
        conditions = {"problem": {"kind": kind, size: 10**9}, "seed": 1, "repeat": 0}
        with pytest.raises(CapacityError, match=r"too many to (simulate|generate)"):
            run_trial(conditions)
