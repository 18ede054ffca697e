"""Groups of the terms of an observable that flip the same bits."""

from __future__ import annotations

from dataclasses import dataclass

from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class FlipGroup:
    """Observable terms with one flip mask and one kind of phase; see `observables`.

    Attributes:
        flip: the bits that all terms flip.
        imaginary: whether the terms hold an odd number of Y.
        z: the sign masks.
        weights: the coefficients with their phases.
    """

    flip: int
    imaginary: bool
    z: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def reads(self) -> int:
        """Mask of the bits that decide a sign and are not flipped."""
        mask = 0
        for z in self.z:
            mask |= z
        return mask & ~self.flip


def group_terms(observable: PauliSum) -> tuple[float, list[FlipGroup]]:
    """Return the constant of a hermitian observable, and its other terms by flip mask."""
    constant = 0.0
    groups: dict[tuple[int, bool], list[tuple[int, float]]] = {}
    simple = observable.simplify()
    for x_words, z_words, value in zip(
        simple.x_masks, simple.z_masks, simple.coefficients, strict=True
    ):
        x, z, coefficient = int(x_words[0]), int(z_words[0]), float(value.real)
        if not x and not z:
            constant += coefficient
            continue
        n_y = (x & z).bit_count()
        # i^y is ±1, or ±i, which leaves ∓Im of the sum.
        sign = -1.0 if (n_y % 4 in (1, 2)) else 1.0
        groups.setdefault((x, n_y % 2 == 1), []).append((z, sign * coefficient))
    return constant, [
        FlipGroup(x, imaginary, tuple(z for z, _ in terms), tuple(w for _, w in terms))
        for (x, imaginary), terms in sorted(groups.items())
    ]
