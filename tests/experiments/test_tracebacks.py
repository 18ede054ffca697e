"""Tracebacks as text."""

import traceback

import pytest

from hybridq.core.errors import EngineError, ParameterError
from hybridq.experiments.tracebacks import reason_of, shortened


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


def raised(failing):
    """The traceback of what a call raises."""
    try:
        failing()
    except Exception:
        return traceback.format_exc()
    raise AssertionError("it did not fail")


def a(depth):
    return b(depth) if depth else fail_long()


def b(depth):
    return a(depth - 1)


def fail_long():
    raise ValueError("the end of it")


def fail_group():
    inner = ExceptionGroup("inner", [TypeError("2")])
    raise ExceptionGroup("two\nlines", [ValueError("1"), inner])


def fail_deep_group():
    def c(depth):
        return d(depth) if depth else fail_group()

    def d(depth):
        return c(depth - 1)

    c(100)


def fail_in_a_chain(first=fail_group, then=fail_long):
    try:
        first()
    except Exception:
        then()


GROUP = "ExceptionGroup: two lines (2 sub-exceptions)"


def test_of_a_group_its_own_message_counts():
    assert reason_of(raised(fail_group)) == GROUP


def test_of_a_chain_with_groups_the_last_counts():
    assert reason_of(raised(fail_in_a_chain)) == "ValueError: the end of it"
    assert reason_of(raised(lambda: fail_in_a_chain(fail_long, fail_group))) == GROUP


def test_a_short_traceback_stays_as_it_is():
    text = raised(fail_long)
    assert shortened(text, len(text)) == text


@pytest.mark.parametrize("longest", [1500, 3000, 10_000])
@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (lambda: a(100), "ValueError: the end of it"),
        (fail_deep_group, GROUP),
        (lambda: fail_in_a_chain(lambda: a(100), lambda: a(100)), "ValueError: the end of it"),
        (lambda: fail_in_a_chain(lambda: a(100), fail_deep_group), GROUP),
        (lambda: fail_in_a_chain(fail_deep_group, lambda: a(100)), "ValueError: the end of it"),
    ],
)
def test_a_long_one_keeps_its_ends_and_its_reason(failing, reason, longest):
    text = raised(failing)
    assert len(text) > longest
    short = shortened(text, longest)
    assert longest / 2 < len(short) < longest + 200  # the lines that say what is missing
    assert "characters omitted" in short
    assert short.splitlines()[0] == text.splitlines()[0]
    assert reason_of(short) == reason


def test_of_endless_recursion_the_reason_is_the_error():
    def forth():
        back()

    def back():
        forth()

    text = raised(forth)
    assert len(text) > 20_000
    assert reason_of(shortened(text, 20_000)).startswith("RecursionError: maximum recursion depth")


def test_an_endless_message_keeps_its_beginning():
    def failing():
        raise ValueError("too many: " + "x" * 50_000)

    short = shortened(raised(failing), 20_000)
    assert len(short) < 20_200
    assert reason_of(short).startswith("ValueError: too many: xxx")
    assert reason_of(short).endswith("x ...")


def test_of_a_message_with_many_details_the_first_line_stays():
    text = "WorkerDied: 3 workers died\n" + "last words\n" * 5_000
    short = shortened(text, 20_000)
    assert len(short) < 20_200
    assert reason_of(short) == "WorkerDied: 3 workers died"
    assert short.endswith("last words")
