"""Scales of a mixer and a cost on a feasible space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.hops import HOPS
from hybridq.circuits.subspace import GROVER
from hybridq.operators.feasible import FeasibleSpace, unpacked

if TYPE_CHECKING:
    from hybridq.circuits.excitations import Transition
    from hybridq.operators.ising import Ising

_STATES = 1024  # sampled
_HOPS = 64  # sampled
_MOST_OF_PRODUCT = 1 << 16  # states of a product that are listed; beyond, they are drawn
_MOST_LISTED = 1 << 22  # states that are listed, as for the classical reference

Rows = NDArray[np.uint8]


@dataclass(frozen=True)
class HopScale:
    r"""Scales of a mixer M and a cost H on feasible states, for schedules of angles.

    With Δ the root mean square change of the cost by one hop and d the mean number of hops of a
    state,

    .. math:: \text{strength} = \Delta / 2, \qquad
              \text{rate} = \tfrac14\, \frac{d\,\Delta^2}{2\,\mathrm{Var}\,H}.

    The fraction is the mean gap :math:`\langle H (d - A) H \rangle / \mathrm{Var}\,H` above the
    uniform state that H excites, with A = −M the sum of all hops. For the X mixer and a cost of
    pairs without fields, strength is the `coupling_strength` and rate is 1: a schedule in these
    units is the same for every mixer.

    Attributes:
        strength: of the cost, in its unit of energy.
        rate: of the mixer.
    """

    strength: float
    rate: float


def hop_scale(space: FeasibleSpace, kind: str, ising: Ising) -> HopScale | None:
    """Return the scales of a mixer and a cost, None where there are none.

    They are estimated from up to 1024 states and 64 kinds of hops, the same in every call, and
    rounded to six digits, which are the same on every number of threads.

    Args:
        space: the feasible states.
        kind: ``"grover"``, whose hops lead to all states alike, or a kind of hops of `HOPS`.
        ising: the cost without penalties.

    Returns:
        the scales; None where no hop changes the cost, or where the states are too many to list
        and no product of groups.
    """
    rng = np.random.default_rng(0)
    rows, listed = _sampled(space, rng)
    if len(rows) < 2:
        return None
    energies = ising.energies(rows)
    variance = float(energies.var())
    if kind == GROVER:
        squares, changes, rate = 2.0 * variance, 1.0, 1.0
    else:
        squares, changes = _squared_changes(space, kind, ising, rows, listed, rng)
        rate = squares * changes / (2.0 * variance) if variance > 0.0 else 0.0
    if not squares > 1e-18 * max(float(np.abs(energies).max()), 1e-300) ** 2 or not rate > 0.0:
        return None
    return HopScale(float(f"{np.sqrt(squares) / 2.0:.6g}"), float(f"{rate / 4.0:.6g}"))


def _squared_changes(
    space: FeasibleSpace,
    kind: str,
    ising: Ising,
    rows: Rows,
    listed: bool,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the mean squared change by a hop, and the mean number of hops."""
    hops = [hop for partial in HOPS[kind].partials(space) for hop in partial]
    chosen = np.arange(len(hops))
    if len(hops) > _HOPS:
        chosen = np.sort(rng.choice(len(hops), _HOPS, replace=False))
    before, after = [rows[:0]], [rows[:0]]
    for number in chosen.tolist():
        here = rows[_moves(rows, hops[number])]
        there = here.copy()
        there[:, [*hops[number].created, *hops[number].annihilated]] ^= 1
        kept = space.index(there) >= 0 if listed else space.contains(there)
        before.append(here[kept])
        after.append(there[kept])
    starts, ends = np.concatenate(before), np.concatenate(after)
    if not len(starts):
        return 0.0, 0.0
    changes = ising.energies(ends) - ising.energies(starts)
    return float((changes**2).mean()), len(changes) / len(rows) * len(hops) / len(chosen)


def _moves(rows: Rows, hop: Transition) -> NDArray[np.bool_]:
    """Return whether a hop or its reverse acts on each row."""
    filled, emptied = rows[:, list(hop.created)], rows[:, list(hop.annihilated)]
    forth = (filled == 0).all(axis=1) & (emptied == 1).all(axis=1)
    back = (filled == 1).all(axis=1) & (emptied == 0).all(axis=1)
    return np.asarray(forth | back)


def _sampled(space: FeasibleSpace, rng: np.random.Generator) -> tuple[Rows, bool]:
    """Return feasible states, and whether the space lists all of them.

    They are all states or evenly spaced ones; of a large product independent draws.
    """
    most = _MOST_OF_PRODUCT if space.is_product else _MOST_LISTED
    if space.count(most) <= most:
        places = np.linspace(0, space.dim - 1, min(space.dim, _STATES)).astype(np.int64)
        return unpacked(space.words[places], space.n_qubits), True
    if space.is_product:
        return _drawn(space, rng), False
    return np.zeros((0, space.n_qubits), dtype=np.uint8), False


def _drawn(space: FeasibleSpace, rng: np.random.Generator) -> Rows:
    """Return uniformly random states of a product."""
    rows = np.zeros((_STATES, space.n_qubits), dtype=np.uint8)
    rows[:, list(space.free)] = rng.integers(0, 2, (_STATES, len(space.free)))
    for group in space.groups:
        ones = rng.random((_STATES, len(group.qubits))).argsort(axis=1)[:, : group.count]
        np.put_along_axis(rows, np.array(group.qubits)[ones], 1, axis=1)
    if space.grid:
        places = rng.random((_STATES, len(space.grid))).argsort(axis=1)
        items = np.array(space.grid)[np.arange(len(space.grid)), places]
        np.put_along_axis(rows, items, 1, axis=1)
    for chain in space.chains:
        walls = rng.integers(0, len(chain) + 1, (_STATES, 1))
        rows[:, list(chain)] = np.arange(len(chain)) < walls
    return rows
