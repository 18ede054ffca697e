"""Failures as one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer

from hybridq.cli.words import one_line
from hybridq.core.errors import HybridqError

OK = 0
FAILED = 1
BAD_INPUT = 2
PENDING = 3
INTERRUPTED = 130
BROKEN_PIPE = 1  # as in Rich and the Python manual

_LONGEST = 600  # characters of a message; some quote rejected values

# Typer brings its own copy of Click or uses the installed one, depending on its version; the
# bases of an exception that it exports are the right classes in either case.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def guard(work: Callable[[], int], *, debug: bool = False) -> int:
    """Run `work` and return its exit code; print a failure as one line.

    Args:
        work: the command; returns an exit code.
        debug: show the traceback as well.
    """
    try:
        code = work()
        sys.stdout.flush()
    except typer.Exit as exit_:
        return int(exit_.exit_code)
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt as interruption:
        _print_line(str(interruption) or "interrupted before the first result")
        return INTERRUPTED
    except UsageError as error:
        return _usage(error, debug=debug)
    except HybridqError as error:
        if error.is_pending:
            _print_line(str(error))
            return PENDING
        _traceback(debug)
        for problem in getattr(error, "problems", (error,)):  # a config may have several
            _print_line(f"error: {problem}")
        return BAD_INPUT
    except Exception as error:
        if isinstance(error, MemoryError | SystemError):
            from hybridq.core.memory import out_of_memory, ran_out

            if ran_out(error):
                _print_line(
                    f"error: {out_of_memory(error, 'this command', 'use a smaller problem')}"
                )
                return BAD_INPUT
        _traceback(debug)
        hint = "" if debug else " (this should not happen; run again with --debug for the details)"
        _print_line(f"error: {type(error).__name__}: {error}{hint}")
        return FAILED
    return code


@contextmanager
def notices() -> Iterator[None]:
    """Print user warnings as single lines on standard error within the block."""
    with warnings.catch_warnings():
        default = warnings.showwarning

        def show(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, UserWarning):
                _print_line(f"note: {message}")
            else:
                default(message, category, *place, **more)

        warnings.showwarning = show
        yield


def _usage(error: Exception, *, debug: bool) -> int:
    """Print a usage error with a reference to the help page, and return its exit code."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "hybridq"
    message = one_line(_usage_message(error)).rstrip(".")
    if not message:  # a group without a command: its help has been printed
        return BAD_INPUT
    _traceback(debug)
    _print_line(f"error: {message} (see {command} --help)")
    return BAD_INPUT


def _usage_message(error: Exception) -> str:
    parameter = getattr(error, "param", None)
    message = str(getattr(error, "message", error))
    if isinstance(error, typer.BadParameter) and parameter is not None and message:
        return f"{parameter.opts[-1]} {message}"
    belongs = _belongs_to(error)
    if belongs:
        return belongs
    format_message = getattr(error, "format_message", None)
    return str(format_message()) if format_message is not None else message


def _belongs_to(error: Exception) -> str:
    """Return a message that names the sibling commands with the unknown option."""
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if option is None or context is None or context.parent is None:
        return ""
    if any(option in parameter.opts for parameter in context.command.params):
        return ""  # its own option, used in another way than it is meant
    group = context.parent.command
    siblings = (
        (name, group.get_command(context.parent, name))
        for name in group.list_commands(context.parent)
    )
    owners = [
        f"'{name}'" for name, command in siblings if any(option in p.opts for p in command.params)
    ]
    if not owners:
        return ""
    return f"{option} is an option of {' and '.join(owners)}, not of '{context.info_name}'"


def _print_line(message: str) -> None:
    text = one_line(f"hybridq: {message}")
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 4]} ..."
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)


def _traceback(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()


def _forget_stdout() -> None:
    """Redirect standard output to the null device, so that the last flush succeeds."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
