"""Job shop files: ``n m``, then pairs of machine and duration, a line a job."""

from __future__ import annotations

import re

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._number_text import Numbers, Words, fitting
from hybridq.problems.formats._text import is_count, numbered_lines, parse_count, short
from hybridq.problems.instance_data import JobData

_TAILLARD = re.compile(r"\s*(Times|Nb of jobs|Machines\s*$)", re.IGNORECASE)
_INSTANCE = re.compile(r"instance\s+(\S+)")
_LARGEST = 2**53
_TO_PAIRS = 'write "machine duration" pairs, one line for each job, machines from 0'


def read(text: str, source: str = "input") -> JobData:
    """Return the jobs in a text of the OR-Library (jobshop1).

    Below the numbers of jobs and machines each job is a line of pairs: machine, from 0, and
    duration. Lines that begin with a letter, ``#`` or ``+`` are names and comments.

    Raises:
        FormatError: several problems, Taillard's layout, or not such a text.

    Source: Beasley, OR-Library, jobshopinfo.
    """
    names = []
    rows: list[tuple[int, list[str]]] = []
    for line, content in numbered_lines(text):
        if _TAILLARD.match(content):
            raise FormatError(
                "Taillard's layout (times, then machines) is not read",
                source=source,
                line=line,
                remedy=_TO_PAIRS,
            )
        if content[0] in "#+" or content[0].isalpha():
            if named := _INSTANCE.match(content):
                names.append(named[1])
                if rows and len(names) > 1:
                    raise FormatError(
                        f"the file holds several problems ({short(names[0])}, "
                        f"{short(names[1])}, ...), and one is read: keep one of them",
                        source=source,
                        line=line,
                    )
            continue
        rows.append((line, content.partition("#")[0].split()))
    numbers = Numbers(Words.of_rows(tuple((line, tuple(words)) for line, words in rows)), source)
    n_jobs, n_machines = numbers.count("number of jobs"), numbers.count("number of machines")
    if len(rows[0][1]) != 2:
        raise numbers.error(
            f"the header is {short(' '.join(rows[0][1]))}: give the numbers of jobs and machines",
            rows[0][0],
        )
    body = rows[1:]
    if len(body) == 2 * n_jobs and all(len(words) == n_machines for _, words in body):
        raise FormatError(
            f"two tables of {n_jobs} rows are Taillard's layout (times, then machines), which is "
            "not read",
            source=source,
            line=body[0][0],
            remedy=_TO_PAIRS,
        )
    if len(body) != n_jobs:
        raise numbers.error(
            f"{n_jobs:,} jobs are declared, and {len(body):,} lines follow: "
            f"{'is the file truncated?' if len(body) < n_jobs else 'correct the number'}",
            rows[0][0],
        )
    return JobData(tuple(_job(words, n_machines, source, line) for line, words in body))


def _job(words: list[str], n_machines: int, source: str, line: int) -> tuple[tuple[int, int], ...]:
    """Return the operations of a line."""
    if len(words) != 2 * n_machines:
        raise FormatError(
            f"{len(words)} numbers, expected {n_machines} pairs of machine and duration: "
            "correct the line",
            source=source,
            line=line,
        )
    job: list[tuple[int, int]] = []
    for machine_word, duration_word in zip(words[::2], words[1::2], strict=True):
        machine = parse_count(machine_word, "machine", source, line)
        duration = parse_count(duration_word, "duration", source, line)
        if machine >= n_machines:
            raise FormatError(
                f"machine {machine} is outside the declared range 0 to {n_machines - 1}: correct "
                "it, machines are numbered from 0",
                source=source,
                line=line,
            )
        if duration > _LARGEST:
            raise FormatError(
                f"duration {short(duration_word)} is far too large: correct it",
                source=source,
                line=line,
            )
        if machine in (done for done, _ in job):
            raise FormatError(
                f"the job visits machine {machine} twice: correct the line",
                source=source,
                line=line,
            )
        job.append((machine, duration))
    return tuple(job)


def write(data: JobData) -> str:
    """Return the jobs as lines of pairs, below their number and that of the machines.

    Raises:
        ProblemError: a job does not visit each machine once.
    """
    machines = sorted({machine for job in data.jobs for machine, _ in job})
    if machines != list(range(len(machines))) or any(
        sorted(machine for machine, _ in job) != machines for job in data.jobs
    ):
        raise ProblemError("a job does not visit each machine once: write JSON")
    rows = [" ".join(f"{machine} {time}" for machine, time in job) for job in data.jobs]
    return "\n".join([f"{len(data.jobs)} {len(machines)}", *rows]) + "\n"


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text holds the jobs of a shop."""
    named = False
    header: list[str] = []
    for _, content in numbered_lines(text[: 1 << 16]):
        if _TAILLARD.match(content):
            return Match.LIKELY
        if content[0] in "#+" or content[0].isalpha():
            named = named or _INSTANCE.match(content) is not None
            continue
        words = content.partition("#")[0].split()
        if not header:
            header = words
            if len(words) != 2 or not all(map(is_count, words)):
                return Match.NO
            continue
        if named:
            return Match.LIKELY
        if str(len(words) // 2) != header[1]:  # the first job has not as many machines
            return Match.FALLBACK
        return fitting(read, text, source)
    return Match.FALLBACK if header else Match.NO


FORMAT = Format(
    "jobshop",
    'OR-Library: "jobs machines", then "machine duration" pairs, a line a job',
    "jobs",
    read,
    recognizes,
    suffixes=(".jss", ".jsp"),
    write=write,
    plain_numbers=True,
)
