"""Reasons of failed trials, in lines."""

import shlex

import pytest

from hybridq.cli.failure_lines import failure_lines, failures, most_frequent, traceback_command

LONG = "CapacityError: too much " + " ".join(f"word{k}" for k in range(200)) + " remedy"


def test_each_message_stands_once_and_the_most_frequent_first():
    failed = [(0, "ValueError: a"), (3, "ValueError: b"), (5, "ValueError: b")]
    assert failure_lines(failed, 80) == [
        "   2 trials, such as 3: ValueError: b",
        "   trial 0: ValueError: a",
    ]
    assert most_frequent(failed) == 3


def test_where_nothing_failed_there_is_nothing_to_show():
    assert failures([]) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("depths", "depths"),
        ("my depths", "'my depths'"),
        ("a$b;c", "'a$b;c'"),
        ("a'b", "'a'\"'\"'b'"),
    ],
)
def test_a_command_can_be_pasted_whatever_the_name_is(name, told):
    command = traceback_command(name, [(7, "ValueError: a")])
    assert command == f"hybridq experiments show {told} 7"
    assert shlex.split(command)[-2:] == [name, "7"]


def test_a_remedy_is_not_cut_off_where_it_fits_four_lines():
    message = f"ParameterError: {'a reason that takes some words, ' * 6}use --shots 100"
    lines = failure_lines([(1, message)], 80)
    assert 2 <= len(lines) <= 4
    assert " ".join(line.strip() for line in lines) == f"trial 1: {message}"
    assert max(map(len, lines)) <= 80


def test_an_endless_message_ends_after_four_lines():
    lines = failure_lines([(1, LONG)], 80)
    assert len(lines) == 4
    assert lines[-1].endswith(" ...")


def test_of_many_messages_the_rest_is_counted():
    lines = failure_lines([(k, f"ValueError: {k}") for k in range(9)], 80)
    assert lines[-1] == "   ... and 4 other messages"


def test_control_characters_do_not_come_through():
    (line,) = failure_lines([(0, "ValueError: \x1b[2J\nsecond line")], 80)
    assert line.isprintable()
