"""Damaged files of programs and polynomials: one line each, with the line of the fault."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import FORMATS, parse
from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs import IntegerProgram
from tests.problems.test_polynomial_formats import CONVENTIONS
from tests.problems.test_program_formats import ALL, MPS, QPLIB

JSON = '{{"variables": {}, "terms": {}}}'
ROW = '{{"variables": ["x"], "objective": [],\n"constraints": [\n{}]}}'
MM = "%%MatrixMarket matrix coordinate real general\n"


def lp(body: str, objective: str = "x", tail: str = "Binary\n x y\nEnd\n") -> str:
    return f"Minimize\n obj: {objective}\nSubject To\n{body}{tail}"


# name: format, text, line (None where the text has no lines to speak of), words of the message
BAD: dict[str, tuple[str, str, int | None, str]] = {
    # lists of entries
    "list truncated": ("biq-mac", "2 3\n1 1 1\n1 2 3\n", 1, "3 entries are declared, 2 follow"),
    "list too long": ("biq-mac", "2 1\n1 1 1\n1 2 3\n", 1, "1 entries are declared, 2 follow"),
    "list without header": ("biq-mac", "# nothing\n", None, "no header"),
    "list header": ("mqlib", "2 x\n", 1, "number of entries 'x' is not a whole number"),
    "list header of three": ("mqlib", "\n2 3 4\n", 2, "the header is '2 3 4'"),
    "list of no variables": ("mqlib", "0 0\n", 1, "the file has no variables"),
    "list index": ("biq-mac", "2 1\n\n1 3 1\n", 3, "index 3 is outside 1 to 2"),
    "list index 0": ("biq-mac", "2 1\n0 1 1\n", 2, "index 0 is outside 1 to 2"),
    "list word": ("biq-mac", "2 1\n1 2 one\n", 2, "entry 'one' is not a finite number"),
    "list NaN": ("biq-mac", "2 1\n1 2 nan\n", 2, "entry 'nan' is not a finite number"),
    "list overflow": ("biq-mac", "2 1\n1 2 1e308\n", 2, "is not a finite number"),
    "list columns": ("biq-mac", "2 1\n1 2\n", 2, "'1 2' is not an entry"),
    "list pair twice": ("biq-mac", "2 2\n1 2 1\n2 1 1\n", 3, "listed twice, first in line 2"),
    "list huge": ("biq-mac", "1000000000 1\n1 2 1\n", 1, "1,000,000,000 variables are declared"),
    "list names": ("qoblib-qs", "# Names: a a\n2 1\n1 2 1\n", None, "1 different names"),
    "list offset": ("qoblib-qs", "# ObjectiveOffset x\n2 0\n", 1, "offset 'x'"),
    "instances": ("or-library-bqp", "two\n2 0\n", 1, "number of instances 'two'"),
    # .qubo
    "qubo counts": ("qubo", "p qubo 0 2 2 1\n0 0 1\n0 1 3\n", 1, "2 nodes and 1 couplers are"),
    "qubo without header": ("qubo", "c x\n0 0 1\n", 2, "comes before the header"),
    "qubo header": ("qubo", "p qubo 0 2\n", 1, "is not a header"),
    "qubo topology": ("qubo", "p qubo chimera128 2 0 0\n", 1, "the topology is 'chimera128'"),
    "qubo second header": ("qubo", "p qubo 0 2 0 0\np qubo 0 2 0 0\n", 2, "a second header"),
    "qubo index": ("qubo", "p qubo 0 2 1 0\n2 2 1\n", 2, "index 2 is outside 0 to 1"),
    "qubo huge": ("qubo", "p qubo 0 999999999 1 0\n0 0 1\n", 1, "999,999,999 variables"),
    "qubo comments": ("qubo", "c nothing\n", None, "the header is missing"),
    # matrices
    "matrix not square": ("quadratic-matrix", "1 2\n3 4\n5 6\n", None, "not a square matrix"),
    "matrix word": ("quadratic-matrix", "1 2\n3 x\n", None, "not a square matrix"),
    "market truncated": ("quadratic-market", f"{MM}2 2 3\n1 1 1\n", 2, "3 entries are declared"),
    "market banner": ("quadratic-market", "%%MatrixMarket vector\n", 1, "is not read"),
    "market complex": ("quadratic-market", MM.replace("real", "complex"), 1, "is not read"),
    "market not square": ("quadratic-market", f"{MM}2 3 0\n", 2, "2 by 3"),
    "market twice": ("quadratic-market", f"{MM}2 2 2\n1 1 1\n1 1 2\n", 4, "listed twice"),
    "market outside": ("quadratic-market", f"{MM}2 2 1\n1 3 1\n", 3, "outside the matrix"),
    "market huge": ("quadratic-market", f"{MM}999999999 999999999 0\n", 2, "are declared"),
    "market NaN": ("quadratic-market", f"{MM}1 1 1\n1 1 nan\n", 3, "not a finite number"),
    "market without size": ("quadratic-market", MM, None, "the size line"),
    "array truncated": (
        "quadratic-market",
        "%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n",
        2,
        "4 entries are declared, the file holds 3",
    ),
    "array too long": (
        "quadratic-market",
        "%%MatrixMarket matrix array real symmetric\n1 1\n1\n2\n",
        4,
        "more values than the matrix has",
    ),
    # JSON polynomials
    "JSON truncated": ("json-polynomial", '{"variables": ["x"],\n', 1, "ends too early"),
    "JSON list": ("json-polynomial", "[1]", None, "the JSON holds [1]"),
    "JSON unknown key": (
        "json-polynomial",
        '{"variables": ["x"], "terms": [], "term": []}',
        1,
        "unknown key 'term'",
    ),
    "JSON without terms": ("json-polynomial", '{"variables": ["x"]}', None, '"terms" is missing'),
    "JSON no variables": ("json-polynomial", JSON.format("[]", "[]"), None, "has no names"),
    "JSON number as name": ("json-polynomial", JSON.format("[1]", "[]"), 1, "1 is not a name"),
    "JSON name twice": ("json-polynomial", JSON.format('["a",\n"a"]', "[]"), 2, "given twice"),
    "JSON unknown name": (
        "json-polynomial",
        JSON.format('["a"]', '[[1, ["a"]],\n[1, ["b"]]]'),
        2,
        "entry 2 of \"terms\": 'b' is not among",
    ),
    "JSON term": ("json-polynomial", JSON.format('["a"]', '[["a"]]'), 1, "is not a term"),
    "JSON coefficient": ("json-polynomial", JSON.format('["a"]', '[["1", ["a"]]]'), 1, "'1' is"),
    "JSON NaN": ("json-polynomial", JSON.format('["a"]', '[[NaN, ["a"]]]'), 1, "nan is not a"),
    "JSON spins": (
        "json-polynomial",
        '{"variables": ["a"], "terms": [], "spins": 1}',
        None,
        '"spins" is 1',
    ),
    "JSON sense": (
        "json-polynomial",
        '{"variables": ["a"], "terms": [], "sense": "max"}',
        None,
        "\"sense\" is 'max'",
    ),
    # JSON programs
    "program bound": (
        "json-program",
        '{"variables": [{"name": "x", "upper": 1.5}], "objective": []}',
        1,
        "the bound 1.5 of 'x' is not an integer",
    ),
    "program bounds cross": (
        "json-program",
        '{"variables": [{"name": "x", "lower": 3}], "objective": []}',
        1,
        "its lower bound 3 is above",
    ),
    "program variable": (
        "json-program",
        '{"variables": [{"label": "x"}], "objective": []}',
        1,
        "is not a variable",
    ),
    "program empty": ("json-program", '{"variables": [], "objective": []}', None, "no variables"),
    "program row": ("json-program", ROW.format('{"terms": []}'), 3, "is not a constraint"),
    "program relation": (
        "json-program",
        ROW.format('{"terms": [], "relation": "<", "bound": 1}'),
        3,
        "the relation is '<'",
    ),
    "program right side": (
        "json-program",
        ROW.format('{"terms": [], "relation": "<=", "bound": NaN}'),
        3,
        "the bound nan is not a finite",
    ),
    "program unknown in a row": (
        "json-program",
        ROW.format('{"terms": [[1, ["z"]]], "relation": "<=", "bound": 1}'),
        3,
        "'z' is not among",
    ),
    # LP
    "LP empty": ("lp", "\\ nothing\n", None, "begin with Minimize"),
    "LP start": ("lp", "\\ x\nobj: x\nEnd\n", 2, "begin with Minimize"),
    "LP truncated": ("lp", lp(" x + y <= 1\n", tail=""), 4, "ends without End"),
    "LP after the end": ("lp", f"{lp('')}x\n", 7, "comes after End"),
    "LP section": ("lp", lp(" x <= 1\n", tail="SOS\n s1: x:1\nEnd\n"), 5, "sos is not read"),
    "LP semi-continuous": ("lp", lp("", tail="Semi-Continuous\n x\nEnd\n"), 4, "is not read"),
    "LP continuous": ("lp", lp(" x + z <= 1\n"), 4, "variable 'z' is continuous"),
    "LP unbounded": (
        "lp",
        lp(" x + z >= 1\n", tail="General\n z x\nEnd\n"),
        2,
        "variable 'x' has no upper bound, and no constraint implies one",
    ),
    "LP free": (
        "lp",
        lp(" x + z <= 1\n", tail="Bounds\n z free\nGeneral\n z\nBinary\n x\nEnd\n"),
        4,
        "variable 'z' has no lower bound",
    ),
    "LP infinite bound": (
        "lp",
        lp(" x + z >= 1\n", tail="Bounds\n z <= 1e30\nGeneral\n z\nBinary\n x\nEnd\n"),
        4,
        "variable 'z' has no upper bound",
    ),
    "LP large bound": (
        "lp",
        lp(" x + z >= 1\n", tail="Bounds\n z <= 1e19\nGeneral\n z\nBinary\n x\nEnd\n"),
        4,
        "is too large for an integer in bits",
    ),
    "LP bounds cross": (
        "lp",
        lp("", tail="Bounds\n 4 <= x <= 2.5\nGeneral\n x\nEnd\n"),
        2,
        "lower bound 4 is above its upper bound 2",
    ),
    "LP bound": ("lp", lp("", tail="Bounds\n x ? 3\nBinary\n x\nEnd\n"), 5, "is not a bound"),
    "LP bound NaN": ("lp", lp("", tail="Bounds\n x <= nan\nBinary\n x\nEnd\n"), 5, "not a bound"),
    "LP no right side": ("lp", lp(" x + y <=\n"), 4, "a number on the right-hand side"),
    "LP variable on the right": ("lp", lp(" x <= y\n"), 4, "a number on the right-hand side"),
    "LP NaN": ("lp", lp(" x <= nan\n"), 4, "a number on the right-hand side, got 'nan'"),
    "LP no relation": ("lp", lp(" x + y\n c2: x <= 1\n"), 5, "a relation such as <="),
    "LP sign missing": ("lp", lp(" x y <= 1\n"), 4, "a relation such as <= and a number, got 'y"),
    "LP two signs": ("lp", lp(" x + <= 1\n"), 4, "a term after the sign, got '<= 1'"),
    "LP product": ("lp", lp(" x * y <= 1\n"), 4, "a product outside square brackets"),
    "LP power": ("lp", lp(" [ x ^ 3 ] <= 1\n"), 4, "is not a product of two"),
    "LP linear in brackets": ("lp", lp(" [ x ] <= 1\n"), 4, "is not a product of two"),
    "LP bracket open": ("lp", lp(" [ x * y <= 1\n"), 4, "a product such as 2 x * y"),
    "LP without / 2": ("lp", lp("", "[ x * y ]"), 2, "must end with ] / 2"),
    "LP name twice": ("lp", lp(" a: x <= 1\n a: y <= 1\n"), 5, "first in line 4"),
    "LP range": ("lp", lp(" 1 <= x + y >= 1\n"), 4, "in one direction"),
    "LP infinite": ("lp", lp(" x + y >= inf\n"), 4, "no values have >= inf"),
    "LP overflow": ("lp", lp("", "1e999 x"), 2, "'1e999' is not a finite number"),
    "LP list": ("lp", lp("", tail="Binary\n x , y : z\nEnd\n"), 5, "is not the name"),
    "LP no variables": ("lp", "Minimize\n obj:\nEnd\n", None, "no variables"),
    # QPLIB
    "QPLIB truncated": ("qplib", QPLIB[: QPLIB.index("1E+20")], 19, "is it truncated?"),
    "QPLIB continuous": ("qplib", QPLIB.replace("QIL", "QCL"), 2, "has continuous variables"),
    "QPLIB type": ("qplib", QPLIB.replace("QIL", "QXL"), 2, "the type 'QXL'"),
    "QPLIB sense": ("qplib", QPLIB.replace("maximize", "max"), 3, "the sense is 'max'"),
    "QPLIB index": ("qplib", QPLIB.replace("2 1 3.5", "2 4 3.5"), 8, "variable 4 is outside"),
    "QPLIB NaN": ("qplib", QPLIB.replace("2 1 3.5", "2 1 nan"), 8, "coefficient 'nan'"),
    "QPLIB pair twice": ("qplib", QPLIB.replace("1 1 2\n", "1 2 2\n"), 8, "listed twice"),
    "QPLIB huge": ("qplib", QPLIB.replace("3 # var", "3000000 # var"), 4, "are declared"),
    "QPLIB count": ("qplib", QPLIB.replace("\n7\n5\n", "\n7\n5000\n"), 14, "5,000 entries"),
    "QPLIB more": ("qplib", f"{QPLIB}1\n", None, "comes after the last value"),
    "QPLIB mixed": (
        "qplib",
        "t\nLMB\nminimize\n1\n1\n0\n0\n1e20\n0\n0\n5\n0\n0\n0\n0\n0\n0\n0\n0\n0\n",
        None,
        "variable 'x1' is continuous",
    ),
    # MPS
    "MPS truncated": ("mps", MPS.replace("ENDATA\n", ""), 22, "ends without ENDATA"),
    "MPS word": ("mps", MPS.replace("4.0   MYEQN", "4.x   MYEQN"), 13, "'4.x' is not a number"),
    "MPS NaN": ("mps", MPS.replace("  2.5", "  nan"), 16, "'nan' is not a number"),
    "MPS three pairs": (
        "mps",
        MPS.replace("2.0   LIM1         1.0", "2.0 LIM1 1.0 MYEQN 1.0"),
        10,
        "7 words, at most 5",
    ),
    "MPS section": ("mps", MPS.replace("QUADOBJ", "BLUB"), 20, "the section 'BLUB' is not read"),
    "MPS quadratic row": ("mps", MPS.replace("QUADOBJ", "QCMATRIX LIM1"), 20, "'QCMATRIX' is not"),
    "MPS row": (
        "mps",
        MPS.replace(" LIM1         4.0", " LIM2         4.0"),
        None,
        'Row name "LIM2"',
    ),
    "MPS twice": ("mps", MPS.replace("X1        MYEQN", "X1        LIM1 "), None, "duplicate"),
    "MPS pair twice": ("mps", MPS.replace("X1   X2   3.0", "X1   X1   3.0"), None, "duplicate"),
    "MPS row twice": ("mps", MPS.replace(" G  MYEQN", " L  LIM1\n G MYEQN"), None, "LIM1"),
    "MPS continuous": ("mps", re.sub(".*MARKER.*\n", "", MPS), None, "is continuous"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_damaged_file_is_refused_with_its_line(case: str) -> None:
    name, text, line, words = BAD[case]
    if name == "mps":
        pytest.importorskip("highspy")
    with pytest.raises(FormatError) as caught:
        parse(text, FORMATS[name].shape, name)
    message = str(caught.value)
    assert words in message
    assert caught.value.line == line
    assert "\n" not in message
    assert len(message) < 400


SAMPLES = {
    **{name: case[0] for name, case in CONVENTIONS.items()},
    "lp": ALL,
    "qplib": QPLIB,
    "json-polynomial": JSON.format('["a", "b"]', '[[1, ["a", "b"]], [2.5, []]]'),
    "json-program": '{"variables": ["x", {"name": "n", "upper": 3}], "objective": [[1, ["x"]]], '
    '"constraints": [{"name": "c", "terms": [[1, ["n"]]], "relation": "<=", "bound": 2}]}',
}
READ = [*SAMPLES, None]


def check(text: str, format: str | None) -> None:
    """`text` is a polynomial or a program, or a FormatError of one line."""
    shapes = ("polynomial", "program")
    try:
        found = parse(text, shapes, format)
    except FormatError as refusal:
        message = str(refusal)
        assert "\n" not in message
        return
    assert isinstance(found, PolynomialData | IntegerProgram)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_beginning_of_a_file_is_read_or_refused(name: str) -> None:
    text = SAMPLES[name]
    for end in range(1, len(text)):
        check(text[:end] or " ", name)
    for line in range(text.count("\n")):
        lines = text.split("\n")
        check("\n".join(lines[:line] + lines[line + 1 :]) or " ", name)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 5), st.text(max_size=5)), max_size=3),
    st.booleans(),
)
def test_damaged_files_are_read_or_refused(name, cuts, recognized) -> None:
    text = SAMPLES[name]
    for start, length, put in cuts:
        start %= len(text) + 1
        text = text[:start] + put + text[start + length :]
    check(text, None if recognized else name)


WORDS = (
    "0 1 2 3 -1 1.5 1e999 nan inf x y p qubo c # % , ; {} [ ] { } : * ^ + - <= >= = / 2 e3 free "
    "Minimize Maximize st bin gen bounds end QBL QIN minimize NAME ROWS"
)
BREAKS = ("\n", "\t", " ", "\n2 1\n", '{"variables": ["x"],', "Minimize\n", "\nEnd\n")
TOKENS = st.sampled_from([*WORDS.split(), *BREAKS])


@settings(deadline=None, max_examples=400)
@given(st.lists(TOKENS, max_size=25), st.sampled_from(["", " "]), st.sampled_from(READ))
def test_tokens_in_any_order_are_read_or_refused(tokens, glue, format) -> None:
    check(glue.join(tokens), format)
