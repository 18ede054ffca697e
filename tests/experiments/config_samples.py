"""Small configs, and what is wrong with a config as a list of lines."""

from __future__ import annotations

import pytest

from hybridq.core.errors import ConfigError
from hybridq.experiments.config.config import parse_config, plan

RING = "name: rings\nproblem: {kind: ring, nodes: 6}\n"
SPINS = "name: spins\nproblem: {kind: tfim, sites: 4}\n"


def trials(text, *overrides, base=".", limit=100_000):
    """The planned trials of a config."""
    return plan(parse_config(text, "c.yaml", base, overrides), limit)


def problems(text, *overrides, base="."):
    """Return the mistakes of a config, a line each."""
    with pytest.raises(ConfigError) as caught:
        trials(text, *overrides, base=base)
    return list(caught.value.problems)
