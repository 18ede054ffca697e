"""Changes of jobs as triggers of the database write them down, apart from the service."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from hybridq.service.queue.records import MOST_DEATHS, State
from hybridq.service.store.database import Database
from hybridq.service.store.tables import JOBS, RESULTS

_CHANGED = "OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt OR OLD.state >= 2"
_VALUES = "OLD.id, OLD.state, NEW.state"
_TABLE = "CREATE TABLE chaos_audit (number {}, job TEXT, before INT, after INT, seconds FLOAT8)"
_SQLITE = (
    _TABLE.format("INTEGER PRIMARY KEY"),
    f"""CREATE TRIGGER chaos_watch AFTER UPDATE ON service_jobs WHEN {_CHANGED} BEGIN
        INSERT INTO chaos_audit (job, before, after, seconds)
        VALUES ({_VALUES}, (julianday('now') - 2440587.5) * 86400.0); END""",
)
_POSTGRESQL = (
    _TABLE.format("SERIAL PRIMARY KEY"),
    f"""CREATE FUNCTION chaos_note() RETURNS trigger AS $$ BEGIN
        INSERT INTO chaos_audit (job, before, after, seconds)
        VALUES ({_VALUES}, extract(epoch FROM clock_timestamp())); RETURN NULL; END
        $$ LANGUAGE plpgsql""",
    f"""CREATE TRIGGER chaos_watch AFTER UPDATE ON service_jobs FOR EACH ROW WHEN ({_CHANGED})
        EXECUTE FUNCTION chaos_note()""",
)


class Audit:
    """Triggers on the table of jobs, and a table for what they see.

    Args:
        url: a database with the tables of the service.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        with Database(url) as database, database.writing() as connection:
            for statement in _POSTGRESQL if database.is_postgresql else _SQLITE:
                connection.exec_driver_sql(statement)
            self._earlier = set(connection.execute(JOBS.select()).scalars())

    def verdict(self, accepted: Sequence[str], wrong: Sequence[str], longest_stay: float) -> bool:
        """Print all figures; return whether every job ended once, and none was stuck.

        Args:
            accepted: identifiers of all submitted jobs, as the clients got them.
            wrong: failures that the clients saw.
            longest_stay: the most seconds without a change of a job's state.
        """
        with Database(self._url) as database, database.reading() as connection:
            rows = connection.execute(JOBS.select()).all()
            changes = connection.execute(text("SELECT * FROM chaos_audit ORDER BY number")).all()
            results = set(connection.execute(RESULTS.select()).scalars())
        jobs = {row.id: row for row in rows if row.id not in self._earlier}
        ends: Counter[str] = Counter()
        stays: dict[str, list[float]] = defaultdict(list)
        for row in changes:
            ends[row.job] += row.after >= State.COMPLETED
            stays[row.job].append(row.seconds)
        stay, waited = 0.0, 0.0
        for job, times in stays.items():
            moments = [jobs[job].created, *times]
            stay = max(stay, *(b - a for a, b in pairwise(moments)))
            waited = max(waited, moments[-1] - moments[0])
        completed = {job for job, row in jobs.items() if row.state == State.COMPLETED}
        died = [row for row in jobs.values() if _died(row)]
        found = {
            "lost": len(set(accepted) - jobs.keys()),
            "submitted twice": len(jobs.keys() - set(accepted)),
            "without an end": sum(ends[job] == 0 for job in jobs),
            "ended twice": sum(ends[job] > 1 for job in jobs),
            "changed after their end": sum(row.before >= State.COMPLETED for row in changes),
            "failed for another reason than deaths": len(jobs) - len(completed) - len(died),
            "without a result": len(completed - results),
            "wrong": len(wrong),
            f"longer than {longest_stay:g} s in one state": int(stay > longest_stay),
        }
        attempts = Counter(row.attempt for row in jobs.values())
        print(f"  {len(jobs)} jobs, by attempts {dict(sorted(attempts.items()))}")
        print(f"  {len(died)} failed after {MOST_DEATHS} deaths, as they should")
        print(f"  longest stay in one state {stay:.1f} s, submission to end {waited:.1f} s")
        print("  " + ", ".join(f"{number} {name}" for name, number in found.items()))
        for each in wrong:
            print(f"  wrong: {each}")
        return not any(found.values())


def _died(row: Any) -> bool:
    """Return whether a job failed since its processes died."""
    return bool(
        row.state == State.FAILED and row.deaths + 1 >= MOST_DEATHS and "worker_died" in row.error
    )
