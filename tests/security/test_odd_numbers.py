"""Numbers that are none, or too large, in every place of every format and of the Python API.

Each ends in a result or in an error of hybridq with a short message.
"""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.ansatz.angle_file import read_angles
from hybridq.ansatz.learned_angles import angles_in
from hybridq.core.errors import HybridqError
from hybridq.problems import PROBLEMS, formats

# fmt: off
ODD = (
    "²", "½", "１", "٣", "−1", "1_000", "0x1f", "1,5", "1.5.2", "1/3", "1j", "1e+", "1e-400", "",
    "-", "--1", "-0", "nan", "inf", "1e999", "-1e999", "true", "null", "[1]", "{}", '"1"', "\x00",
    "9" * 18, "1" * 30, "1" + "0" * 310, "1" + "0" * 5000,
)
# fmt: on
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)
LONGEST = 700

GRAPHS = {
    "node-link": '{"nodes": [{"id": 1}, {"id": 2}],'
    ' "links": [{"source": 1, "target": 2, "weight": 3}]}',
    "edges": '{"edges": [[0, 1, 2.5], [1, 2, 3]]}',
    "cytoscape": '{"elements": {"nodes": [{"data": {"id": "1"}}, {"data": {"id": "2"}}],'
    ' "edges": [{"data": {"source": "1", "target": "2", "weight": 3}}]}}',
    "edge list": '{"edge list": [{"nodes": [0, 1], "weight": 3}]}',
    "csv": "source,target,weight\na,b,3\nb,c,1\n",
    "rows": "1 2 3\n2 3 1\n",
    "rudy": "3 2\n1 2 3\n2 3 1\n",
    "dimacs": "p edge 3 2\ne 1 2\ne 2 3\n",
    "matrix market": "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 3.0\n3 2 1.0\n",
    "matrix": "0 1 2\n1 0 3\n2 3 0\n",
    "gml": 'graph [\n node [ id 0 label "a" ]\n node [ id 1 label "b" ]\n'
    " edge [ source 0 target 1 weight 2 ]\n]\n",
    "pajek": '*Vertices 2\n1 "a" 0.5 0.5\n2 "b" 0.1 0.2\n*Edges\n1 2 3.5\n',
    "graphml": '<graphml><key id="w" for="edge" attr.name="weight" attr.type="double"/>'
    '<graph edgedefault="undirected"><node id="0"/><node id="1"/>'
    '<edge source="0" target="1"><data key="w">3</data></edge></graph></graphml>',
}
HAMILTONIANS = {
    "openfermion": "0.5 [X0 Y1] +\n1.5 [Z0]\n",
    "pairs": '[["XY", 0.5], ["ZI", 1.5]]',
    "blueqat": "0.5*X[0]*X[1] + 1.0*Z[0]",
    "pennylane": "0.5 * (X(0) @ X(1)) + 1.0 * Z(0)",
    "cirq": "0.5*X(q(0))*X(q(1)) + 1.0*Z(q(0))",
    "pyquil": "(0.5+0j)*X0*X1 + (1+0j)*Z0",
    "qiskit": "SparsePauliOp(['XX', 'ZI'],\n coeffs=[0.5+0.j, 1.+0.j])",
}
MOLECULES = {
    "fcidump": "&FCI NORB=2,NELEC=2,MS2=0,ORBSYM=1,1,IUHF=0,ISYM=1\n/\n"
    "0.67 1 1 1 1\n0.18 2 1 2 1\n0.66 2 2 1 1\n0.69 2 2 2 2\n"
    "-1.25 1 1 0 0\n-0.47 2 2 0 0\n0.71 0 0 0 0\n",
}
NUMBERS = {"json": "[1, 2, 3]", "lines": "1\n2\n3\n"}
PROGRAMS_OF_INTEGERS = {
    "lp": "Maximize\n 3 x + [ 2 x * y ] / 2 - 1\nSubject To\n 1 <= x + 2 y <= 4\nBounds\n"
    " 0 <= y <= 3\nGeneral\n y\nBinary\n x\nEnd\n",
    "qplib": "a\nQIL\nminimize\n2\n1\n1\n2 1 3\n0\n1\n1 2\n4\n1\n1 2 5\n1e20\n-1\n0\n2\n0\n0\n0\n"
    "3\n0\n0\n0\n0\n0\n0\n0\n0\n0\n",
    "json": '{"variables": ["x", {"name": "y", "lower": 0, "upper": 3}],'
    ' "objective": [[2.5, ["x"]]], "constraints": [{"name": "c", "terms": [[1, ["x"]]],'
    ' "relation": "<=", "bound": 1}]}',
}
POLYNOMIALS = {
    "qubo": "c ObjectiveOffset 2\np qubo 0 2 1 1\n0 0 1.5\n0 1 2\n",
    "qs": "# ObjectiveOffset 2\n2 2\n1 1 1.5\n1 2 2\n",
    "bqp": "1\n2 2\n1 1 1.5\n1 2 2\n",
    "matrix": "1 2 0 0\n2 3 0 0\n0 0 0 1\n0 0 0 4.5\n",
    "json": '{"variables": ["x", "y"], "terms": [[2.5, ["x", "y"]], [1, []]]}',
}
ANGLES = {
    "groups": '{"gamma": [0.1], "beta": [0.2]}',
    "learned": '{"hybridq": "learned-angles", "version": 1, "name": "a", "gamma": [0.1],'
    ' "beta": [0.2], "degree": 2.0, "instances": 1, "source": "b"}',
}
PLAIN_ANGLES = {"list": "[0.1, 0.2]", "words": "0.1 0.2"}
PROGRAMS = {
    "2": 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nrx(0.5) q[0];\ncx q[0],q[1];\n',
    "3": 'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float[64] a;\nqubit[2] q;\n'
    "rx(a*2) q[0];\nctrl(1) @ x q[0], q[1];\npow(2) @ s q[1];\n",
}


def assert_short(call):
    """Assert that a call gives a result, or an error of hybridq with a short message."""
    message = ""
    try:
        call()
    except HybridqError as error:
        message = str(error)
    assert len(message) < LONGEST


def problems(kind, texts, suffix=".txt"):
    def read(text: str, path: Path):
        path = path.with_suffix(suffix)
        path.write_text(text, encoding="utf-8")
        return PROBLEMS[kind].from_file(str(path), None)

    return [pytest.param(text, read, id=f"{kind} {name}") for name, text in texts.items()]


def data(shape, texts):
    def read(text: str, path: Path):
        path.write_text(text, encoding="utf-8")
        return formats.read(path, shape)

    return [pytest.param(text, read, id=f"{shape} {name}") for name, text in texts.items()]


def angles(texts, reader):
    def read(text: str, path: Path):
        path.write_text(text, encoding="utf-8")
        return reader(path)

    return [pytest.param(text, read, id=f"angles {name}") for name, text in texts.items()]


@pytest.mark.parametrize(
    ("sample", "read"),
    [
        *problems("maxcut", GRAPHS),
        *problems("hamiltonian", HAMILTONIANS),
        *problems("molecule", MOLECULES, ".fcidump"),
        *problems("number-partitioning", NUMBERS),
        *data("program", PROGRAMS_OF_INTEGERS),
        *data("polynomial", POLYNOMIALS),
        *angles(ANGLES, angles_in),
        *angles(PLAIN_ANGLES, read_angles),
        *(
            pytest.param(text, lambda text, path: hq.Circuit.from_qasm(text), id=f"OpenQASM {name}")
            for name, text in PROGRAMS.items()
        ),
    ],
)
def test_in_a_file(sample, read, tmp_path):
    path = tmp_path / "file"
    read(sample, path)
    for number, place in enumerate(NUMBER.finditer(sample)):
        # All in the first place, every fourth in each other one.
        for odd in ODD[number % 4 :: 4] if number else ODD:
            text = sample[: place.start()] + odd + sample[place.end() :]
            assert_short(lambda text=text: read(text, path))


# fmt: off
VALUES = (
    10**400, -(10**400), 10**5000, float("nan"), float("inf"), np.float32("nan"), "²", "x", "1e999",
    None, 1j, [1], True,
)
OPTIONS = (
    "p", "max_evaluations", "time_limit", "shots", "threads", "restarts", "objective_shots",
    "kernels",
)
# fmt: on
RING = hq.MaxCut(nx.cycle_graph(4))
ZZ = hq.PauliSum.from_labels({"ZZ": 1.0})
BELL = hq.Circuit(2).rx(0, "a").cx(0, 1)


def solve(**options):
    return hq.solve(RING, **{"p": 1, "max_evaluations": 3, "rng": 1} | options)


CALLS = {
    "a weight": lambda v: hq.MaxCut(nx.Graph([(0, 1, {"weight": v}), (1, 2, {"weight": 1})])),
    "an entry of a matrix": lambda v: hq.MaxCut.from_matrix([[0, v], [v, 0]]),
    "an edge": lambda v: hq.MaxCut([(0, 1, v), (1, 2, 1)]),
    "a coefficient": lambda v: hq.PauliSum.from_labels({"ZZ": v}),
    "a sparse coefficient": lambda v: hq.PauliSum.from_sparse([("ZZ", (0, 1), v)], 2),
    "a number": lambda v: hq.NumberPartitioning([1, 2, v]),
    "a parameter": lambda v: BELL.expectation(ZZ, [v]),
    "a named parameter": lambda v: BELL.expectation(ZZ, {"a": v}),
    "an angle": lambda v: hq.Circuit(1).rx(0, 1.0 if v == "x" else v),
    "a start": lambda v: solve(initial=[v, 0.1]),
    "a start by name": lambda v: solve(initial={"gamma": [v], "beta": [0.1]}),
    "first step": lambda v: hq.optimizers.SPSA(initial_step=v),
    "learning rate": lambda v: hq.optimizers.Adam(learning_rate=v),
    "states": lambda v: hq.excited_states(ZZ, v),
    "a point": lambda v: hq.minimize(lambda x: float(x[0]) ** 2, [v], max_evaluations=3),
    **{name: lambda v, name=name: solve(**{name: v}) for name in OPTIONS},
    "alpha": lambda v: solve(objective="cvar", alpha=v),
    "eta": lambda v: solve(objective="gibbs", eta=v),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.filterwarnings("ignore")
def test_in_python(call):
    for value in VALUES:
        assert_short(lambda value=value: call(value))


def test_sums_refuse_numbers_beyond_floats():
    for number in (10**400, -(10**5000)):
        for combine in (lambda n: ZZ * n, lambda n: ZZ + n, lambda n: n - ZZ):
            with pytest.raises(hq.HybridqError, match="largest float"):
                combine(number)


def test_a_flag_that_is_none_is_refused(tmp_path):
    path = tmp_path / "odd.fcidump"
    path.write_text(MOLECULES["fcidump"].replace("IUHF=0", "IUHF=²"), encoding="utf-8")
    with pytest.raises(HybridqError, match=r"IUHF='²' is neither .TRUE. nor .FALSE."):
        hq.Molecule.from_file(str(path), None)


def test_the_parser_of_dot_prints_nothing(capsys):
    pytest.importorskip("pydot")
    from hybridq.problems.formats import parse_graph

    with pytest.raises(HybridqError, match="not valid DOT"):
        parse_graph("graph { a -- b [weight=½]; }", source="a.dot")
    assert capsys.readouterr() == ("", "")
