"""Angles that were found once and for all, and how they fit another instance or depth."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.angles import coupling_strength, ramp_shape

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]


def mean_degree(ising: Ising) -> float:
    """Terms a spin is in, averaged over the spins; the mean degree of a max-cut graph."""
    members = np.count_nonzero(ising.linear) + 2 * len(ising.couplings)
    members += sum(len(spins) for spins, _ in ising.higher)
    return float(members) / ising.n_qubits


def phase_unit(ising: Ising) -> float:
    r"""The factor that makes γ of an instance from angles that belong to no instance.

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


def fitted(schedule: Vector, ising: Ising, p: int) -> Vector:
    """An instance-free schedule at depth `p` and in this instance's unit; shape (2p,)."""
    angles = resampled(schedule, p)
    angles[:p] *= phase_unit(ising)
    return angles


def resampled(angles: Vector, p: int) -> Vector:
    """The angles of another depth on the same curve γ(t), β(t), shape (2p,); a copy.

    Layer l of p stands at t = (l − 1/2)/p; between layers the curve is straight, and beyond the
    first and last it goes on straight.
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
    """The row of a table by depth that is nearest to `p`, brought to depth `p`; shape (2p,)."""
    nearest = min(table, key=lambda depth: (abs(depth - p), depth))
    return resampled(table[nearest], p)


def tabulated(rows: dict[str, Any]) -> dict[int, Vector]:
    """A table of read-only angles by depth, from ``{"p": {"gamma": […], "beta": […]}}``."""
    table = {}
    for depth, row in rows.items():
        angles = np.concatenate([np.array(row["gamma"]), np.array(row["beta"])])
        angles.setflags(write=False)
        table[int(depth)] = angles
    return table


def read_table(name: str) -> dict[str, Any]:
    """The JSON file of that name among the package's tables."""
    text = resources.files("hybridq.ansatz").joinpath(f"data/{name}.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def sk_table() -> dict[int, Vector]:
    r"""The best angles of the Sherrington–Kirkpatrick model, n → ∞, by p; read-only arrays.

    They belong to H = (1/√n) Σ J_ij Z_i Z_j with E J² = 1, whose `coupling_strength` is 1, in
    this project's phase e^{−iγH}; so in `phase_unit` of a dense instance.

    Source: Farhi, Goldstone, Gutmann, Zhou 2022, arXiv:1910.08187; Basso, Farhi, Marwaha,
    Villalonga, Zhou 2022, arXiv:2110.14206; as tabulated in QOKit (Apache-2.0).
    """
    return tabulated(read_table("sk_angles"))


def sk_angles(ising: Ising, p: int) -> Vector:
    """The Sherrington–Kirkpatrick angles in the unit of this instance, shape (2p,).

    Beyond the depths of the table (1 to 20 and some up to 80) the nearest is resampled.
    """
    return fitted(schedule_of(sk_table(), p), ising, p)


@cache
def median_table(kind: str) -> dict[int, Vector]:
    """Median angles of a training set by p = 1 … 12, in `phase_unit`; read-only arrays.

    Args:
        kind: ``"sparse"`` (3-regular graphs) or ``"dense"`` (random graphs of density 1/2).
    """
    return tabulated(read_table("median_angles")[kind])


def is_dense(ising: Ising) -> bool:
    """Whether the cost is that of a dense graph whose triangles count: many, of equal sign."""
    couplings = ising.couplings
    if ising.n_qubits < 3 or not len(couplings):
        return False
    density = 2.0 * len(couplings) / (ising.n_qubits * (ising.n_qubits - 1))
    return density > 0.35 and mean_degree(ising) > 3.0 and is_one_signed(ising)


def is_one_signed(ising: Ising) -> bool:
    """Whether the couplings are mostly positive, so that triangles are frustrated."""
    couplings = ising.couplings
    if not len(couplings):
        return False
    return float(couplings.mean()) > 0.5 * float(np.sqrt(np.mean(couplings**2)))


def median_angles(ising: Ising, p: int) -> Vector:
    """Median angles of similar instances in the unit of this one, shape (2p,).

    Those of dense random graphs where `is_dense`, else those of 3-regular ones; beyond p = 12
    resampled.
    """
    table = median_table("dense" if is_dense(ising) else "sparse")
    return fitted(schedule_of(table, p), ising, p)


# Slopes (Δγ in `phase_unit`, Δβ) of the best ramp over the training set of `median_angles.json`.
_RAMP_DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24)
_RAMP_GAMMAS = (0.957, 1.017, 1.213, 1.179, 1.137, 1.101, 1.013, 1.014, 0.955)
_RAMP_BETAS = (0.727, 0.659, 0.629, 0.634, 0.612, 0.617, 0.675, 0.627, 0.638)


def tuned_ramp(ising: Ising, p: int) -> Vector:
    """A linear ramp whose slopes were tuned to the depth on a training set, shape (2p,).

    Source: Sack, Serbyn 2021, arXiv:2101.05742; Montañez-Barrera, Michielsen 2024,
    arXiv:2405.09169; the slopes are this project's.
    """
    gamma = np.interp(p, _RAMP_DEPTHS, _RAMP_GAMMAS) * phase_unit(ising)
    beta = np.interp(p, _RAMP_DEPTHS, _RAMP_BETAS)
    angles: Vector = ramp_shape(p) @ [gamma, beta]
    return angles
