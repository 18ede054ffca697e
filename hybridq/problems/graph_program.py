"""Base of families on graphs that are integer programs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hybridq.core.errors import Text
from hybridq.core.numbers import plural
from hybridq.problems.graph_problem import GraphProblem
from hybridq.problems.program_problem import ProgramProblem

SHOWN_NODES = 5  # that a note lists


@dataclass(frozen=True, eq=False, repr=False)
class GraphProgram(ProgramProblem, GraphProblem):
    """A question about a graph that is an integer program; see `ProgramProblem.build`.

    `GraphProblem` reads the graph, `ProgramProblem` does the rest. `nodes`, `edges` and `weights`
    are those of the graph.
    """

    def __post_init__(self) -> None:
        GraphProblem.__post_init__(self)
        ProgramProblem.__post_init__(self)

    @cached_property
    def node_names(self) -> tuple[str, ...]:
        """Distinct texts for the nodes: their labels, quoted where 1 and "1" occur."""
        names = tuple(map(str, self.nodes))
        return names if len(set(names)) == len(names) else tuple(map(repr, self.nodes))

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the graph, and on the program."""
        return (*self.reading_notes, *self.program_notes)

    def describe(self) -> dict[str, Any]:
        """Return facts about the graph, then about the program."""
        return {**GraphProblem.describe(self), **ProgramProblem.describe(self)}

    def size(self) -> str:
        """Return nodes and edges, such as ``"5 nodes, 6 edges"``."""
        return GraphProblem.size(self)

    def _qubits_instead(self, saved: int) -> str:
        """Return the number of qubits, and the one with the saved qubits, in words."""
        if self.encoded.is_settled:
            return f"every choice is settled, one unused qubit is left of {saved}"
        n = self.encoded.n_bits
        return f"{plural(n, 'qubit')} instead of {n + saved}"
