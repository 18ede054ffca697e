"""Arguments of the library in the spelling of a command's options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

from hybridq.cli.errors import UsageError
from hybridq.core.errors import ABSENT, HybridqError, Setting, Spelling, in_python

_RENAMED = {"rng": "seed"}  # arguments whose option has another name


def option_spelling(options: Iterable[str]) -> Spelling:
    """Return the spelling of a command: its options with dashes, others as in Python.

    Args:
        options: every spelling of an option that the command has, such as ``"--max-evaluations"``.
    """
    known = set(options)

    def spell(setting: Setting) -> str:
        name = _RENAMED.get(setting.argument, setting.argument).replace("_", "-")
        option, value = f"--{name}", setting.value
        if value is False and f"--no-{name}" in known:
            return f"--no-{name}"
        if option not in known:
            return in_python(setting)
        if value is ABSENT or value is True:
            return option
        return f"{option} {value}"

    return spell


class Command(TyperCommand):
    """A command that renders errors of the library in the spelling of its options."""

    # Any: Typer's own Click and the installed one have different types here.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments that are left; errors know this command and its help page."""
        try:
            rest: list[str] = super().parse_args(ctx, args)
        except UsageError as error:
            if getattr(error, "ctx", None) is None:
                vars(error)["ctx"] = ctx
            raise
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except HybridqError as error:
            spellings = [o for p in self.params for o in (*p.opts, *p.secondary_opts)]
            error.args = (error.render(option_spelling(spellings)),)
            raise
