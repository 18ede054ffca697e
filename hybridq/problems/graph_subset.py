"""Base of families that choose nodes of a graph by their weights."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import Text
from hybridq.core.text import listed
from hybridq.operators.terms import Terms
from hybridq.problems.base import AnswerRow, Bits
from hybridq.problems.graph_program import SHOWN_NODES, GraphProgram
from hybridq.problems.node_weights import positive_node_weights, size_with_weights
from hybridq.problems.programs import IntegerProgram, Rows, Variable


@dataclass(frozen=True, eq=False, repr=False)
class GraphSubset(GraphProgram):
    r"""A question about a graph that chooses nodes of least or largest total weight.

    .. math:: \sum_u w_u x_u, \qquad w_u > 0

    A subclass implements `rows`, and `settled` for nodes whose choice is known beforehand; they
    take no qubit.
    """

    weighs: ClassVar[str] = "node"
    needs_edges: ClassVar[bool] = False
    #: The word for what nodes are chosen into.
    chosen_name: ClassVar[str] = "set"

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.node_weights != 1.0).any():  # the size is then another number
            object.__setattr__(self, "value_name", "weight")

    @cached_property
    def node_weights(self) -> NDArray[np.float64]:
        """The weight of each node, shape (n_nodes,)."""
        return positive_node_weights(self)

    @abstractmethod
    def rows(self) -> Rows:
        """Return the constraints; variable u is 1 where node u is chosen."""

    @cached_property
    @abstractmethod
    def settled(self) -> NDArray[np.bool_]:
        """The nodes whose choice is known beforehand, shape (n_nodes,)."""

    @abstractmethod
    def settled_choice(self) -> tuple[int, str]:
        """Return the choice for all settled nodes, and its reason in words."""

    def build(self) -> IntegerProgram:
        """Return the total weight under the constraints."""
        choice, _ = self.settled_choice()
        variables = [
            Variable(name, choice, choice) if known else Variable(name)
            for name, known in zip(self.node_names, self.settled.tolist(), strict=True)
        ]
        weights = Terms.linear(self.node_weights)
        return IntegerProgram(tuple(variables), weights, self.rows(), self.sense, name=self.name)

    @property
    def saved_qubits(self) -> int:
        """Qubits that settled nodes save."""
        return int(self.settled.sum())

    def labels(self) -> list[Any]:
        """Return the node of each qubit."""
        free = [node for node, known in zip(self.nodes, self.settled, strict=True) if not known]
        return free or list(super().labels())

    def chosen(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which nodes are chosen, shape (n_nodes,)."""
        return np.asarray(self.variables(self.checked_row(bits)[np.newaxis])[0] == 1)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of the chosen nodes."""
        chosen = tuple(self.nodes[u] for u in np.flatnonzero(self.chosen(bits)).tolist())
        return (AnswerRow(f"In the {self.chosen_name}", chosen),)

    def size(self) -> str:
        """Return nodes and edges, and the weights of the nodes where they differ from 1."""
        return size_with_weights(super().size(), self.node_weights)

    def describe(self) -> dict[str, Any]:
        """Return facts about the graph and the program, and ``saved_qubits``."""
        return {**super().describe(), "saved_qubits": self.saved_qubits}

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the graph, on settled nodes and on the program."""
        if not self.saved_qubits:
            return super().notes
        choice, reason = self.settled_choice()
        names = listed((self.node_names[u] for u in np.flatnonzero(self.settled)), SHOWN_NODES)
        nodes = f"node {names} is" if self.saved_qubits == 1 else f"nodes {names} are"
        qubits = self._qubits_instead(self.saved_qubits)
        where = f"in the {self.chosen_name}" if choice else "left out"
        return (*self.reading_notes, f"{nodes} {where}, {reason}: {qubits}", *self.program_notes)
