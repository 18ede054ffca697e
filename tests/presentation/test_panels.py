"""The panels of the overview: one file and one line each, the family's own picture first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import networkx as nx
import numpy as np
import pytest

import hybridq as hq
from hybridq.plots.style import new_axes
from hybridq.presentation import Best, ProblemInfo, Result, Samples
from hybridq.presentation.overview import overview
from hybridq.presentation.panels import PANELS, Panel
from hybridq.problems.base import BinaryProblem
from hybridq.problems.independent_set import IndependentSet
from hybridq.problems.number_partitioning import NumberPartitioning
from tests.cli.cli_samples import hand_made_result
from tests.helpers.energy_samples import chain_result, grown_result, molecule_result


def titles(result: Result) -> list[str]:
    return [title for ax in overview(result).axes if (title := ax.get_title(loc="left"))]


def answered(problem: BinaryProblem, bits: str) -> Result:
    """A result whose best sample has these bits."""
    row = np.array([int(bit) for bit in bits], dtype=np.uint8)
    violations = problem.violations(row)
    best = Best(
        problem.value(row), bits, problem.decode(row), not violations, {}, violations=violations
    )
    result = hand_made_result(
        problem=ProblemInfo.of(problem), best=best, samples=Samples(64, 0.5), reference=None
    )
    return replace(result, trace=replace(result.trace, problem=problem, uniform_seed=1))


PATH = nx.path_graph(4)
PICTURES = {
    "The cut": answered(hq.MaxCut(PATH), "0101"),
    "The independent set": answered(IndependentSet(PATH), "1010"),
    "The chosen nodes": answered(IndependentSet(PATH), "1100"),
    "The two groups": answered(NumberPartitioning((3, 1, 2)), "011"),
}


@pytest.mark.parametrize("title", PICTURES)
def test_the_family_draws_its_answer_first(title: str) -> None:
    assert titles(PICTURES[title])[0] == title


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (molecule_result(), ["Convergence", "In numbers"]),
        (grown_result(5), ["Convergence", "Growth of the ansatz", "In numbers"]),
        (chain_result(0.1), ["Convergence", "In numbers"]),
        (hand_made_result(), ["Convergence", "Sampled cuts"]),
    ],
)
def test_the_overview_has_the_panels_that_apply(result: Result, expected: list[str]) -> None:
    assert titles(result) == expected


@pytest.mark.parametrize("result", [*PICTURES.values(), grown_result(5), chain_result(0.1)])
def test_no_two_panels_overlap(result: Result) -> None:
    figure = overview(result)
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in figure.axes if ax.get_title(loc="left")]
    boxes += [text.get_window_extent() for text in figure.texts]
    for place, box in enumerate(boxes):
        assert box is not None
        assert not any(box.overlaps(other) for other in boxes[:place] if other is not None)


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_keeps_the_contract(name: str) -> None:
    panel = PANELS[name]
    assert panel.name == name
    assert panel.title
    assert hash(panel) == hash(panel)
    samples = [*PICTURES.values(), molecule_result(), grown_result(5), chain_result(0.1)]
    landscape = (np.arange(3.0), np.arange(2.0), np.zeros((3, 2)))
    first = samples[0]
    samples.append(replace(first, trace=replace(first.trace, landscape=landscape)))
    samples.append(answered(hq.MaxCut(nx.cycle_graph(302)), "01" * 151))
    drawn = [result for result in samples if panel.applies(result)]
    assert drawn
    ax = new_axes(None)
    panel.draw(drawn[0], ax)
    assert ax.get_title(loc="left")


def test_a_violated_edge_is_drawn_as_such() -> None:
    ax = new_axes(None)
    PANELS["answer"].draw(PICTURES["The chosen nodes"], ax)
    legend = ax.get_legend()
    assert legend is not None
    assert "1 violated edge" in [text.get_text() for text in legend.get_texts()]


def test_a_panel_of_another_package_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Seed(Panel):
        name: ClassVar[str] = "seed"
        title: ClassVar[str] = "Seed"

        def applies(self, result: Result) -> bool:
            return result.seed is not None

        def draw(self, result: Result, ax: Any) -> None:
            ax.set_title("Seed", loc="left")

    monkeypatch.setitem(PANELS._entries, "seed", Seed())
    assert titles(hand_made_result()) == ["Convergence", "Sampled cuts", "Seed"]


def test_a_family_without_a_title_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hq.MaxCut, "draw", lambda self, ax, bits: None)
    assert titles(PICTURES["The cut"])[0] == "The best cut"
