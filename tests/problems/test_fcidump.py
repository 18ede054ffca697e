"""FCIDUMP files: every spelling reads to the same integrals, every fault is named by its line."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import Molecule
from hybridq.problems.formats.fcidump import parse_fcidump
from hybridq.problems.formats.fcidump_writer import format_fcidump

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"
BODY = """0.6757101548035163 1 1 1 1
0.1809311997842314 2 1 2 1
0.6645817302552964 2 2 1 1
0.6985737227320177 2 2 2 2
-1.25633907300325 1 1 0 0
-0.4718960072811418 2 2 0 0
0.7199689944489797 0 0 0 0
"""
HEAD = "&FCI NORB=2,NELEC=2,MS2=0,\n ORBSYM=1,5,\n ISYM=1,\n&END\n"
ALPHA_BETA = """0.6757 1 1 3 3
0.1809 1 2 3 4
0.66 3 3 2 2
0.67 1 1 4 4
0.6 1 1 1 1
0.7 3 3 4 4
-1.2 1 1 0 0
-1.1 3 3 0 0
-0.4 2 2 0 0
-0.5 4 4 0 0
0.7 0 0 0 0
"""
BLOCKS = """0.6 1 1 1 1
0 0 0 0 0
0.7 1 1 2 2
0 0 0 0 0
0.6757 1 1 1 1
0.1809 1 2 1 2
0.66 2 2 1 1
0.67 1 1 2 2
0 0 0 0 0
-1.2 1 1 0 0
-0.4 2 2 0 0
0 0 0 0 0
-1.1 1 1 0 0
-0.5 2 2 0 0
0 0 0 0 0
0.7 0 0 0 0
"""
# α and β orbitals have odd and even numbers in turn.
IN_TURN = """0.6 1 1 1 1
0.1 3 1 3 1
0.7 2 2 2 2
0.6757 1 1 2 2
0.1809 3 1 4 2
-1.2 1 1 0 0
-0.1 3 1 0 0
-1.1 2 2 0 0
-0.4 3 3 0 0
-0.5 4 4 0 0
0.7 0 0 0 0
"""
HEADERS = {
    "slash": "&FCI NORB=2,NELEC=2,MS2=0,ORBSYM=1,5,ISYM=1 /\n",
    "slash on a line": "&FCI NORB= 2, NELEC= 2, MS2= 0,\n ORBSYM= 1, 5,\n/\n",
    "dollar": "$FCI NORB=2 NELEC=2\n ORBSYM=1 5\n$END\n",
    "lower case": "&fci norb=2,nelec=2,ms2=0,\n orbsym=1,5\n&end\n",
    "several lines": "\n! a comment\n&FCI\nNORB=2,\nNELEC=2,\nORBSYM=1,\n5,\nISYM=1\n&END\n",
    "no spin": "&FCI NORB=2,NELEC=2,ORBSYM=1,5 &END\n",
    "unknown words": "&FCI NORB=2,NELEC=2,ORBSYM=1,5,NPROP=1 1 1,UHF=.FALSE.,IUHF=0\n&END\n",
    "comments": "# made by hand\n&FCI NORB=2, ! orbitals\n NELEC=2,ORBSYM=1,5\n&END\n",
}
BODIES = {
    "Fortran exponents": BODY.replace("0.6757101548035163", "6.757101548035163D-01"),
    "no room for an E": BODY.replace(
        "0.6985737227320177 2 2 2 2", "0.6985737227320177+000 2 2 2 2"
    ),
    "comments and blanks": "# integrals\n\n" + BODY.replace(" 2 2 2 2\n", " 2 2 2 2 ! last\n\n"),
    "other index orders": BODY.replace("2 1 2 1", "1 2 2 1").replace("2 2 1 1", "1 1 2 2"),
    "repeated": BODY + "0.6645817302552964 1 1 2 2\n0.6645817302552965 2 2 1 1\n",
    "orbital energies": BODY.replace("0.7199", "-0.58 1 0 0 0\n0.68 2 0 0 0\n0.7199"),
    "zeros": BODY + "0.0 2 1 0 0\n0.0 2 1 1 1\n",
    "another order of lines": "\n".join(reversed(BODY.split("\n"))),
}


def same(a: ElectronicHamiltonian, b: ElectronicHamiltonian, tolerance: float = 0.0) -> bool:
    return all(
        np.allclose(getattr(a, name), getattr(b, name), rtol=0, atol=tolerance)
        for name in ("constant", "one_body", "two_body")
    )


def test_integrals_are_where_the_indices_say() -> None:
    data = parse_fcidump(HEAD + BODY)
    g = data.electronic.two_body
    assert (data.n_alpha, data.n_beta, data.orbital_symmetries) == (1, 1, (1, 5))
    assert data.electronic.constant == 0.7199689944489797
    assert (
        data.electronic.one_body.tolist()
        == [[[-1.25633907300325, 0], [0, -0.4718960072811418]]] * 2
    )
    for block in g:
        assert block[0, 0, 0, 0] == 0.6757101548035163
        assert block[0, 0, 1, 1] == block[1, 1, 0, 0] == 0.6645817302552964
        exchange = [block[i] for i in ((0, 1, 0, 1), (0, 1, 1, 0), (1, 0, 0, 1), (1, 0, 1, 0))]
        assert exchange == [0.1809311997842314] * 4
    assert np.count_nonzero(g) == 3 * 8


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_every_spelling_of_the_header_reads_alike(header: str) -> None:
    data = parse_fcidump(header + BODY)
    assert same(data.electronic, parse_fcidump(HEAD + BODY).electronic)
    assert (data.n_alpha, data.n_beta, data.orbital_symmetries) == (1, 1, (1, 5))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_spelling_of_the_integrals_reads_alike(body: str) -> None:
    assert same(parse_fcidump(HEAD + body).electronic, parse_fcidump(HEAD + BODY).electronic, 1e-15)


def test_symmetry_labels_may_be_repeated_with_a_star() -> None:
    assert parse_fcidump(HEAD.replace("1,5", "2*3") + BODY).orbital_symmetries == (3, 3)
    assert parse_fcidump("&FCI NORB=2,NELEC=2 /\n" + BODY).orbital_symmetries is None


def test_blocks_and_high_beta_indices_are_the_same_unrestricted_integrals() -> None:
    by_index = parse_fcidump(HEAD + ALPHA_BETA).electronic
    g = by_index.two_body
    assert not by_index.is_restricted
    assert by_index.one_body[1].diagonal().tolist() == [-1.1, -0.5]
    assert (g[0, 0, 0, 0, 0], g[2, 0, 0, 1, 1], g[2, 1, 1, 0, 0]) == (0.6, 0.7, 0.7)
    # αβ has no exchange of the pairs: (22|11) is α in 2, β in 1.
    assert (g[1, 1, 1, 0, 0], g[1, 0, 0, 1, 1]) == (0.66, 0.67)
    for flag in ("UHF=.TRUE.", "IUHF=1", "uhf=T"):
        head = HEAD.replace("ISYM=1,", f"ISYM=1,{flag},")
        assert same(parse_fcidump(head + BLOCKS).electronic, by_index)
        assert same(parse_fcidump(head + ALPHA_BETA).electronic, by_index)


@pytest.mark.parametrize(("symmetry", "notes"), [(0, 0), (1, 0), (5, 1)])
def test_a_symmetry_of_the_state_is_noted(symmetry: int, notes: int) -> None:
    data = parse_fcidump(HEAD.replace("ISYM=1", f"ISYM={symmetry}") + BODY)
    assert len(data.notes) == notes
    if notes:
        assert "ISYM=5 is not used" in data.notes[0]


def test_an_odd_number_of_electrons_makes_the_default_spin_a_doublet() -> None:
    data = parse_fcidump(HEAD.replace("NELEC=2", "NELEC=3") + BODY)
    assert (data.n_alpha, data.n_beta) == (2, 1)
    assert "MS2=0 is impossible" in data.notes[0]
    data = parse_fcidump(HEAD + BODY, spin=2)
    assert (data.n_alpha, data.n_beta, data.notes) == (2, 0, ())


# name: text, line, what the message must hold
BAD: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "not FCIDUMP": ("3\nwater\nO 0 0 0\n", 1, ("&FCI",)),
    "no end of the header": ("&FCI NORB=2,NELEC=2,\n" + BODY, 2, ("&END",)),
    "only a header": (HEAD, 5, ("no integrals", "truncated")),
    "no NORB": ("&FCI NELEC=2 /\n" + BODY, 1, ("NORB",)),
    "no NELEC": ("&FCI NORB=2 /\n" + BODY, 1, ("NELEC",)),
    "NORB twice": ("&FCI NORB=2,NELEC=2,\nNORB=3 /\n" + BODY, 2, ("twice",)),
    "NORB no integer": ("&FCI NORB=two,NELEC=2 /\n" + BODY, 1, ("NORB=two",)),
    "NORB zero": ("&FCI NORB=0,NELEC=2 /\n" + BODY, 1, ("at least 1",)),
    "NORB absurd": ("&FCI NORB=999999,NELEC=2 /\n" + BODY, 1, ("NORB=999999", "GiB")),
    "electrons": (HEAD.replace("NELEC=2", "NELEC=5") + BODY, 1, ("NELEC=5", "1 to 4")),
    "no electrons": (HEAD.replace("NELEC=2", "NELEC=0") + BODY, 1, ("NELEC=0",)),
    "spin parity": (HEAD.replace("MS2=0", "MS2=1") + BODY, 1, ("MS2=1", "both")),
    "spin too high": (HEAD.replace("MS2=0", "MS2=4") + BODY, 1, ("MS2=4", "impossible")),
    "symmetry labels": (HEAD.replace("1,5", "1,5,1") + BODY, 2, ("3 labels", "NORB=2")),
    "a symmetry's name": (HEAD.replace("1,5", "1,B1u") + BODY, 2, ("B1u",)),
    "stray word": ("&FCI oops NORB=2,NELEC=2 /\n" + BODY, 1, ("oops",)),
    "relativistic": (HEAD.replace("ISYM=1", "TREL=.TRUE.") + BODY, 3, ("TREL", "spinors")),
    "after the header": (HEAD.replace("&END", "&END 0.5 1 1 1 1") + BODY, 4, ("new line",)),
    "index too high": (HEAD + BODY.replace("2 2 2 2", "2 2 2 3"), 8, ("2 2 2 3", "NORB=2")),
    "index negative": (HEAD + BODY.replace("2 2 2 2", "2 2 2 -2"), 8, ("'-2'",)),
    "index no integer": (HEAD + BODY.replace("2 2 2 2", "2 2 2 x"), 8, ("'x'",)),
    "no pattern": (HEAD + BODY.replace("2 2 2 2", "2 2 2 0"), 8, ("2 2 2 0", "no integral")),
    "not a number": (HEAD + BODY.replace("0.6985737227320177", "0.69.8"), 8, ("'0.69.8'",)),
    "NaN": (HEAD + BODY.replace("0.6985737227320177", "NaN"), 8, ("'NaN'", "finite")),
    "overflow": (HEAD + BODY.replace("0.6985737227320177", "1E999"), 8, ("inf",)),
    "stars of Fortran": (HEAD + BODY.replace("0.6985737227320177", "******"), 8, ("'******'",)),
    "complex": (HEAD + BODY.replace("0.6985737227320177", "(0.69,0.0)"), 8, ("complex",)),
    "complex in two columns": (
        HEAD + BODY.replace("0.6985737227320177", "0.69 0.01"),
        8,
        ("complex integrals 're im i j k l'",),
    ),
    "six columns": (HEAD + BODY.replace("2 2 2 2", "2 2 2 2 2"), 8, ("6 columns",)),
    "spins in turn": (
        HEAD.replace("NORB=2", "NORB=4").replace("1,5", "1,1,5,5").replace("ISYM=1", "UHF=.TRUE.")
        + IN_TURN,
        5,
        ("odd and even numbers", "HANDE and NECI", "six blocks"),
    ),
    "spins in turn of few orbitals": (
        HEAD.replace("ISYM=1", "IUHF=.TRUE. ,\n ISYM=0") + IN_TURN,
        6,
        ("odd and even numbers", "HANDE and NECI"),
    ),
    "state symmetry": (HEAD.replace("ISYM=1", "ISYM=Ag") + BODY, 3, ("ISYM=Ag",)),
    "negative state symmetry": (HEAD.replace("ISYM=1", "ISYM=-1") + BODY, 3, ("ISYM=-1",)),
    "four columns": (HEAD + BODY.replace("2 2 2 2", "2 2 2"), 8, ("4 columns", "truncated")),
    "contradiction": (HEAD + BODY + "0.66 1 1 2 2\n", 12, ("1 1 2 2", "another value")),
    "contradicting h": (HEAD + BODY + "0.66 2 2 0 0\n", 12, ("2 2 0 0", "another value")),
    "second constant": (HEAD + BODY + "0.66 0 0 0 0\n", 12, ("constant", "IUHF")),
    "no constant": (HEAD + BODY.rsplit("0.7199", 1)[0], 10, ("constant", "0 0 0 0")),
    "no h": (HEAD + "0.6 1 1 1 1\n0.7 0 0 0 0\n", 6, ("no one-electron",)),
    "no h of beta": (
        HEAD.replace("ISYM", "IUHF=1,ISYM") + BLOCKS.replace("-1.1 1 1 0 0\n-0.5 2 2 0 0\n", ""),
        18,
        ("no one-electron", "β"),
    ),
    "blocks cut": (HEAD.replace("ISYM", "IUHF=1,ISYM") + BLOCKS[:-22], 18, ("unrestricted", "αβ")),
    "blocks mixed up": (
        HEAD.replace("ISYM", "IUHF=1,ISYM") + "-1.2 1 1 0 0\n" + BLOCKS,
        5,
        ("wrong block", "αα"),
    ),
    "spins mixed": (HEAD + ALPHA_BETA.replace("1 2 3 4", "1 3 2 4"), 6, ("1 3 2 4", "spin")),
    "beyond beta": (HEAD + ALPHA_BETA.replace("1 2 3 4", "1 2 3 5"), 6, ("1 2 3 5", "NORB=2")),
}


@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD)
def test_a_fault_is_named_with_its_line(text: str, line: int, words: tuple[str, ...]) -> None:
    with pytest.raises(FormatError) as caught:
        parse_fcidump(text, source="x.fcidump")
    assert caught.value.line == line, str(caught.value)
    assert caught.value.source == "x.fcidump"
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_impossible_spin_argument_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match=r"spin=1 .* inconsistent"):
        parse_fcidump(HEAD + BODY, spin=1)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    text = HEAD + data.draw(st.sampled_from([BODY, ALPHA_BETA, BLOCKS]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    damaged = (
        text[:start] + data.draw(st.text("0123456789.-+eD&/=,! \nNaORB", max_size=8)) + text[end:]
    )
    with contextlib.suppress(FormatError):
        parse_fcidump(damaged)


def random_hamiltonian(m: int, seed: int, *, restricted: bool) -> ElectronicHamiltonian:
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(2, m, m))
    g = rng.normal(size=(3, m, m, m, m))
    h += h.transpose(0, 2, 1)
    g = g + g.transpose(0, 2, 1, 3, 4)
    g = g + g.transpose(0, 1, 2, 4, 3)
    g[::2] = g[::2] + g[::2].transpose(0, 3, 4, 1, 2)
    if restricted:
        h[1], g[1], g[2] = h[0], g[0], g[0]
    return ElectronicHamiltonian(float(rng.normal()), h, g)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(0, 1000), st.booleans())
def test_what_is_written_is_read_back(m: int, seed: int, restricted: bool) -> None:
    written = random_hamiltonian(m, seed, restricted=restricted)
    text = format_fcidump(written, m, m - 1, tuple(range(1, m + 1)))
    data = parse_fcidump(text)
    assert same(data.electronic, written, 1e-15)
    assert (data.n_alpha, data.n_beta) == (m, m - 1)
    assert data.orbital_symmetries == tuple(range(1, m + 1))
    assert format_fcidump(data.electronic, m, m - 1, data.orbital_symmetries) == text


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.fcidump")))
def test_every_instance_survives_a_round_trip(file: str, tmp_path: Path) -> None:
    molecule = Molecule.from_fcidump(FOLDER / file)
    molecule.to_fcidump(tmp_path / "copy.fcidump")
    copy = Molecule.from_fcidump(tmp_path / "copy.fcidump")
    assert same(copy.electronic, molecule.electronic, 1e-12)
    assert (copy.n_alpha, copy.n_beta) == (molecule.n_alpha, molecule.n_beta)


def test_pyscf_reads_what_is_written(tmp_path: Path) -> None:
    fcidump = pytest.importorskip("pyscf.tools.fcidump")
    ao2mo = pytest.importorskip("pyscf.ao2mo")
    molecule = Molecule.from_fcidump(FOLDER / "h2o_sto3g.fcidump")
    molecule.to_fcidump(tmp_path / "copy.fcidump")
    theirs = fcidump.read(str(tmp_path / "copy.fcidump"), verbose=False)
    assert (theirs["NORB"], theirs["NELEC"], theirs["MS2"]) == (7, 10, 0)
    assert theirs["ECORE"] == pytest.approx(molecule.electronic.constant, abs=1e-14)
    assert theirs["H1"] == pytest.approx(molecule.electronic.one_body[0], abs=1e-14)
    g = ao2mo.restore(1, theirs["H2"], 7)
    assert g == pytest.approx(molecule.electronic.two_body[0], abs=1e-14)
