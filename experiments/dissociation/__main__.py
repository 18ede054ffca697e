"""UCCSD along the bonds of H2, LiH and a chain of six hydrogen atoms, against FCI.

python -m experiments.dissociation        (from the root of the repository; needs PySCF)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.from_configs import Study
from experiments.vqe.record import Row
from hybridq.experiments.analysis.table import Table
from hybridq.plots.style import BLUE, GREEN, INK, ORANGE, VERMILLION, style_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONFIGS = {"H2": "hydrogen.yaml", "LiH": "lithium_hydride.yaml", "H6": "hydrogen_chain.yaml"}
LOOKS = {"H2": ("o", BLUE), "LiH": ("D", GREEN), "H6": ("s", ORANGE)}
EXACT = {
    ("H2", 0.735): -1.1373060357534,
    ("LiH", 1.5): -7.8823622868,
    ("LiH", 1.6): -7.8823243789,
    ("H6", 1.5): -2.9955654258,
}
"""Published FCI energies in hartree, STO-3G, by molecule and bond length in ångström."""
EXACT_POINTS = {
    ("H4 chain", 1.0): -2.1663874486,
    ("H4 chain", 1.5): -1.9961503255,
    ("BeH2", 1.3): -15.5950470809,
}
ERRORS = {1.0: 0.614, 1.5: 4.81}
"""Published errors of factorised UCCSD on H6 in millihartree, by distance."""
CHEMICAL_ACCURACY = 1.6
NOTHING = 1e-3  # millihartree, below which a curve is cut off

INTRODUCTION = """\
The energy of factorised UCCSD along a bond, STO-3G, beside the exact energy (full configuration
interaction). H2 has two electrons, which singles and doubles describe exactly; LiH stays far
within chemical accuracy; the chain of six hydrogen atoms, drawn out evenly, is strongly
correlated, and UCCSD leaves chemical accuracy at about 1.2 Å.

Exact energies agree with the published ones where they differ by less than 10⁻⁸ hartree. The
error of UCCSD on H6 depends on the order in which the exponentials are multiplied, so that the
published one ([JordanovSJ/VQE](https://github.com/JordanovSJ/VQE)) is to be met within a factor
of 2; how much it depends is in [uccsd_errors](../vqe/results/uccsd_errors.md)."""


def column(trials: Table, name: str) -> dict[float, float]:
    """A metric by bond length."""
    bonds = trials.numbers("problem.bond")
    found = dict(zip(map(float, bonds), map(float, trials.numbers(name)), strict=True))
    return dict(sorted(found.items()))


def numbers(scans: dict[str, Table], points: Table) -> list[Row]:
    """Published beside ours."""
    rows = [
        Row.near(f"FCI of {name}, {bond} Å, Ha", energy, column(scans[name], "reference")[bond],
                 1e-8, ".10f")
        for (name, bond), energy in EXACT.items()
    ]  # fmt: skip
    known = [column(points, "reference")[bond] for _, bond in EXACT_POINTS]
    rows += [
        Row.near(f"FCI of {name}, {bond} Å, Ha", energy, ours, 1e-8, ".10f")
        for ((name, bond), energy), ours in zip(EXACT_POINTS.items(), known, strict=True)
    ]
    errors = column(scans["H6"], "error_mha")
    return rows + [
        Row.factor(f"UCCSD error of H6, {bond} Å, mHa", published, errors[bond], 2.0)
        for bond, published in ERRORS.items()
    ]


def picture(scans: dict[str, Table]) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for name, trials in scans.items():
        marker, colour = LOOKS[name]
        exact, found = column(trials, "reference"), column(trials, "energy")
        bottom = min(exact.values())
        left.plot(list(exact), [e - bottom for e in exact.values()], "-", color=INK, lw=1.0)
        left.plot(
            list(found), [e - bottom for e in found.values()], marker, color=colour, ms=5,
            mfc="none", label=f"{name}, UCCSD",
        )  # fmt: skip
        errors = {b: e for b, e in column(trials, "error_mha").items() if e > NOTHING}
        if errors:
            right.plot(
                list(errors), list(errors.values()), f"{marker}-", color=colour, ms=5, label=name
            )
    left.plot([], [], "-", color=INK, lw=1.0, label="exact (FCI)")
    right.plot(
        list(ERRORS), list(ERRORS.values()), "s", mfc="none", mec=VERMILLION, ms=11,
        label="published, H6",
    )  # fmt: skip
    right.axhline(CHEMICAL_ACCURACY, color=INK, lw=0.8)
    right.annotate(
        "chemical accuracy, 1.6 mHa", (3.0, CHEMICAL_ACCURACY), (0, 3), fontsize=9,
        textcoords="offset points", ha="right", color=INK,
    )  # fmt: skip
    right.set_yscale("log")
    bond = "bond, Å"
    style_axes(left, title="Energy above the minimum", xlabel=bond, ylabel="energy, hartree")
    style_axes(right, title="Error of UCCSD (none for H2)", xlabel=bond, ylabel="error, mHa")
    left.legend(frameon=False, fontsize=9)
    right.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def main() -> None:
    study = Study(
        Path(__file__).parent, "Dissociation: UCCSD against full configuration interaction"
    )
    scans = {name: study.trials(config) for name, config in CONFIGS.items()}
    points = study.trials("points.yaml")
    worst = float(np.abs(scans["H2"].numbers("error_mha")).max())
    study.finish(
        numbers(scans, points),
        picture(scans),
        INTRODUCTION,
        [f"Largest error of UCCSD on H2: {worst:.1g} mHa."],
    )


if __name__ == "__main__":
    main()
