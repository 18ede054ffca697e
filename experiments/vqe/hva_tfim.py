"""Layers of the Hamiltonian variational ansatz on the critical Ising ring.

    python -m experiments.vqe.hva_tfim        (from the root of the repository)

The ground energy of −ΣZZ − ΣX on a ring of N spins is −2 / sin(π / 2N) (Pfeuty 1970, Ann. Phys.
57, 79). N/2 layers reach it, fewer do not (Mbeng, Fazio, Santoro 2019, arXiv:1906.08948; Ho and
Hsieh 2019, arXiv:1803.00026); with fewer, no spin sees that the ring closes, so that the energy of
a spin is the same for every N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import hybridq as hq
from experiments.vqe.record import Row, Study
from hybridq.plots.style import BLUE, GREEN, ORANGE, PALE, VERMILLION, new_axes, style_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PUBLISHED = {4: -5.226251860, 6: -7.727406610, 8: -10.251661791}
SIZES = (4, 6, 8, 12)
ONE_LAYER = -(1 + np.sqrt(2)) / 2
"""Energy of a spin after one layer: the minimum of −½ sin 4β sin 4γ − cos² 2γ, for N ≥ 4."""


def exact(n: int) -> float:
    return -2 / np.sin(np.pi / (2 * n))


def lowest(n: int, layers: int) -> float:
    ring = hq.spin_models.tfim(n, h=1.0, periodic=True)
    return hq.solve(ring, ansatz="hva", layers=layers, exact=False, rng=1).expectation


def picture(energies: dict[int, list[float]]) -> Figure:
    ax = new_axes(None, 7.2, 4.6)
    styles = zip("osD^", (BLUE, ORANGE, GREEN, VERMILLION), strict=True)
    for (n, values), (marker, colour) in zip(energies.items(), styles, strict=True):
        errors = [max(value - exact(n), 1e-15) for value in values]
        layers = range(1, len(values) + 1)
        ax.plot(layers, errors, f"{marker}-", color=colour, ms=6, lw=1.4, label=f"{n} spins")
        ax.axvline(n // 2, color=PALE, lw=0.8, ls=":", zorder=0)
    ax.set_yscale("log")
    ax.set_ylim(1e-15, 10)
    ax.set_xticks(range(1, 1 + max(len(values) for values in energies.values())))
    style_axes(
        ax,
        title="Critical Ising ring: exact from N/2 layers on",
        xlabel="layers",
        ylabel="energy above −2 / sin(π/2N)",
    )
    ax.legend(frameon=False, fontsize=9, loc="upper right", ncols=4)
    return ax.figure  # type: ignore[return-value]


def main() -> None:
    study = Study("hva_tfim", "Hamiltonian variational ansatz on the critical Ising ring")
    energies = {n: [lowest(n, layers) for layers in range(1, n // 2 + 1)] for n in SIZES}
    rows = [
        Row.near(f"{n} spins, {n // 2} layers", PUBLISHED.get(n, exact(n)), energies[n][-1], 1e-9)
        for n in SIZES
    ]
    rows += [
        Row.near(f"{n} spins, 1 layer, a spin", ONE_LAYER, energies[n][0] / n, 1e-9) for n in SIZES
    ]
    spread = max(
        abs(energies[n][layers - 1] / n - energies[max(SIZES)][layers - 1] / max(SIZES))
        for n in SIZES
        for layers in range(1, n // 2)
    )
    note = (
        "One layer, a spin: −(1 + √2)/2, in closed form. With fewer than N/2 layers the energy of "
        f"a spin differs between these rings by {spread:.1g} at most."
    )
    study.finish(rows, picture(energies), {"energies": energies}, [note])


if __name__ == "__main__":
    main()
