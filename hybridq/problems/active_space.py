"""Active spaces: the orbitals that stay, out of those of a calculation or a file."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from hybridq.core.errors import ParameterError, Setting


@dataclass(frozen=True)
class Partition:
    """Orbitals by their role, numbered from 0.

    Attributes:
        frozen: orbitals with two electrons each that take no part.
        active: orbitals of the problem, occupied ones first.
    """

    frozen: tuple[int, ...]
    active: tuple[int, ...]

    @property
    def n_frozen(self) -> int:
        """Number of frozen orbitals."""
        return len(self.frozen)

    @property
    def n_active(self) -> int:
        """Number of active orbitals."""
        return len(self.active)

    @property
    def kept(self) -> list[int]:
        """Frozen orbitals, then active ones."""
        return [*self.frozen, *self.active]


@dataclass(frozen=True)
class ActiveSpace:
    """A choice of active orbitals, in one of three ways; all orbitals without any.

    Attributes:
        space: (electrons, orbitals) around the highest occupied orbital.
        orbitals: numbers of the active orbitals from 0, occupied ones first.
        frozen_core: freeze the inner shells of the atoms.
    """

    space: tuple[int, int] | None = None
    orbitals: Sequence[int] | None = None
    frozen_core: bool = False

    def __post_init__(self) -> None:
        given = {
            "active_space": self.space is not None,
            "active_orbitals": self.orbitals is not None,
            "frozen_core": self.frozen_core,
        }
        names = [name for name, is_given in given.items() if is_given]
        if len(names) > 1:
            raise ParameterError(
                (Setting(names[0]), " and ", Setting(names[1]), " exclude each other"),
                argument=names[1],
                value=self.frozen_core if names[1] == "frozen_core" else self.orbitals,
                remedy="give one",
            )

    def partition(self, n_alpha: int, n_beta: int, m: int, core: int = 0) -> Partition:
        """Return the frozen and the active orbitals among m with the occupied ones first.

        Args:
            n_alpha: spin-up electrons.
            n_beta: spin-down electrons.
            m: number of orbitals.
            core: number of orbitals in the inner shells of the atoms.

        Raises:
            ParameterError: the orbitals do not exist or do not hold the electrons.
        """
        if self.orbitals is not None:
            return numbered(n_alpha, n_beta, m, self.orbitals)
        if self.frozen_core:
            n_core, n_active = _without_core(n_alpha, n_beta, m, core)
        elif self.space is not None:
            n_core, n_active = core_and_active(n_alpha, n_beta, m, self.space)
        else:
            n_core, n_active = 0, m
        return Partition(tuple(range(n_core)), tuple(range(n_core, n_core + n_active)))


ALL_ACTIVE = ActiveSpace()


def _without_core(n_alpha: int, n_beta: int, m: int, core: int) -> tuple[int, int]:
    """Return the numbers of frozen and of active orbitals with a frozen core.

    Raises:
        ParameterError: all electrons are in the core.
    """
    n_core = min(core, n_alpha, n_beta)
    if 2 * n_core == n_alpha + n_beta:
        raise ParameterError(
            (Setting("frozen_core"), f" freezes all {n_alpha + n_beta} electrons"),
            argument="frozen_core",
            value=True,
            remedy="leave it out",
        )
    return n_core, m - n_core


def numbered(n_alpha: int, n_beta: int, m: int, orbitals: Sequence[int]) -> Partition:
    """Return the partition with the orbitals of these numbers active.

    Occupied orbitals that are not listed are frozen, empty ones dropped.

    Args:
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        m: number of orbitals.
        orbitals: numbers from 0, in any order.

    Raises:
        ParameterError: a number twice or out of range, a singly occupied orbital that is not
            listed, or no occupied one.
    """
    expected = f"different numbers of orbitals, from 0 to {m - 1}"
    try:
        if isinstance(orbitals, str):
            raise TypeError
        found = sorted(operator.index(number) for number in orbitals)
    except TypeError:
        raise ParameterError(
            argument="active_orbitals", value=orbitals, expected=expected
        ) from None
    if not found or found[0] < 0 or found[-1] >= m or len(set(found)) < len(found):
        raise ParameterError(argument="active_orbitals", value=list(orbitals), expected=expected)
    low, high = sorted((n_alpha, n_beta))
    if missing := [p for p in range(low, high) if p not in found]:
        raise ParameterError(
            argument="active_orbitals",
            value=found,
            expected="the numbers of all orbitals with an unpaired electron and of others",
            remedy=f"add {', '.join(map(str, missing))}",
        )
    if found[0] >= high:
        raise ParameterError(
            argument="active_orbitals",
            value=found,
            expected="a list with an occupied orbital",
            remedy=f"add one from 0 to {high - 1}",
        )
    return Partition(tuple(p for p in range(low) if p not in found), tuple(found))


def core_and_active(n_alpha: int, n_beta: int, m: int, space: tuple[int, int]) -> tuple[int, int]:
    """Return the numbers of frozen and of active orbitals.

    Args:
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        m: number of orbitals.
        space: (electrons, orbitals) that stay active.

    Raises:
        ParameterError: there are not so many electrons or orbitals, or they do not fit.
    """
    try:
        electrons, orbitals = (operator.index(number) for number in space)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(
            argument="active_space", value=space, expected="(electrons, orbitals)"
        ) from None
    total = n_alpha + n_beta
    n_core = (total - electrons) // 2
    low, high = max(n_alpha, n_beta) - n_core, m - n_core
    remedy = None
    if electrons < 1 or not 0 <= n_core <= min(n_alpha, n_beta):
        fewest = total - 2 * min(n_alpha, n_beta) or 2
        remedy = f"give {fewest} to {total} electrons"
    elif (total - electrons) % 2:
        remedy = f"the frozen electrons must be pairs, give {electrons + 1} electrons"
    elif not low <= orbitals <= high:
        remedy = f"give {low} to {high} orbitals"
    if remedy is not None:
        asked = Setting("active_space", (electrons, orbitals))
        raise ParameterError(
            (asked, f" of {total} electrons in {m} orbitals"),
            argument="active_space",
            value=(electrons, orbitals),
            remedy=remedy,
        )
    return n_core, orbitals
