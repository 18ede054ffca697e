"""The plain data of an experiment."""

import traceback

import pytest

from hybridq.errors import ParameterError
from hybridq.experiments.records import reason_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ParameterError("p=0: give at least 1"), "ParameterError: p=0: give at least 1"),
        (ValueError("a.b: no"), "ValueError: a.b: no"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_a_traceback_comes_down_to_its_last_line(error: Exception, reason: str) -> None:
    try:
        raise error
    except Exception:
        text = traceback.format_exc()
    assert reason_of(text) == reason


def test_of_a_message_with_details_the_first_line_counts() -> None:
    assert reason_of("WorkerDied: 3 workers died\nlast words") == "WorkerDied: 3 workers died"
