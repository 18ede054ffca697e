"""Base of families that put the nodes of a graph into groups."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError, Text
from hybridq.core.numbers import number, plural, plural_noun
from hybridq.operators.terms import Group, Terms, constant_group
from hybridq.problems.base import AnswerRow, Bits
from hybridq.problems.graph_problem import GraphProblem
from hybridq.problems.graph_program import GraphProgram
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram, Rows, Variable
from hybridq.problems.programs.polynomial import Polynomial
from hybridq.problems.programs.registers import code_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hybridq.plots.node_groups import Emphasis


@dataclass(frozen=True, eq=False, repr=False)
class GraphPartition(GraphProgram):
    r"""A question about a graph whose nodes go into k groups, each node into one.

    Two groups take one bit a node, more groups take one bit :math:`x_{u,c}` for each node u and
    each group c that it may join:

    .. math:: \sum_c x_{u,c} = 1, \qquad
              \mathrm{same}(u, v) = \sum_c x_{u,c}\, x_{v,c}

    A subclass implements `objective`; its field `count_name` is k.

    Args:
        symmetry: fix what the exchange of groups leaves open, which loses no value; false keeps a
            qubit for every choice.
    """

    mixers: ClassVar[tuple[str, ...]] = ("xy-complete", "xy-ring", "grover", "x")
    #: The word for a group.
    group: ClassVar[str] = "part"
    #: The option that holds the number of groups.
    count_name: ClassVar[str] = "parts"

    symmetry: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.symmetry, bool):
            raise ParameterError(argument="symmetry", value=self.symmetry, expected="true or false")
        GraphProblem.__post_init__(self)
        self._check()
        ProgramProblem.__post_init__(self)
        object.__setattr__(self, "mixers", self._fitting_mixers())

    @property
    def n_groups(self) -> int:
        """Number k of groups, as the option `count_name` says."""
        return int(getattr(self, self.count_name))

    def _check(self) -> None:
        """Raise for options and weights that do not fit the graph.

        The number of groups is an integer from 2 to the number of nodes.
        """
        count, most = getattr(self, self.count_name), max(self.n_nodes, 2)
        if not is_whole(count) or not 2 <= count <= most:
            raise ParameterError(
                argument=self.count_name,
                value=count,
                expected=f"an integer from 2 to {most}, the number of nodes",
            )
        object.__setattr__(self, self.count_name, int(count))

    @abstractmethod
    def objective(self) -> Polynomial:
        """Return the objective, a polynomial of `membership` and `same_group`."""

    def rows(self) -> Sequence[Constraint]:
        """Return constraints beyond one group for each node."""
        return ()

    def _fitting_mixers(self) -> tuple[str, ...]:
        """Return the mixers that suit the number of groups and the encoding."""
        if self.n_groups == 2:
            return ("x",)
        if self.encoding in (None, "one-hot"):
            return type(self).mixers
        full = self.encoding == "binary" and self.n_groups & (self.n_groups - 1) == 0
        return ("x",) if full else ("bit-flip", "grover", "x")

    @cached_property
    def anchor(self) -> int:
        """The first node of the largest degree, which symmetry fixes."""
        return int(np.bincount(self.edges.ravel(), minlength=self.n_nodes).argmax())

    @cached_property
    def allowed(self) -> tuple[tuple[int, ...], ...]:
        """The groups that each node may join: all, and for a fixed node one."""
        groups = [tuple(range(self.n_groups))] * self.n_nodes
        if self.symmetry:
            groups[self.anchor] = (0,)
        return tuple(groups)

    @property
    def is_binary(self) -> bool:
        """True for two groups, where one bit says the group of a node."""
        return self.n_groups == 2

    def membership(self, node: int, group: int) -> Polynomial:
        """Return the polynomial of variables that is 1 for a node in a group, else 0."""
        if not self.is_binary:
            return {(node * self.n_groups + group,): 1.0}
        return {(node,): 1.0} if group == 1 else {(): 1.0, (node,): -1.0}

    def same_group(
        self,
        pairs: NDArray[np.int64],
        weights: NDArray[np.float64],
        constant: float = 0.0,
    ) -> Terms:
        """Return a constant and the sum of weights of pairs in one group, as a polynomial.

        Args:
            pairs: two nodes each, shape (m, 2).
            weights: of the pairs, shape (m,).
            constant: added.
        """
        if self.is_binary:
            linear = np.bincount(pairs.ravel(), np.repeat(-weights, 2), self.n_nodes)
            total = constant + float(weights.sum())
            return Terms.added(Terms.linear(linear, total), Terms([(pairs, 2.0 * weights)]))
        groups: list[Group] = [constant_group(constant)]
        may_join = np.zeros((self.n_nodes, self.n_groups), dtype=bool)
        for node, allowed in enumerate(self.allowed):
            may_join[node, list(allowed)] = True
        for c in range(self.n_groups):
            both = may_join[pairs, c].all(axis=1)
            groups.append((pairs[both] * self.n_groups + c, weights[both]))
        return Terms(groups)

    def build(self) -> IntegerProgram:
        """Return the objective, with one group for each node."""
        k = self.n_groups
        names: list[str] = []
        members: list[list[int]] = []
        variables: list[Variable] = []
        for u, (name, groups) in enumerate(zip(self.node_names, self.allowed, strict=True)):
            if self.is_binary:
                variables.append(Variable(name, min(groups), max(groups)))
                continue
            for c in range(k):
                fixed = c in groups and len(groups) == 1
                variables.append(
                    Variable(f"{name} in {self.group} {c}", int(fixed), int(c in groups))
                )
            if len(groups) > 1:
                names.append(f"node {name} is in one {self.group}")
                members.append([u * k + c for c in groups])
        rows = Rows.of([Rows.ragged(names, members, "==", 1.0), *self.rows()])
        return IntegerProgram(tuple(variables), self.objective(), rows, self.sense, name=self.name)

    # -- in the user's terms ----------------------------------------------------------------------

    def labels(self) -> list[Any]:
        """Return the node of each qubit for two groups, else node and group."""
        if not self.is_binary:
            return list(super().labels())
        nodes = dict(zip(self.node_names, self.nodes, strict=True))
        return [nodes.get(str(name), name) for name in super().labels()]

    def grouped(self, bits: Bits) -> NDArray[np.bool_]:
        """Return whether each node is in each group, shape (n_nodes, n_groups)."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        if self.is_binary:
            return np.stack([row == 0, row == 1], axis=1)
        return np.asarray(row.reshape(self.n_nodes, self.n_groups) > 0)

    def group_of(self, bits: Bits) -> NDArray[np.int64]:
        """Return the group of each node, −1 for none or several, shape (n_nodes,)."""
        member = self.grouped(bits)
        return np.where(member.sum(axis=1) == 1, member.argmax(axis=1), -1)

    def _inner(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which edges lie within one group, shape (m,)."""
        ends = self.group_of(bits)[self.edges]
        return np.asarray((ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= 0))

    def _between(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which edges join two groups, shape (m,)."""
        ends = self.group_of(bits)[self.edges]
        return np.asarray((ends[:, 0] != ends[:, 1]) & (ends >= 0).all(axis=1))

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels of the nodes of each group, and of nodes without one."""
        member = self.grouped(bits)
        title = self.group.capitalize()
        rows = [
            AnswerRow(f"{title} {c}", tuple(self.nodes[u] for u in np.flatnonzero(member[:, c])))
            for c in range(self.n_groups)
        ]
        without = tuple(self.nodes[u] for u in np.flatnonzero(~member.any(axis=1)))
        return (*rows, AnswerRow(f"Without {self.group}", without)) if without else tuple(rows)

    def size(self) -> str:
        """Return nodes, edges and groups, such as ``"5 nodes, 6 edges, 3 parts"``."""
        return f"{super().size()}, {plural(self.n_groups, self.group)}"

    @cached_property
    def saved_qubits(self) -> int:
        """Qubits that symmetry saves."""
        if self.is_binary:
            return sum(len(groups) == 1 for groups in self.allowed)
        widths = {1: 0}
        for size in {self.n_groups, *map(len, self.allowed)} - {1}:
            code = code_of(self.encoding or "one-hot", size, choice=True, name=self.group)
            widths[size] = code.n_bits
        return sum(widths[self.n_groups] - widths[len(groups)] for groups in self.allowed)

    def _symmetry_notes(self) -> tuple[Text, ...]:
        """Remarks on what symmetry fixes."""
        fixed = [u for u, groups in enumerate(self.allowed) if len(groups) < self.n_groups]
        if not fixed:
            return ()
        return (f"{self._fixed(fixed)}: {self._qubits_instead(self.saved_qubits)}",)

    def _fixed(self, nodes: list[int]) -> str:
        """Return in words what symmetry fixes."""
        (node,) = nodes
        return (
            f"node {self.node_names[node]} is fixed in {self.group} {self.allowed[node][0]}, since "
            f"{plural_noun(self.group)} can be exchanged"
        )

    def draw_groups(
        self,
        ax: Axes,
        bits: Bits,
        marked: NDArray[np.bool_],
        names: tuple[str, str],
        *,
        title: str,
        looks: tuple[Emphasis, Emphasis] = ("weak", "strong"),
    ) -> None:
        """Draw the graph with its groups.

        Args:
            ax: where.
            bits: the assignment.
            marked: which edges are marked, shape (m,).
            names: of the other and of the marked edges.
            title: of the picture.
            looks: of the other and of the marked edges.
        """
        from hybridq.plots.node_groups import EdgeSet, plot_node_groups

        plot_node_groups(
            self.graph,
            self.group_of(bits),
            ax,
            names=[f"{self.group} {c}" for c in range(self.n_groups)],
            edges=[
                EdgeSet(name, self.edges[some], self.weights[some], look)
                for name, some, look in zip(names, (~marked, marked), looks, strict=True)
            ],
            title=title,
        )

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on the graph, on symmetry and on the program."""
        return (*self.reading_notes, *self._symmetry_notes(), *self.program_notes)

    def describe(self) -> dict[str, Any]:
        """Return facts about the graph and the program, and ``saved_qubits``."""
        return {
            **super().describe(), self.count_name: self.n_groups,
            "saved_qubits": self.saved_qubits,
        }  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class GraphCut(GraphPartition):
    """A partition whose value is the weight of the edges between parts."""

    def objective(self) -> Polynomial:
        """Return the total weight less that of edges within parts."""
        return self.same_group(self.edges, -self.weights, self.total_weight)

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return the labels in each part, and the weight of the edges between parts."""
        total = number(self.total_weight)
        cut = number(float(self.weights[self._between(bits)].sum()))
        return (*super().answer(bits), AnswerRow("Weight between parts", (f"{cut} of {total}",)))

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the graph with its parts and the edges between them."""
        names = ("other edge", "edge between parts")
        self.draw_groups(ax, bits, self._between(bits), names, title=self.parts_title(bits))

    def parts_title(self, bits: Bits) -> str:
        """Return the title of the picture of the parts."""
        return "The parts"
