"""Hamiltonian files: every spelling reads to the same Pauli sum, every fault is told."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import FormatError, ParameterError
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems import PROBLEMS, HamiltonianProblem
from hybridq.problems.formats.pauli_sums import parse_hamiltonian

FOLDER = Path(__file__).parents[2] / "problems" / "hamiltonians"

# X on qubit 0, Z on qubit 2, of three.
SUM = PauliSum.from_labels({"III": -1.0, "XIZ": 0.5, "IYY": -0.25})
SPELLINGS = {
    "own JSON": SUM.to_json(),
    "OpenFermion": "(-1+0j) [] +\n(0.5+0j) [X0 Z2] +\n(-0.25+0j) [Y1 Y2]",
    "OpenFermion, real": "-1.0 [] +\n0.5 [Z2 X0] +\n-0.25 [Y1 Y2] +\n",
    "OpenFermion on one line": "0.5 [X0 Z2] - 0.25 [Y1 Y2] - []",
    "OpenFermion, saved": "QubitOperator:\n-1.0 [] +\n0.5 [X0 Z2] +\n-2.5e-1 [Y1 Y2]",
    "OpenFermion, repeated": "-1 [] +\n0.25 [X0 Z2] +\n0.25 [X0 Z2] +\n-0.25 [Y1 Y2]",
    "OpenFermion terms": "{(): -1.0, ((0, 'X'), (2, 'Z')): (0.5+0j),\n ((1,'Y'),(2,'Y')): -0.25}",
    "Qiskit lines": "III -1\nZIX 0.5\nYYI -0.25\n",
    "Qiskit lines, complex": "III (-1+0j)\nZIX 0.5+0j\nYYI -0.25-0j\n",
    "Qiskit lines, number first": "# three qubits\n\n-1 * III\n+0.5 * ZIX\n-.25 YYI # pair\n",
    "Qiskit columns": "III,-1\nZIX, 0.5\nYYI\t-0.25",
    "JSON list": '[["III", -1], ["ZIX", 0.5],\n ["YYI", -0.25]]',
    "JSON list, complex": '[["III", [-1, 0]], ["ZIX", [0.5, 0.0]], ["YYI", [-0.25, 0.0]]]',
    "JSON lines": '["III", -1]\n\n["ZIX", 0.5]\n["YYI", -0.25]\n',
    "JSON object": '\n{"III": -1, "ZIX": 0.5, "YYI": -0.25}',
    "Python list": "[('III', (-1+0j)), ('ZIX', (0.5+0j)), ('YYI', (-0.25+0j))]",
    "Python lines": "('III', (-1+0j))\n('ZIX', (0.5+0j)),\n('YYI', -0.25)",
    "SparsePauliOp": "SparsePauliOp(['III', 'ZIX', 'YYI'],\n coeffs=[-1.+0.j,  0.5 +0j, -.25+0j])",
    "PennyLane": "-1.0 * I() + 0.5 * (X(0) @ Z(2)) + -0.25 * (Y(1) @ Y(2))",
    "PennyLane, older": "  (-1.0) [I0]\n+ (0.5) [X0 Z2]\n+ (-0.25) [Y1 Y2]".replace("I0", ""),
    "Cirq": "-1.000*I+0.500*X(q(0))*Z(q(2))-0.250*Y(q(1))*Y(q(2))",
    "Blueqat": "0.5*X[0]*Z[2] - 0.25*Y[1]*Y[2] - 1.0*I",
    "pyQuil": "(-1+0j)*I + (0.5+0j)*X0*Z2 + (-0.25+0j)*Y1*Y2",
    "products with blanks": "0.5 X0 Z2\n- 0.25 Y1 Y2\n- 1",
    "rounding of eight digits": "III -1+1e-8j\nZIX 0.5\nYYI -0.25\n",
    "rounding": "III -1+1e-17j\nZIX 0.5\nYYI -0.25\n",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_reads_alike(text: str) -> None:
    assert parse_hamiltonian(text) == SUM


# name: text, line, what the message must hold
BAD: dict[str, tuple[str, int | None, str]] = {
    "empty": (" \n", None, "empty"),
    "only comments": ("# nothing\n", None, "no terms"),
    "empty list": ("[]", None, "no terms"),
    "empty sum": (PauliSum.zero(2).to_json(), None, "no terms"),
    "empty object": ("{}", None, "no terms"),
    "mixed widths": ("XX 1\nXXX 2\n", 2, "3 qubits, where the first has 2"),
    "mixed widths in JSON": ('[["XX", 1],\n\n ["X", 2]]', 3, "1 qubits, where the first has 2"),
    "a wrong letter": ("XX 1\nXA 2\n", 2, "'XA'"),
    "not a number": ("XX 1\nZZ 2.0.0\n", 2, "'2.0.0'"),
    "not finite": ("XX 1\nZZ 1e999\n", 2, "not finite"),
    "NaN": ('[["XX", 1],\n ["ZZ", NaN]]', 2, "cannot be part of a Pauli term"),
    "three columns": ("XX 1 2\n", 1, "'XX 1 2'"),
    "not hermitian": (
        "XX 1\nZZ 0.5+0.25j\nYY 1+0.125j\n",
        2,
        "Z0 Z1 has the coefficient 0.5+0.25j",
    ),
    "not hermitian text": ("0.5 [X0] +\n(0+1j) [] ", 2, "not hermitian: I has"),
    "not hermitian JSON": (
        (SUM * 1j).to_json(),
        None,
        "not hermitian",
    ),
    "no plus": ("0.5 [X0]\n\n0.5 [Z1]\n", 3, "a plus between"),
    "no bracket": ("0.5 [X0] +\n\n0.5 [Z1\n", 3, "'0.5 [Z1'"),
    "no qubit": ("0.5 [X0] +\n0.5 [Z]\n", 2, "'Z'"),
    "a qubit twice": ("0.5 [X0] +\n0.5 [Z1 X1]\n", 2, "repeat"),
    "an absurd qubit": ("0.5 [X0] +\n0.5 [Z999999999] +\n" + "1 [Y0] +\n" * 999, 2, "without gaps"),
    "a fermion": ("0.5 [0^ 1] +\n0.5 [1^ 0]", 1, "ladder operator"),
    "broken JSON": ('[["XX", 1],\n ["ZZ", 2', 2, "neither JSON"),
    "a triple": ('[["XX", 1],\n ["ZZ", 2, 3, 4]]', 2, "not a term"),
    "a text coefficient": ('[["XX", 1],\n ["ZZ", "2"]]', 2, "not a number"),
    "a truth value": ('[["XX", 1],\n ["ZZ", True]]', 2, "not a number"),
    "a call": ("[('XX', 1),\n ('ZZ', open('x'))]", 2, "cannot be part of a Pauli term"),
    "a number as key": ("{1: 2}", 1, "not a Pauli term"),
    "a broken key": ("{((0, 'Q'),): 2}", 1, "not a Pauli term"),
    "a set": ("{1, 2}", 1, "not a list of terms"),
    "lists of two lengths": ("SparsePauliOp(['XX'], coeffs=[1, 2])", 1, "not a list of terms"),
    "cut own JSON": (SUM.to_json()[:80], 5, "JSON"),
    "a molecule": (
        "&FCI NORB=2,NELEC=2 /\n0.5 1 1 1 1\n",
        1,
        "appears to hold molecular integrals in fcidump format",
    ),
    "a sum in a product": ("0.5*(X0 + Z1)\n", 1, "write out its terms"),
    "a qubit twice in a product": ("X0*Z1\n+ 2*Z0*X0\n", 2, "acts twice on qubit 0"),
    "a product that ends in a sign": ("0.5*X0 +\n", 2, "the last term is missing"),
    "a product with other words": ("0.5*X0 + 0.2*A1\n", 1, "'A1'"),
    "a parenthesis too many": ("0.5*X0)\n", 1, "parenthesis"),
    "a graph in JSON": ('{"directed": false,\n "nodes": [1, 2]}', 1, "'false'"),
    "a graph": ("3 2\n0 1\n1 2\n", 1, "not a Pauli label"),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD)
def test_a_fault_is_named_with_its_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_hamiltonian(text, source="h.txt")
    assert words in str(caught.value)
    assert caught.value.line == line, str(caught.value)
    assert "\n" not in str(caught.value)


labels = st.integers(1, 5).flatmap(
    lambda n: st.dictionaries(
        st.text("IXYZ", min_size=n, max_size=n),
        st.floats(-1e6, 1e6).filter(lambda c: abs(c) > 1e-6),
        min_size=1,
    )
)


@settings(max_examples=60, deadline=None)
@given(labels)
def test_labels_are_read_with_qubit_0_on_the_right(terms: dict[str, float]) -> None:
    expected = PauliSum.from_labels({label[::-1]: c for label, c in terms.items()})
    lines = "".join(f"{label} {c!r}\n" for label, c in terms.items())
    assert parse_hamiltonian(lines) == expected
    assert parse_hamiltonian(repr(terms)) == expected
    assert parse_hamiltonian(repr(list(terms.items()))) == expected
    assert parse_hamiltonian(expected.to_json()) == expected


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(list(SPELLINGS.values())))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    with contextlib.suppress(FormatError):
        parse_hamiltonian(text[:start] + data.draw(st.text(max_size=4)) + text[end:])


@pytest.mark.parametrize("file", ["h2_openfermion.txt", "h2_qiskit.txt", "h2_qiskit.json"])
def test_the_stored_hydrogen_has_its_published_spectrum(file: str) -> None:
    problem = HamiltonianProblem.from_file(FOLDER / file)
    spectrum = np.linalg.eigvalsh(problem.hamiltonian.to_matrix().toarray())
    # qiskit-algorithms tests; H2 at 0.735 Å, electronic energies.
    published = [-1.85727503, -1.24458455, -0.88272215, -0.22491125]
    assert spectrum == pytest.approx(published, abs=1e-8)
    assert problem.hamiltonian.to_labels()["ZI"] == 0.39793742484318045


def test_the_stored_ising_ring_has_its_closed_form_energy() -> None:
    problem = HamiltonianProblem.from_file(FOLDER / "tfim_8.json")
    ground = np.linalg.eigvalsh(problem.hamiltonian.to_matrix().toarray())[0]
    assert ground == pytest.approx(-2 / np.sin(np.pi / 16), abs=1e-10)


def test_facts_of_a_hamiltonian_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = HamiltonianProblem(SUM)
    assert (problem.kind, problem.sense, problem.value_name) == (
        "hamiltonian",
        "minimize",
        "energy",
    )
    assert (problem.n_qubits, problem.name) == (3, "3 terms on 3 qubits")
    assert problem.describe() == {"terms": 3, "constant": -1.0, "one_norm": 1.75, "diagonal": False}
    assert PROBLEMS["hamiltonian"] is hq.HamiltonianProblem is HamiltonianProblem
    assert HamiltonianProblem.from_file(FOLDER / "tfim_8.json").name == "tfim_8"
    stream = io.TextIOWrapper(io.BytesIO(b"XX 1\r\nZZ 2\r\n"))
    monkeypatch.setattr("sys.stdin", stream)
    assert HamiltonianProblem.from_file("-").hamiltonian == PauliSum.from_labels({"XX": 1, "ZZ": 2})


def test_an_operator_that_is_not_hermitian_is_refused_by_its_worst_term() -> None:
    with pytest.raises(ParameterError, match=r"not hermitian: X0 Y1 has the coefficient 1\+2j"):
        HamiltonianProblem(PauliSum.from_labels({"XY": 1 + 2j, "ZZ": 1 + 1j}))
    almost = PauliSum.from_labels({"XY": 1 + 1e-16j})
    assert HamiltonianProblem(almost).hamiltonian.is_hermitian()


def test_a_missing_file_is_told() -> None:
    with pytest.raises(FormatError, match="file not found"):
        HamiltonianProblem.from_file(FOLDER / "nothing.json")


def test_half_a_pair_of_parentheses_is_refused():
    with pytest.raises(FormatError, match="is not a number"):
        parse_hamiltonian("-1+0j) [] +\n(0.5+0j) [X0 Z2]")
