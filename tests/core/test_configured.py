"""Configured objects name the nearest option; classes in their place are told."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

import hybridq as hq
from hybridq.ansatz.base import NoProblemError
from hybridq.core.configured import UnknownOptionError
from hybridq.core.errors import ParameterError

PROBLEM = hq.MaxCut(nx.cycle_graph(4))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: hq.CVaR(alpah=0.2), "option of CVaR 'alpah': did you mean 'alpha'"),
        (lambda: hq.CVaR(hq.QAOA(PROBLEM), PROBLEM, alpah=0.2), "did you mean 'alpha'"),
        (lambda: hq.optimizers.SPSA(blockin=True), "did you mean 'blocking'"),
        (lambda: hq.engines.Statevector(precison="single"), "did you mean 'precision'"),
        (lambda: hq.strategies.Interp(losening=10.0), "did you mean 'loosening'"),
        (lambda: hq.mixers.XYRing(block=((0, 1),)), "did you mean 'blocks'"),
        (lambda: hq.HVA(hq.spin_models.tfim(3), layer=2), "did you mean 'layers'"),
    ],
)
def test_a_misspelled_option_names_the_nearest(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(UnknownOptionError, match=words) as caught:
        make()
    assert isinstance(caught.value, ParameterError)
    assert isinstance(caught.value, TypeError)  # as Python itself raises


def test_an_ansatz_without_a_problem_says_so() -> None:
    with pytest.raises(NoProblemError, match=r"QAOA needs a problem .* QAOA\(problem"):
        hq.QAOA(p=2)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "made",
    [hq.CVaR(alpha=0.3), hq.optimizers.SPSA(blocking=True), hq.engines.Statevector(threads=1)],
)
def test_configured_objects_pickle(made: object) -> None:
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"ansatz": hq.QAOA}, "call the class, which makes an ansatz"),
        ({"mixer": hq.mixers.XYRing}, "call the class, which makes a mixer"),
        ({"objective": hq.CVaR}, "call the class, which makes an objective"),
        ({"optimizer": hq.optimizers.SPSA}, "call the class, which makes an optimizer"),
        ({"strategy": hq.strategies.Multistart}, "call the class, which makes a strategy"),
        ({"engine": hq.engines.Statevector}, "call the class, which makes an engine"),
    ],
)
def test_a_class_in_the_place_of_an_object_is_told(choice: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        hq.solve(PROBLEM, **choice)


@pytest.mark.parametrize("subject", [hq.MaxCut, None, [1, 2, 3]])
def test_what_is_no_problem_is_told(subject: Any) -> None:
    with pytest.raises(ParameterError, match="problem must be a problem such as"):
        hq.solve(subject)
    with pytest.raises(ParameterError, match="hamiltonian must be a problem such as"):
        hq.QAOA(subject, p=1)
