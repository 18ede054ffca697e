"""Fubini–Study metric of the states of a circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.spectra import Spectrum, parameter_layers, parameter_spectra
from hybridq.core import memory
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine

Vector = NDArray[np.float64]
Amplitudes = NDArray[Any]

BLOCKS = ("layers",)
MOST_SHIFTS = 8
# Central differences of eighth order, and a step times the spectrum's radius that weighs their
# truncation, (h r)^8 / 630, against rounding, eps / (h r).
DIFFERENCE = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
REACH = {"double": 0.05, "single": 0.4}


class Geometry:
    """Derivatives of the states of a circuit, prepared once for each circuit.

    Args:
        circuit: the circuit that prepares the states.
    """

    def __init__(self, circuit: Circuit) -> None:
        self._spectra = parameter_spectra(circuit)
        self._layers = parameter_layers(circuit)

    def metric(self, engine: Engine, x: Vector, blocks: str | None = None) -> Vector:
        """Return the metric at `x`; see `Engine.metric`."""
        if blocks is not None and blocks not in BLOCKS:
            raise ParameterError(argument="blocks", value=blocks, expected="'layers' or None")
        groups = [range(len(x))] if blocks is None else self._layers
        state = amplitudes(engine, x)
        rows = max((len(group) for group in groups), default=0)
        memory.require(
            (rows + 4) * state.nbytes,
            f"the metric of {rows} parameters at a time",
            "use blocks='layers' or fewer parameters",
        )
        metric = np.zeros((len(x), len(x)))
        for group in groups:
            slopes = np.zeros((len(group), len(state)), state.dtype)
            for slope, parameter in zip(slopes, group, strict=True):
                self._add_slope(engine, x, parameter, slope)
            metric[np.ix_(group, group)] = _gram(slopes, state)
        return metric

    def _add_slope(self, engine: Engine, x: Vector, parameter: int, slope: Amplitudes) -> None:
        """Add the state's derivative by one parameter, up to a multiple i·c of the state."""
        spectrum = self._spectra[parameter]
        for shift, weight in _shifts(spectrum, engine.info.precision):
            there = x.copy()
            there[parameter] += shift
            moved = amplitudes(engine, there)
            # The rule requires frequencies centered at 0: remove the global phase.
            factor = weight * np.exp(1j * spectrum.center * shift) if spectrum.center else weight
            moved *= factor
            slope += moved


def amplitudes(engine: Engine, x: Vector) -> Amplitudes:
    """Return the state at `x` on the basis states of the engine, shape (k,)."""
    return engine.snapshot(x) if getattr(engine, "sector", None) is not None else engine.state(x)


def _shifts(spectrum: Spectrum, precision: str) -> list[tuple[float, float]]:
    """Return (t, w) with f′(0) = Σ w f(t) for every f of this spectrum, centered at 0.

    Exact where 8 states suffice (the interpolation formula of M. Riesz, by which the parameter
    shift is one state for a rotation and two for an excitation), differences elsewhere.
    """
    degree = spectrum.degree
    if degree == 0:
        return []
    if degree is not None and degree <= MOST_SHIFTS:
        assert spectrum.step is not None
        nodes = (2.0 * np.arange(degree) + 1.0) * np.pi / degree
        signs = (-1.0) ** np.arange(degree)
        weights = spectrum.step * signs / (2.0 * degree * np.sin(nodes / 2.0) ** 2)
        return list(zip((nodes / spectrum.step).tolist(), weights.tolist(), strict=True))
    step = REACH[precision] / spectrum.radius
    ahead = [(k * step, float(w) / step) for k, w in enumerate(DIFFERENCE, start=1)]
    return ahead + [(-shift, -weight) for shift, weight in ahead]


def _gram(slopes: Amplitudes, state: Amplitudes) -> Vector:
    """Return Re⟨∂_iψ|∂_jψ⟩ − Re ⟨∂_iψ|ψ⟩⟨ψ|∂_jψ⟩."""
    if not len(slopes):
        return np.zeros((0, 0))
    # The real part of an inner product is that of real and imaginary parts side by side.
    real = slopes.view(slopes.real.dtype)
    along = slopes @ state.conj()  # conjugated; the real part of the outer product is the same
    gram = (real @ real.T).astype(np.float64) - (np.outer(along, along.conj())).real
    return np.asarray((gram + gram.T) / 2.0, dtype=np.float64)
