"""Tabulated angles, rescaled to an instance and resampled to a depth."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.angles import coupling_strength, ramp_shape
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.operators.p1 import p1_optimum
from hybridq.operators.paths import DEEPEST, tree_angles

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]


def mean_degree(ising: Ising) -> float:
    """Return the mean number of terms of a spin, the mean degree of a max-cut graph."""
    members = np.count_nonzero(ising.linear) + 2 * len(ising.couplings)
    members += sum(spins.size for spins, _ in ising.higher_groups)
    return float(members) / ising.n_qubits


def phase_unit(ising: Ising) -> float:
    r"""Return the factor from instance-free γ to γ of an instance.

    .. math:: u = \frac{c(d)}{\kappa}, \qquad c(d) = \sqrt d \arctan \frac{1}{\sqrt{d - 1}}

    with κ the `coupling_strength` and d the `mean_degree`, at least 1. On a d-regular max-cut
    graph with weights w this is :math:`2 \arctan(1/\sqrt{d-1}) / \sqrt{\overline{w^2}}`, and
    γ = u/2 the best angle of one layer; c tends to 1 on dense graphs.

    Source: Sureshbabu et al. 2024, arXiv:2305.15201; the rescaling by the weights also in
    Shaydulin, Lotshaw, Larson, Ostrowski, Humble 2023, arXiv:2201.11785.
    """
    degree = max(mean_degree(ising), 1.0)
    return float(np.sqrt(degree) * np.arctan2(1.0, np.sqrt(degree - 1.0))) / coupling_strength(
        ising
    )


# Cosines that a value of the closed form multiplies, above which its optimum takes long.
_MOST_COSINES = 2 * 10**7


def calibrated_unit(ising: Ising, gamma: float) -> float:
    r"""Return the factor from γ of a table to γ of an instance, by its best layer.

    .. math:: u = \gamma_1^*(\mathrm{instance}) / \gamma_1(\mathrm{table})

    with the best angle of one layer in closed form (`p1_optimum`), which sees weights and degrees
    one by one where `phase_unit` sees their means. For the median angles at p = 1, 3 and 8 it
    raised the mean expected cut of 14 nodes (eight graphs of a kind) by 2 to 9 % with Cauchy
    weights, 0.3 to 2 % with exponential and 3 to 10 % with log-normal ones, and by 0.6 % at most
    without weights; single graphs with Cauchy weights lost up to a quarter.

    Args:
        ising: the cost.
        gamma: the table's γ at one layer.

    Returns:
        the factor; that of `phase_unit` where the closed form does not apply (terms of three and
        more spins), would take minutes (dense costs of thousands of spins) or has no best angle.
    """
    degrees = np.bincount(ising.pairs.ravel(), minlength=1).astype(np.float64)
    if ising.is_quadratic and float(degrees @ degrees) <= _MOST_COSINES:
        best = p1_optimum(ising).gamma
        if best > 0.0:
            return best / gamma
    return phase_unit(ising)


def fitted(schedule: Vector, ising: Ising, p: int) -> Vector:
    """Return an instance-free schedule at depth `p` for an instance, shape (2p,)."""
    angles = resampled(schedule, p)
    angles[:p] *= phase_unit(ising)
    return angles


def resampled(angles: Vector, p: int) -> Vector:
    """Return the angles of depth `p` on the same curve γ(t), β(t), shape (2p,).

    Layer l of p is at t = (l − 1/2)/p. The curve is linear between layers, and extrapolated
    linearly beyond the first and last. The result is a copy.
    """
    depth = len(angles) // 2
    if depth == p:
        return np.array(angles, dtype=np.float64)
    curves = np.asarray(angles, dtype=np.float64).reshape(2, depth)
    if depth == 1:
        return np.repeat(curves[:, 0], p)
    position = (np.arange(p) + 0.5) / p * depth - 0.5
    left = np.clip(position.astype(np.int64), 0, depth - 2)
    part = position - left
    return np.concatenate([row[left] * (1.0 - part) + row[left + 1] * part for row in curves])


def schedule_of(table: dict[int, Vector], p: int) -> Vector:
    """Return the row of a table nearest to depth `p`, resampled to `p`; shape (2p,)."""
    nearest = min(table, key=lambda depth: (abs(depth - p), depth))
    return resampled(table[nearest], p)


def tabulated(rows: dict[str, Any]) -> dict[int, Vector]:
    """Return read-only angles by depth, from ``{"p": {"gamma": […], "beta": […]}}``."""
    table = {}
    for depth, row in rows.items():
        angles = np.concatenate([np.array(row["gamma"]), np.array(row["beta"])])
        angles.setflags(write=False)
        table[int(depth)] = angles
    return table


def read_table(name: str) -> dict[str, Any]:
    """Return the JSON file of that name among the package's tables."""
    text = resources.files("hybridq.ansatz").joinpath(f"data/{name}.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def sk_table() -> dict[int, Vector]:
    r"""Return the best angles of the Sherrington–Kirkpatrick model by p.

    The limit is n → ∞; the arrays are read-only.

    They belong to H = (1/√n) Σ J_ij Z_i Z_j with E J² = 1, whose `coupling_strength` is 1, in
    this project's phase e^{−iγH}; so in `phase_unit` of a dense instance.

    Source: Farhi, Goldstone, Gutmann, Zhou 2022, arXiv:1910.08187; Basso, Farhi, Marwaha,
    Villalonga, Zhou 2022, arXiv:2110.14206; as tabulated in QOKit (Apache-2.0).
    """
    return tabulated(read_table("sk_angles"))


def sk_angles(ising: Ising, p: int) -> Vector:
    """Return the Sherrington–Kirkpatrick angles for an instance, shape (2p,).

    Beyond the depths of the table (1 to 20 and some up to 80) the nearest is resampled.
    """
    return fitted(schedule_of(sk_table(), p), ising, p)


@cache
def median_table(kind: str) -> dict[int, Vector]:
    """Return median angles of a training set by p = 1 … 12, in `phase_unit`.

    The arrays are read-only.

    Args:
        kind: ``"sparse"`` (3-regular graphs) or ``"dense"`` (random graphs of density 1/2).
    """
    return tabulated(read_table("median_angles")[kind])


def is_dense(ising: Ising) -> bool:
    """Return whether the cost is that of a dense graph with frustrated triangles."""
    couplings = ising.couplings
    if ising.n_qubits < 3 or not len(couplings):
        return False
    density = 2.0 * len(couplings) / (ising.n_qubits * (ising.n_qubits - 1))
    return density > 0.35 and mean_degree(ising) > 3.0 and is_one_signed(ising)


def is_one_signed(ising: Ising) -> bool:
    """Return whether couplings are mostly positive, so that triangles are frustrated."""
    couplings = ising.couplings
    if not len(couplings):
        return False
    return float(couplings.mean()) > 0.5 * float(np.sqrt(np.mean(couplings**2)))


def median_angles(ising: Ising, p: int) -> Vector:
    """Return median angles of similar instances for an instance, shape (2p,).

    Dense costs (`is_dense`) take those of dense random graphs, others those of 3-regular graphs;
    beyond p = 12 they are resampled. Beyond the sizes that states are simulated at, γ is in the
    `calibrated_unit` of the instance.
    """
    table = median_table("dense" if is_dense(ising) else "sparse")
    angles = schedule_of(table, p)
    if ising.n_qubits <= MOST_OF_A_STATE:
        return fitted(angles, ising, p)
    angles[:p] *= calibrated_unit(ising, float(table[1][0]))
    return angles


# Slopes (Δγ in `phase_unit`, Δβ) of the best ramp over the training set of `median_angles.json`.
_RAMP_DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24)
_RAMP_GAMMAS = (0.957, 1.017, 1.213, 1.179, 1.137, 1.101, 1.013, 1.014, 0.955)
_RAMP_BETAS = (0.727, 0.659, 0.629, 0.634, 0.612, 0.617, 0.675, 0.627, 0.638)


def tuned_ramp(ising: Ising, p: int) -> Vector:
    """Return a linear ramp with slopes tuned to the depth, shape (2p,).

    Source: Sack, Serbyn 2021, arXiv:2101.05742; Montañez-Barrera, Michielsen 2024,
    arXiv:2405.09169; the slopes are this project's.
    """
    gamma = np.interp(p, _RAMP_DEPTHS, _RAMP_GAMMAS) * phase_unit(ising)
    beta = np.interp(p, _RAMP_DEPTHS, _RAMP_BETAS)
    angles: Vector = ramp_shape(p) @ [gamma, beta]
    return angles


@cache
def tree_schedule(degree: int, p: int) -> Vector:
    """Return the best angles of a regular tree, computed once; read-only."""
    angles = tree_angles(degree, p)
    angles.setflags(write=False)
    return angles


def tree_start(ising: Ising, p: int) -> Vector:
    """Return the best angles of a regular tree for an instance, shape (2p,).

    The degree is the mean one, rounded, at least 2; γ is rescaled by the `coupling_strength`. They
    are computed (`tree_angles`), a second or two at p = 8; deeper ones are resampled.
    """
    degree = max(2, round(2.0 * len(ising.couplings) / ising.n_qubits))
    angles = resampled(tree_schedule(degree, min(p, DEEPEST)), p)
    angles[:p] *= (np.sqrt(degree) / 2.0) / coupling_strength(ising)
    return angles
