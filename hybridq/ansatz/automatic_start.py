"""Choose the start of a QAOA search for a cost and a depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz import angle_tables, angles
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.operators.paths import DEEPEST

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

# Below this mean degree a graph is nearly a tree, without the frustration of the training set.
TREELIKE = 2.5


def choose_start(ising: Ising, p: int) -> tuple[str, str]:
    """Return the name of the start for a cost at `p` layers, and the reason.

    It is the best start without a search: tabulated angles of a regular graph, or else
    `similar_start`.
    """
    degree = angles.regular_degree(ising)
    if (degree, p) in angles.fixed_angle_table():
        return "fixed-angles", f"tabulated for {degree}-regular graphs at p = {p}"
    # Where states fit the other starts are compared with the ramp by their values.
    if degree is not None and degree >= 2 and p <= DEEPEST and ising.n_qubits > MOST_OF_A_STATE:
        return "tree", f"the best angles of {degree}-regular trees at p = {p}"
    return similar_start(ising)


def similar_start(ising: Ising) -> tuple[str, str]:
    """Return the name of the start made from similar costs, and the reason.

    Measured on random regular, Erdős–Rényi, grid, tree and signed dense graphs, weighted and not.
    """
    couplings = ising.couplings
    if ising.higher or not len(couplings):
        return "tuned-ramp", "no angles are known for this kind of cost"
    if angle_tables.is_dense(ising):
        return "transfer", "medians of dense random graphs, for a dense graph"
    mean = angle_tables.mean_degree(ising)
    if not angle_tables.is_one_signed(ising):
        return "sk", "the limit of infinite degree, for weights of both signs"
    if mean < TREELIKE:
        return "sk", f"the limit of infinite degree, for a tree-like graph (mean degree {mean:.3g})"
    return "transfer", f"medians of sparse graphs, for mean degree {mean:.3g}"


def automatic(ising: Ising, p: int) -> Vector:
    """Return the angles of the start that `choose_start` names, shape (2p,)."""
    makers = {
        "fixed-angles": angles.fixed_angles,
        "transfer": angle_tables.median_angles,
        "sk": angle_tables.sk_angles,
        "tuned-ramp": angle_tables.tuned_ramp,
        "tree": angle_tables.tree_start,
    }
    return makers[choose_start(ising, p)[0]](ising, p)
