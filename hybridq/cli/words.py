"""Arguments of the library as the command line and configs spell them."""

from __future__ import annotations

import re

from hybridq.core.errors import ABSENT, Setting
from hybridq.core.numbers import angle, decimals, number, percent, plural, same, seconds
from hybridq.core.text import listing, one_line

__all__ = [
    "angle",
    "as_config_keys",
    "as_option",
    "as_options",
    "decimals",
    "listing",
    "number",
    "one_line",
    "percent",
    "plural",
    "same",
    "seconds",
]

_OPTION = (
    "objective_shots|objective|alpha|eta|strategy|"
    "max_evaluations|time_limit|restarts|shots|threads|precision|kernels|optimizer|engine|ansatz|layers|"
    "repetitions|entangler|entangling_gate|rotations|reference|particles|pool|tries|max_operators|"
    "gradient_tolerance|energy_tolerance|accuracy|target_error|grouping|mitigate|spin|charge|basis|active_space|active_orbitals|"
    "frozen_core"
)
_ASSIGNED = re.compile(rf"\b({_OPTION})=(?:'([^']*)')?")
_NAMED = re.compile(
    r"(?<![\w./-])(max_evaluations|time_limit|max_operators|active_space|active_orbitals|frozen_core)\b(?![./=])"
)


def as_option(setting: Setting) -> str:
    """Spell an argument as its option: ``--p 3``, ``--exact``, ``--no-singlet``."""
    name = f"--{setting.argument.replace('_', '-')}"
    match setting.value:
        case True:
            return name
        case False:
            return f"--no-{name[2:]}"
        case value:
            return name if value is ABSENT else f"{name} {value}"


def as_options(text: str) -> str:
    """Return a message of the library with its arguments spelled as options."""
    text = _ASSIGNED.sub(lambda match: f"{_option(match[1])} {match[2] or ''}", text)
    text = _NAMED.sub(lambda match: _option(match[1]), text)
    text = text.replace("symmetry=False", "--no-symmetry")
    return text.replace("exact=True", "--exact").replace("resume=True", "--resume")


def as_config_keys(text: str) -> str:
    """Return a message of `hybridq.solve` with its limits spelled as keys of a config."""
    return text.replace("max_evaluations", "budget.evaluations").replace(
        "time_limit", "budget.seconds"
    )


def _option(name: str) -> str:
    """Return the option of an argument."""
    return f"--{name.replace('_', '-')}"
