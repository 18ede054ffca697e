"""Submissions, and databases emptied between tests."""

from __future__ import annotations

from hybridq.service.queue.records import Outcome, State, Submission
from hybridq.service.store.database import VIRTUAL
from hybridq.service.store.tables import METADATA, SETTINGS

DONE = Outcome(State.COMPLETED, result='{"cut": 4}')


def emptied(database):
    """The database, with its settings as they were at first and no rows in other tables."""
    with database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            if table is not SETTINGS:
                connection.execute(table.delete())
        connection.execute(SETTINGS.update().where(SETTINGS.c.name == VIRTUAL).values(value="0"))
    return database


def submission(digest=None, **options):
    """A small submission."""
    return Submission("solve", "{}", None if digest is None else bytes([digest]) * 32, **options)


def finish_next(queue, outcome=DONE):
    """Claim the next job as soon as there is one, and end it; return the claim."""
    while (claimed := queue.claim("worker")) is None:
        queue.changes.wait(queue.changes.count, 0.1)
    assert queue.finish(claimed, outcome)
    return claimed


class Clock:
    """Time that tests move."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now
