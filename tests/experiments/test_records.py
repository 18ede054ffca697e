"""The plain data of an experiment."""

import traceback

import pytest

from hybridq.errors import EngineError, ParameterError
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


def test_a_message_of_several_lines_is_told_with_its_class() -> None:
    try:
        try:
            raise KeyError("before")
        except KeyError:
            raise EngineError("no engine can run this:\n  diagonal: no\n  sector: nor I") from None
    except EngineError:
        text = traceback.format_exc()
    assert reason_of(text) == "EngineError: no engine can run this: diagonal: no sector: nor I"


def test_of_a_chain_of_errors_the_last_counts() -> None:
    try:
        try:
            raise KeyError("before")
        except KeyError as error:
            raise ValueError("after") from error
    except ValueError:
        text = traceback.format_exc()
    assert reason_of(text) == "ValueError: after"
