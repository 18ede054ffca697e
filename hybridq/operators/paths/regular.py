"""QAOA on regular trees: correlations of a coupled pair, and the best angles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core import memory
from hybridq.core.checks import checked_count
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.operators.paths.tables import PathWeights, Vector, row_size, swaps

DEEPEST = 8
"""Layers up to which angles are searched: each more takes four times as long."""


def tree_correlation(
    degree: int, gammas: ArrayLike, betas: ArrayLike, *, coupling: float = 0.5
) -> tuple[float, Vector]:
    r"""Return ⟨Z_uZ_v⟩ of coupled spins on a regular tree, and its derivatives.

    All messages of a round are equal, so that one is computed: :math:`O(p\,4^p)` for any degree.
    It is the value on every regular graph without cycles of length 2p + 1 or less. The share of
    cut edges of max-cut, with coupling ½, is :math:`(1 - \langle Z_uZ_v \rangle)/2`.

    Args:
        degree: couplings of each spin, at least 1.
        gammas: angles of the phases, shape (p,).
        betas: angles of the mixers, shape (p,).
        coupling: J of all pairs.

    Returns:
        the value, and derivatives by γ and β, shape (2p,).

    Raises:
        ParameterError: degree < 1.
        DimensionError: the angles are not two vectors of equal length.
        CapacityError: the messages do not fit in memory.

    Source: Basso, Farhi, Marwaha, Villalonga, Zhou 2022, arXiv:2110.14206.
    """
    branches = checked_count("degree", degree) - 1
    gamma, beta = (np.array(each, dtype=np.float64) for each in (gammas, betas))
    if gamma.ndim != 1 or gamma.shape != beta.shape or not len(gamma):
        raise DimensionError(
            f"gammas and betas must be vectors of equal length >= 1, got shapes {gamma.shape} and "
            f"{beta.shape}",
            argument="gammas",
        )
    p = len(gamma)
    memory.require(16 * 14 * 4**p, (Setting("p", p),), "use fewer layers")
    return _correlation(branches, gamma, beta, float(coupling))


def _correlation(branches: int, gammas: Vector, betas: Vector, coupling: float) -> Any:
    """Return the value and derivatives of checked arguments."""
    from hybridq.operators.paths import _adjoint, _kernels

    p = len(gammas)
    weights, swap = PathWeights(betas), swaps(p - 1)
    couplings, itself = np.array([coupling]), np.zeros(1, dtype=np.int64)
    messages, products = (np.empty((1, row_size(p)), dtype=np.complex128) for _ in range(2))
    for level in range(1, p + 1):
        own = slice(row_size(level - 1), row_size(level))
        _kernels.send(
            0, 1, level, couplings, itself, gammas, weights.chain, swap, products, messages
        )
        products[:, own] = messages[:, own] ** branches
    value, slopes, adjoints = np.empty(1), np.zeros(p), np.zeros_like(products)
    same, differing = np.zeros_like(weights.same), np.zeros_like(weights.differing)
    _adjoint.pair_values_back(
        0, 1, itself, couplings, itself, gammas, weights.same, weights.differing, swap, products,
        np.ones(1), value, adjoints, slopes, same, differing,
    )  # fmt: skip
    chain = []
    for level in range(p, 0, -1):
        own = slice(row_size(level - 1), row_size(level))
        rate = branches * messages[:, own] ** max(branches - 1, 0)
        adjoints[:, own] *= rate.conj()
        chain.append(np.zeros(4**level, dtype=np.complex128))
        _adjoint.send_back(
            0, 1, level, couplings, itself, gammas, weights.chain, swap, products, adjoints,
            slopes, chain[-1],
        )  # fmt: skip
    by_betas = weights.slopes(np.concatenate(chain[::-1]), same, differing)
    return float(value[0]), np.concatenate([slopes, by_betas])


def tree_angles(degree: int, p: int) -> Vector:
    r"""Return the best angles of max-cut on regular trees, searched; shape (2p,).

    They hold for unweighted graphs, whose couplings are ½. One layer has :math:`\gamma =
    \arctan(1/\sqrt{d - 1})` and :math:`\beta = \pi/8`; each further layer starts from the angles
    below, interpolated, and descends to the nearest minimum of ⟨Z_uZ_v⟩ (BFGS).

    Args:
        degree: d, at least 2.
        p: number of layers, 1 … 8.

    Raises:
        ParameterError: degree < 2, or p is out of range.

    Source: Wurtz, Lykov 2021, arXiv:2107.00677; Zhou, Wang, Choi, Pichler, Lukin 2020,
    arXiv:1812.01041, for the interpolation.
    """
    from scipy.optimize import minimize

    degree, depth = checked_count("degree", degree), checked_count("p", p)
    if degree < 2:
        raise ParameterError(argument="degree", value=degree, expected="an integer >= 2")
    if depth > DEEPEST:
        raise ParameterError(
            argument="p",
            value=p,
            expected=f"at most {DEEPEST}",
            remedy="interpolate the angles of fewer layers",
        )
    angles = np.array([np.arctan(1.0 / np.sqrt(degree - 1.0)), np.pi / 8.0])
    if degree == 2:
        angles[0] = np.pi / 4.0

    def descend(x: Vector) -> Any:
        gammas, betas = np.split(x, 2)
        return _correlation(degree - 1, gammas, betas, 0.5)

    for layers in range(2, depth + 1):
        share = np.arange(layers) / (layers - 1)
        grown = [
            share * np.append(0.0, row) + (1.0 - share) * np.append(row, 0.0)
            for row in np.split(angles, 2)
        ]
        found = minimize(
            descend, np.concatenate(grown), jac=True, method="BFGS", options={"gtol": 1e-9}
        )
        angles = np.asarray(found.x, dtype=np.float64)
    return angles
