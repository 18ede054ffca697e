"""Configurations of the engines that run circuits with noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.engines.config import EngineConfig
from hybridq.engines.simulators import AUTO_KERNELS, COMPILED, KERNELS, NUMPY, CompiledEngine
from hybridq.noise import NoiseModel

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable


@dataclass(frozen=True, kw_only=True)
class NoisyEngine(EngineConfig):
    """Options of engines that run circuits with noise.

    Args:
        noise: the noise model; also plain values that describe one, or a text: a JSON file of a
            model or a device snapshot, or ``one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04``.
            None by default.

    Raises:
        ParameterError: the noise is of another type or describes no model.
    """

    noise: NoiseModel | Mapping[str, Any] | str | None = field(default=None, kw_only=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", NoiseModel.resolved(self.noise))

    @property
    def model(self) -> NoiseModel:
        """The noise model; a perfect one without `noise`."""
        return self.noise if isinstance(self.noise, NoiseModel) else NoiseModel()

    def decisive_options(self) -> dict[str, Any]:
        """Return the options that decide values, the noise as plain values."""
        return {**super().decisive_options(), "noise": self.model.describe()}


@dataclass(frozen=True, kw_only=True)
class Density(NoisyEngine, CompiledEngine):
    """Exact noise on the density matrix, up to 14 qubits, with exact gradients.

    Every objective and optimizer works with it; double precision.
    """

    name: ClassVar[str] = "density"
    summary: ClassVar[str] = "Circuits with noise, exactly, on the density matrix of 4^n numbers."
    automatic: ClassVar[bool] = False
    most_qubits: ClassVar[int | None] = 14

    def __post_init__(self) -> None:
        CompiledEngine.__post_init__(self)
        NoisyEngine.__post_init__(self)

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `DensityEngine`."""
        from hybridq.engines.density.engine import DensityEngine

        return DensityEngine(
            circuit,
            observable,
            **{**self.running_options(), "noise": self.model.restricted(circuit.n_qubits)},
        )


@dataclass(frozen=True, kw_only=True)
class Trajectories(NoisyEngine):
    """Noise on statevectors with records of errors, for many qubits.

    Expectation values are estimates with fixed records, unbiased over the seed; samples follow the
    exact distribution. On one thread, in double precision.

    Args:
        trajectories: records that are drawn for an expectation value; that of no error, and those
            of single errors where they are at most as many, are included besides.
        rng: seed of the records, an integer.
        kernels: ``"compiled"`` by Numba, as ``"auto"`` is, or ``"numpy"`` for the slow twin that
            needs no compiling. Values of the two agree up to rounding.

    Raises:
        ParameterError: the noise is of another type or describes no model, trajectories < 1, the
            seed is not an integer >= 0, or an unknown kind of kernels.
    """

    name: ClassVar[str] = "trajectories"
    summary: ClassVar[str] = "Circuits with noise, estimated from records of errors."
    most_qubits: ClassVar[int | None] = MOST_OF_A_STATE

    trajectories: int = 1000
    rng: int = 0
    kernels: str = AUTO_KERNELS

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernels not in KERNELS:
            raise ParameterError(
                argument="kernels", value=self.kernels, expected="'auto', 'compiled' or 'numpy'"
            )
        count = checked_count("trajectories", self.trajectories)
        object.__setattr__(self, "trajectories", count)
        object.__setattr__(self, "rng", checked_count("rng", self.rng, at_least=0))

    def decisive_options(self) -> dict[str, Any]:
        """Return the options that decide values, kernels where they are NumPy's."""
        found = super().decisive_options()
        return found if self.kernels == NUMPY else {k: found[k] for k in found if k != "kernels"}

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `TrajectoriesEngine`."""
        from hybridq.engines.trajectories.engine import TrajectoriesEngine

        return TrajectoriesEngine(
            circuit,
            observable,
            noise=self.model.restricted(circuit.n_qubits),
            trajectories=self.trajectories,
            rng=self.rng,
            kernels=COMPILED if self.kernels == AUTO_KERNELS else self.kernels,
        )
