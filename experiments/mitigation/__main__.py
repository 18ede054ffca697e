"""Mitigation against mitiq: the same circuits, noise, folding, scales and shots.

python -m experiments.mitigation [--repeats 100]            (from the root of the repository)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

import hybridq as hq
from experiments.benchmarks.conditions import machine
from experiments.mitigation import by_mitiq
from experiments.vqe.record import markdown_table
from hybridq import Circuit
from hybridq.measurement import plan
from hybridq.measurement.execution import Bits
from hybridq.mitigation import ErrorCancellation, ZeroNoise

FOLDER = Path(__file__).parent
EDGES = ((0, 1), (0, 4), (0, 3), (1, 2), (1, 5), (2, 4), (2, 3), (3, 5), (4, 5))
N = 6
ENERGY = hq.PauliSum.from_labels(
    {"".join("Z" if q in edge else "I" for q in range(N)): 0.5 for edge in EDGES}
)
SCALES = (1.0, 3.0, 5.0)
FITS = {
    "linear": (SCALES, ZeroNoise(scales=SCALES, fit="linear")),
    "polynomial": (
        (1.0, 2.0, 3.0, 4.0, 5.0),
        ZeroNoise(scales=(1, 2, 3, 4, 5), fit="polynomial", degree=2),
    ),
    "Richardson": (SCALES, ZeroNoise(scales=SCALES, fit="polynomial", degree=2)),
    "exponential": (SCALES, ZeroNoise(scales=SCALES, fit="exponential")),
}
NOISES = ((0.001, 0.01), (0.003, 0.03))
SHOTS, DRAWS, CANCELLED_SHOTS = 30_000, 100, 10_000

INTRODUCTION = """\
One layer of QAOA (γ = 0.6, β = 0.4) for the cut of a 3-regular graph of 6 nodes, of H, RX(0.8), and
CX, RZ(0.6), CX for each edge; ⟨½ΣZZ⟩ is {ideal:.6f} without noise. Depolarizing noise
ρ → (1 − λ)ρ + λI/d acts after every gate, with λ₁ and λ₂ on one and two qubits. Both tools fold the
whole circuit and have the same scales, fits and shots ({shots:,} for an extrapolation,
{cancelled:,} in {draws} random circuits for a cancellation); one simulator, hybridq's density
matrix, runs the circuits of both. Scales are 1, 3, 5, of the polynomial of degree 2 from 1 to 5;
the exponential has the known asymptote 0, the value of the maximally mixed state.

The bias is the mean over all repetitions minus the value without noise, ± its standard error; the
spread is the standard deviation of one value, and "stated" the mean of the standard errors that a
tool gives for it; mitiq's extrapolation gives none."""


def circuit() -> Circuit:
    """Return the circuit in the gates of the study."""
    made = Circuit(N)
    for qubit in range(N):
        made = made.h(qubit)
    for u, v in EDGES:
        made = made.cx(u, v).rz(v, 0.6).cx(u, v)
    for qubit in range(N):
        made = made.rx(qubit, 0.8)
    return made


class Simulator:
    """Draws shots of circuits with noise; equal circuits are simulated once.

    Args:
        noise: after every gate.
        rng: source of the shots.
    """

    def __init__(self, noise: hq.NoiseModel, rng: np.random.Generator) -> None:
        self._engine, self._rng = hq.engines.Density(noise), rng
        self._known: dict[str, np.ndarray] = {}

    def bits(self, made: Circuit, shots: int) -> Bits:
        key = made.to_qasm(3)
        if key not in self._known:
            running = self._engine.bind(made, hq.PauliSum.zero(N))
            self._known[key] = running.probabilities(np.zeros(0))  # type: ignore[attr-defined]
        chances = self._known[key]
        drawn = self._rng.choice(len(chances), shots, p=chances / chances.sum())
        return (drawn[:, None] >> np.arange(N) & 1).astype(np.uint8)

    def __call__(self, circuits: Sequence[Circuit], shots: Sequence[int]) -> list[Bits]:
        return [self.bits(*each) for each in zip(circuits, shots, strict=True)]

    def value(self, shots: int) -> Callable[[Circuit], float]:
        """Return a function that gives the mean of ½ΣZZ from so many shots of a circuit."""

        def mean(made: Circuit) -> float:
            signs = 1.0 - 2.0 * self.bits(made, shots)
            return float(np.mean([0.5 * (signs[:, u] * signs[:, v]).mean() for u, v in EDGES])) * (
                len(EDGES)
            )

        return mean


def row(
    method: str, tool: str, strengths: tuple[float, float], ideal: float,
    found: list[tuple[float, float]], seconds: float,
) -> list[str]:  # fmt: skip
    """Return the cells of one method, tool and noise."""
    values, stated = np.array(found).T
    spread = values.std(ddof=1)
    return [
        f"{strengths[0]:g}, {strengths[1]:g}", method, tool,
        f"{values.mean() - ideal:+.4f} ± {spread / np.sqrt(len(values)):.4f}", f"{spread:.4f}",
        "none" if np.isnan(stated).all() else f"{stated.mean():.4f}",
        f"{1e3 * seconds / len(values):.0f}",
    ]  # fmt: skip


def repeated(count: int, once: Callable[[int], tuple[float, float]]) -> tuple[list, float]:  # type: ignore[type-arg]
    """Return so many values with their standard errors, and the processor time of all."""
    began = time.process_time()
    return [once(number) for number in range(count)], time.process_time() - began


def rows(repeats: int) -> list[list[str]]:
    """Return the table."""
    made, found = circuit(), []
    ideal = float(made.expectation(ENERGY))
    for strengths in NOISES:
        found += extrapolations(made, ideal, strengths, repeats)
        for own in ((0.0, strengths[1]), strengths):
            found += cancellations(made, ideal, own, max(repeats // 5, 2))
    return found


def extrapolations(
    made: Circuit, ideal: float, strengths: tuple[float, float], repeats: int
) -> list[list[str]]:
    """Return the rows of the measured value, and of extrapolation by both tools."""
    simulator = Simulator(noise_of(strengths), np.random.default_rng(7))
    measurement = plan(ENERGY, made, grouping="qubit-wise", shots=SHOTS)

    def raw(number: int) -> tuple[float, float]:
        estimate = measurement.estimate([simulator.bits(made, SHOTS)])
        return estimate.value, estimate.standard_error

    def by_us(number: int, fit: str) -> tuple[float, float]:
        result = FITS[fit][1].measure(measurement, simulator)
        return result.value, result.standard_error

    def by_them(number: int, fit: str) -> tuple[float, float]:
        scales = FITS[fit][0]
        value = simulator.value(SHOTS // len(scales))
        return by_mitiq.extrapolated(made, fit, scales, value), np.nan

    found = [row("none", "", strengths, ideal, *repeated(repeats, raw))]
    for fit in FITS:
        for tool, once in (("hybridq", by_us), ("mitiq", by_them)):
            done = repeated(repeats, partial(once, fit=fit))
            found.append(row(f"extrapolation, {fit}", tool, strengths, ideal, *done))
    return found


def noise_of(strengths: tuple[float, float]) -> hq.NoiseModel:
    """Return depolarizing noise of these strengths after gates on one and two qubits."""
    one, two = map(hq.noise.depolarizing, strengths)
    return hq.NoiseModel(one_qubit=one if strengths[0] else None, two_qubit=two)


def cancellations(
    made: Circuit, ideal: float, strengths: tuple[float, float], repeats: int
) -> list[list[str]]:
    """Return the rows of error cancellation by both tools."""
    noise = noise_of(strengths)
    simulator = Simulator(noise, np.random.default_rng(8))
    measurement = plan(ENERGY, made, grouping="qubit-wise", shots=CANCELLED_SHOTS)

    def by_us(number: int) -> tuple[float, float]:
        result = ErrorCancellation(draws=DRAWS).measure(measurement, simulator, noise, number)
        return result.value, result.standard_error

    def by_them(number: int) -> tuple[float, float]:
        value = simulator.value(CANCELLED_SHOTS // DRAWS)
        return by_mitiq.cancelled(made, *strengths, DRAWS, number, value)

    return [
        row("cancellation", tool, strengths, ideal, *repeated(repeats, once))
        for tool, once in (("hybridq", by_us), ("mitiq", by_them))
    ]


def notes(table: list[list[str]]) -> str:
    """Return what the numbers say, in sentences."""
    found: dict[tuple[str, str], list[list[float]]] = {}
    for strengths, method, tool, bias, spread, stated, _ in table:
        if tool:
            own = [*map(float, bias.split(" ± ")), float(spread)]
            own.append(np.nan if stated == "none" else float(stated))
            found.setdefault((strengths, method), []).append(own)
    differences = [
        abs(ours[0] - theirs[0]) / np.hypot(ours[1], theirs[1]) for ours, theirs in found.values()
    ]
    ratios = [ours[3] / ours[2] for ours, _ in found.values()]
    spreads = [ours[2] / theirs[2] for ours, theirs in found.values()]
    return (
        f"The biases of the two tools differ by at most {max(differences):.1f} of their joint "
        f"standard errors, their spreads by factors from {min(spreads):.2f} to {max(spreads):.2f}. "
        f"The errors that hybridq states are {min(ratios):.2f} to {max(ratios):.2f} of its spreads."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=100, help="of each extrapolation")
    repeats = parser.parse_args().repeats
    if repeats < 2:
        parser.error(f"--repeats must be at least 2, got {repeats}")
    import mitiq

    conditions = machine("python -m experiments.mitigation")
    table = rows(repeats)
    introduction = INTRODUCTION.format(
        ideal=circuit().expectation(ENERGY), shots=SHOTS, cancelled=CANCELLED_SHOTS, draws=DRAWS
    )
    head = ["λ₁, λ₂", "method", "tool", "bias", "spread", "stated", "ms of CPU a value"]
    lines = [
        "# Mitigation against mitiq", "", introduction, "", *markdown_table(head, table), "",
        notes(table), "",
        f"`make study-mitigation` (`{conditions['command']} --repeats {repeats}`), extrapolations "
        f"{repeats} times and cancellations {max(repeats // 5, 2)} times, mitiq "
        f"{mitiq.__version__}, on {conditions['cores']} cores of {conditions['processor']}, "
        f"{conditions['date']}, commit {conditions['commit']}.",
    ]  # fmt: skip
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
