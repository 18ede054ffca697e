"""DIMACS files of clauses: CNF with XOR lines, and both dialects of weighted CNF."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hybridq.core.errors import FormatError, ProblemError
from hybridq.core.limits import too_many_idle
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import parse_number, row_text
from hybridq.problems.formats._text import numbered_lines, parse_count, short
from hybridq.problems.instance_data import ClauseData

_LITERAL = re.compile(r"-?[1-9]\d{0,17}", re.ASCII)
_WCNF_LINE = re.compile(r"(h|\d+(\.\d+)?)(\s+-?[1-9]\d*)+\s+0", re.ASCII)


@dataclass
class _Clauses:
    """Clauses of a text while it is read.

    Attributes:
        source: the file's name.
        declared: numbers of variables and clauses, None without a header.
        header_line: that of the header.
        top: the weight of hard clauses, None without one.
        largest: the largest variable that a clause names.
        literals: literals of each clause, or those of the open one.
    """

    source: str
    declared: tuple[int, int] | None = None
    header_line: int | None = None
    top: float | None = None
    largest: int = 0
    soft: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)
    hard: list[tuple[int, ...]] = field(default_factory=list)
    hard_lines: list[int] = field(default_factory=list)
    n_literals: int = 0

    @property
    def count(self) -> int:
        """Number of clauses read."""
        return len(self.soft) + len(self.hard)

    def error(self, message: str, line: int | None) -> FormatError:
        """Return an error at a line."""
        return FormatError(message, source=self.source, line=line)

    def header(self, content: str, kind: str, widths: tuple[int, ...], line: int) -> None:
        """Read a line ``p cnf variables clauses``.

        Raises:
            FormatError: another line, or a second one.
        """
        words = content.split()
        if self.declared is not None:
            raise self.error("a second p line: remove one", line)
        if len(words) not in widths or words[1] != kind:
            top = " TOP" if kind == "wcnf" else ""
            raise self.error(
                f'the header is {short(content)}: write "p {kind} VARIABLES CLAUSES{top}"', line
            )
        variables = parse_count(words[2], "number of variables", self.source, line)
        clauses = parse_count(words[3], "number of clauses", self.source, line)
        if not variables or not clauses:
            what = "clauses" if variables else "variables"
            raise self.error(f"the header declares no {what}: give some", line)
        if len(words) == 5:
            self.top = parse_number(words[4], "weight of hard clauses", self.source, line, 1)
        self.declared, self.header_line = (variables, clauses), line

    def literal(self, word: str, line: int) -> int:
        """Return a literal of a clause.

        Raises:
            FormatError: no literal, or a variable beyond the declared ones.
        """
        if _LITERAL.fullmatch(word) is None:
            raise self.error(
                f"literal {short(word)} is not a whole number other than 0: write v or -v", line
            )
        value = int(word)
        if self.declared is not None and abs(value) > self.declared[0]:
            raise self.error(
                f"variable {abs(value)} is outside the declared range 1 to {self.declared[0]}: "
                "correct it, or the number of variables in the header",
                line,
            )
        self.largest = max(self.largest, abs(value))
        self.n_literals += 1
        return value

    def add(self, weight: float | None, literals: list[int], line: int) -> None:
        """Add a clause, a hard one without weight.

        Raises:
            FormatError: it has no literals.
        """
        if not literals:
            raise self.error("the clause has no literals and cannot hold: remove it", line)
        if weight is None:
            self.hard.append(tuple(literals))
            self.hard_lines.append(line)
        else:
            self.soft.append((weight, tuple(literals)))

    def finish(self, parity: bool = False) -> ClauseData:
        """Return the data, after a comparison with the header.

        Raises:
            FormatError: no clauses, another number than declared, or far more variables.
        """
        if not self.count:
            raise self.error("the file holds no clauses: give some", self.header_line)
        n_variables, clauses = self.declared or (self.largest, self.count)
        if clauses != self.count:
            raise self.error(
                f"the header says {clauses} clauses, the file holds {self.count}: "
                f"{'is it truncated?' if self.count < clauses else 'correct the number'}",
                self.header_line,
            )
        if too_many_idle(n_variables, self.n_literals):
            raise self.error(
                f"{n_variables:,} variables are declared, and the clauses have only "
                f"{self.n_literals:,} literals: correct the number of variables",
                self.header_line,
            )
        hard, lines = tuple(self.hard), tuple(self.hard_lines)
        return ClauseData(n_variables, tuple(self.soft), hard, parity, lines)


def read_cnf(text: str, source: str = "input") -> ClauseData:
    """Return the clauses in a DIMACS CNF text, each soft with weight 1.

    A clause ends with 0 and may span lines; a line ``%`` ends the file, as in SATLIB. Lines
    ``x1 -2 0`` are the parity clauses of CryptoMiniSat; they are read where all clauses are such.

    Raises:
        FormatError: anything else, such as plain clauses mixed with parity clauses.
    """
    found = _Clauses(source)
    parities = 0
    literals: list[int] = []
    opened = 0  # the line of the open clause
    for line, content in numbered_lines(text):
        first = content.split(None, 1)[0]
        if content[0] == "c":
            continue
        if content[0] == "%":
            break
        if content[0] == "p":
            found.header(content, "cnf", (4,), line)
            continue
        if found.declared is None:
            raise found.error(
                'a clause comes before the header: begin with "p cnf VARIABLES CLAUSES"', line
            )
        words = content.split()
        if content[0] == "x":
            if literals:
                raise found.error(f"the clause of line {opened} has no 0 at its end: add it", line)
            if words[-1] != "0" or len(words) == 1:
                raise found.error("the parity clause has no 0 at its end: add it", line)
            words = [word for word in (first[1:], *words[1:]) if word]
            parities += 1
        for word in words:
            if word == "0":
                found.add(1.0, literals, line)
                literals = []
            else:
                opened = opened if literals else line
                literals.append(found.literal(word, line))
    if literals:
        raise found.error("the last clause has no 0 at its end: is the file truncated?", opened)
    if found.declared is None:
        raise found.error('the line "p cnf VARIABLES CLAUSES" is missing: add it', None)
    if 0 < parities < found.count:
        raise found.error(
            f"{parities} of {found.count} clauses are parity clauses (x): give only these, or none",
            found.header_line,
        )
    return found.finish(parity=parities > 0)


def read_wcnf(text: str, source: str = "input") -> ClauseData:
    """Return the clauses in a weighted CNF text of the MaxSAT Evaluations.

    Until 2021: ``p wcnf variables clauses top``, then lines of weight, literals and 0; clauses of
    weight ``top`` or more are hard, and without ``top`` none is. Since 2022: no header, and lines
    that begin with ``h`` are hard. One clause a line.

    Raises:
        FormatError: anything else.

    Source: MaxSAT Evaluation 2022, rules, section on the input format.
    """
    found = _Clauses(source)
    for line, content in numbered_lines(text):
        if content[0] == "c":
            continue
        if content[0] == "p":
            if found.count:
                raise found.error("the p line follows clauses: move it to the top", line)
            found.header(content, "wcnf", (4, 5), line)
            continue
        words = content.split()
        if words[0] == "h" and found.declared is not None:
            raise found.error(
                "h lines belong to files without a p line: write the weight TOP", line
            )
        weight = None if words[0] == "h" else _weight(words[0], source, line)
        if words[-1] != "0" or len(words) == 1:
            raise found.error("the clause has no 0 at its end: is the file truncated?", line)
        literals = [found.literal(word, line) for word in words[1:-1]]
        if weight is not None and found.top is not None and weight >= found.top:
            weight = None
        found.add(weight, literals, line)
    return found.finish()


def _weight(word: str, source: str, line: int) -> float:
    """Return the weight of a soft clause.

    Raises:
        FormatError: it is not a positive number.
    """
    weight = parse_number(word, "weight", source, line)
    if weight <= 0:
        raise FormatError(
            f"the weight is {short(word)}: give a positive number", source=source, line=line
        )
    return weight


def write_cnf(data: ClauseData) -> str:
    """Return the clauses as CNF, parity clauses as x lines.

    Raises:
        ProblemError: clauses are hard, or have weights other than 1.
    """
    if data.hard or any(weight != 1 for weight, _ in data.soft):
        raise ProblemError("the clauses have weights, or are hard: write wcnf or JSON")
    mark = "x" if data.parity else ""
    lines = [f"p cnf {data.n_variables} {len(data.soft)}"]
    lines += [f"{mark}{row_text(literals)} 0" for _, literals in data.soft]
    return "\n".join(lines) + "\n"


def write_wcnf(data: ClauseData) -> str:
    """Return the clauses as weighted CNF in the dialect of 2022.

    Raises:
        ProblemError: the clauses are parity clauses.
    """
    if data.parity:
        raise ProblemError("parity clauses have no weights in files: write cnf or JSON")
    lines = [f"h {row_text(literals)} 0" for literals in data.hard]
    lines += [f"{row_text([weight])} {row_text(literals)} 0" for weight, literals in data.soft]
    return "\n".join(lines) + "\n"


def recognizes_cnf(text: str, source: str) -> Match:
    """Return the confidence that a text is CNF, by its header."""
    return _by_header(text, "cnf") or Match.NO


def recognizes_wcnf(text: str, source: str) -> Match:
    """Return the confidence that a text is weighted CNF."""
    found = _by_header(text, "wcnf")
    if found is not None:
        return found
    line = next((line for _, line in numbered_lines(text[: 1 << 20]) if line[0] != "c"), "")
    if line[:2].split() == ["h"]:
        return Match.LIKELY
    return Match.FALLBACK if _WCNF_LINE.fullmatch(line) else Match.NO


def _by_header(text: str, kind: str) -> Match | None:
    """Return the confidence by the p line, None without one."""
    for _, line in numbered_lines(text[: 1 << 20]):
        words = line.split()
        if words[0] == "p":
            return Match.CERTAIN if words[1:2] == [kind] else Match.NO
        if line[0] != "c":
            return None
    return None


CNF = Format(
    "cnf",
    '"p cnf variables clauses", then literals and 0; x lines are parity clauses',
    "clauses",
    read_cnf,
    recognizes_cnf,
    suffixes=(".cnf", ".xnf"),
    write=write_cnf,
)
WCNF = Format(
    "wcnf",
    'weighted CNF: "p wcnf ... top" and weights, or "h" for hard clauses',
    "clauses",
    read_wcnf,
    recognizes_wcnf,
    suffixes=(".wcnf",),
    write=write_wcnf,
)
