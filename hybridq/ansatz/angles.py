"""Initial angles of QAOA: linear ramps, fixed angles by degree, random points."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike, as_generator

if TYPE_CHECKING:
    from hybridq.ansatz.mixers.hop_scale import HopScale
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

RAMP_GAMMA = 0.9
RAMP_BETA = 0.65
SWEEP_GAMMA = 1.8


def coupling_strength(ising: Ising) -> float:
    r"""Return the root mean square coupling of a single spin, 1 if there is none.

    It is the root mean square over spins i of :math:`\sqrt{\sum_{t \ni i} K_t^2}`, the energy
    scale of a single spin: √d / 2 for max-cut on a d-regular graph.
    """
    squares = ising.linear**2
    np.add.at(squares, ising.pairs.ravel(), np.repeat(ising.couplings**2, 2))
    for spins, coefficients in ising.higher_groups:
        np.add.at(squares, spins.ravel(), np.repeat(coefficients**2, spins.shape[1]))
    return float(np.sqrt(squares.mean())) or 1.0


def linear_ramp(ising: Ising, p: int) -> Vector:
    r"""Return the angles of a linear annealing schedule, shape (2p,).

    .. math:: \gamma_l = \frac{0.9}{\kappa} \frac{l - 1/2}{p}, \qquad
              \beta_l = 0.65 \left(1 - \frac{l - 1/2}{p}\right)

    with κ the `coupling_strength`, so that the schedule does not depend on the unit of energy.

    Source: Sack, Serbyn 2021, arXiv:2101.05742; Montañez-Barrera, Michielsen 2024,
    arXiv:2405.09169.
    """
    return ramp_shape(p) @ [RAMP_GAMMA / coupling_strength(ising), RAMP_BETA]


def ramp_shape(p: int) -> Vector:
    """Return the matrix from slopes (Δγ, Δβ) of a ramp to its angles, shape (2p, 2)."""
    fraction = (np.arange(p) + 0.5) / p
    shape = np.zeros((2 * p, 2))
    shape[:p, 0], shape[p:, 1] = fraction, 1.0 - fraction
    return shape


def hop_ramp(scale: HopScale, p: int) -> Vector:
    r"""Return the angles of a linear ramp on a feasible space, shape (2p,).

    .. math:: \gamma_l = \frac{0.9}{\text{strength}} \frac{l - 1/2}{p}, \qquad
              \beta_l = \frac{0.65}{\text{rate}} \left(1 - \frac{l - 1/2}{p}\right)

    It is `linear_ramp` in the units of the mixer's hops.
    """
    return ramp_shape(p) @ [RAMP_GAMMA / scale.strength, RAMP_BETA / scale.rate]


def hop_sweep(scale: HopScale, p: int) -> Vector:
    r"""Return the angles of a sweep from the worst assignment to the best, shape (2p,).

    .. math:: \gamma_l = \frac{1.8}{\text{strength}} \Bigl(\frac{2l - 1}{p} - 1\Bigr), \qquad
              \beta_l = \frac{0.65}{\text{rate}} \sin \pi \frac{l - 1/2}{p}

    The worst assignment, such as the empty set, is the ground state of −H: γ begins negative
    without a mixer and ends positive without a mixer, as the detuning of Rydberg atoms is swept.

    Source: Ebadi et al. 2022, arXiv:2202.09372 (the sweep); the two numbers are measured.
    """
    fraction = (np.arange(p) + 0.5) / p
    gamma = SWEEP_GAMMA / scale.strength * (2.0 * fraction - 1.0)
    return np.concatenate([gamma, RAMP_BETA / scale.rate * np.sin(np.pi * fraction)])


@cache
def fixed_angle_table() -> dict[tuple[int, int], Vector]:
    """Return read-only angles by (degree, p), for max-cut in this convention.

    The published angles belong to the phase e^{−iγC/2}; γ is halved here.

    Source: Wurtz, Lykov 2021, arXiv:2107.00677, as tabulated in QOKit (Apache-2.0).
    """
    text = resources.files("hybridq.ansatz").joinpath("data/fixed_angles.json").read_text("utf-8")
    table = {}
    for row in json.loads(text).values():
        angles = np.concatenate([np.array(row["gamma"]) / 2.0, np.array(row["beta"])])
        angles.setflags(write=False)
        table[row["d"], row["p"]] = angles
    return table


def regular_degree(ising: Ising) -> int | None:
    """Return the degree of a regular graph of equal weights, None for other costs.

    The cost has to be that of max-cut with positive weights.
    """
    if ising.has_odd_terms or ising.higher or not len(ising.couplings):
        return None
    weight = ising.couplings[0]
    if weight <= 0 or not np.allclose(ising.couplings, weight, rtol=1e-12):
        return None
    degrees = np.bincount(ising.pairs.ravel(), minlength=ising.n_qubits)
    return int(degrees[0]) if (degrees == degrees[0]).all() else None


def fixed_angles(ising: Ising, p: int) -> Vector:
    """Return angles for large regular graphs of this degree, shape (2p,).

    On a d-regular graph of equal weights they are the published ones. On any other graph those
    of the mean degree are taken, and γ is rescaled by the `coupling_strength`.

    Raises:
        ParameterError: no angles are tabulated for this depth.
    """
    table = fixed_angle_table()
    degree = regular_degree(ising)
    mean = 2.0 * len(ising.couplings) / ising.n_qubits
    known = sorted({d for d, _ in table})
    nearest = degree if degree in known else min(known, key=lambda d: abs(d - mean))
    if (nearest, p) not in table:
        depths = sorted(depth for d, depth in table if d == nearest)
        raise ParameterError(
            f"no fixed angles for p={p} at degree {nearest}: "
            f"p = {depths[0]} to {depths[-1]} are tabulated",
            argument="initial",
            value="fixed-angles",
            remedy=("use ", Setting("initial", "ramp")),
        )
    angles = np.array(table[nearest, p])
    angles[:p] *= (np.sqrt(nearest) / 2.0) / coupling_strength(ising)
    return angles


def random_angles(bounds: Vector, rng: RandomLike) -> Vector:
    """Return a point drawn uniformly within `bounds`, shape (n_params,)."""
    return as_generator(rng).uniform(bounds[:, 0], bounds[:, 1])
