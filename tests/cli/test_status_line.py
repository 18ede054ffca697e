"""The line on a terminal before there is anything else to show."""

import io
import sys

import pytest

from hybridq.cli.status_line import status_line


class Terminal(io.StringIO):
    def isatty(self):
        return True


def standard_error(monkeypatch, stream):
    """Capturing puts its own one there when a test begins, so that a fixture would be too early."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_a_terminal_shows_the_text_and_then_erases_it(monkeypatch):
    terminal = standard_error(monkeypatch, Terminal())
    with status_line("reading a.yaml ...", quiet=False):
        assert terminal.getvalue() == "reading a.yaml ..."
    assert terminal.getvalue() == "reading a.yaml ...\r\x1b[K"


def test_it_is_short_and_erased_before_an_error_is_told(monkeypatch):
    terminal = standard_error(monkeypatch, Terminal())
    with pytest.raises(ValueError, match="no"), status_line("reading " + "x" * 200, quiet=False):
        raise ValueError("no")
    shown, erased = terminal.getvalue().split("\r")
    assert len(shown) == 79
    assert erased == "\x1b[K"


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_a_pipe_and_a_quiet_run_get_nothing(monkeypatch, stream, quiet):
    standard_error(monkeypatch, stream)
    with status_line("reading", quiet=quiet):
        pass
    assert stream.getvalue() == ""
