"""Configurations of the engines that run circuits with noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core.errors import ParameterError
from hybridq.engines.simulators import CompiledEngine
from hybridq.noise import NoiseModel

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable


@dataclass(frozen=True, kw_only=True)
class NoisyEngine(CompiledEngine):
    """Options of engines that run circuits with noise.

    Args:
        noise: the noise model; also plain values that describe one, or a text: a JSON file or
            ``one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04``. None by default.

    Raises:
        ParameterError: the noise is of another type or describes no model; an unknown kind of
            kernels, or threads < 1.
    """

    automatic: ClassVar[bool] = False

    noise: NoiseModel | Mapping[str, Any] | str | None = field(default=None, kw_only=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.noise, Mapping):
            object.__setattr__(self, "noise", NoiseModel.from_description(self.noise))
        elif isinstance(self.noise, str):
            object.__setattr__(self, "noise", NoiseModel.from_text(self.noise))
        elif not isinstance(self.noise, NoiseModel | None):
            raise ParameterError(
                argument="noise",
                value=self.noise,
                expected="a NoiseModel such as hybridq.NoiseModel("
                "two_qubit=hybridq.noise.depolarizing(0.01)), or its description",
            )

    @property
    def model(self) -> NoiseModel:
        """The noise model; a perfect one without `noise`."""
        return self.noise if isinstance(self.noise, NoiseModel) else NoiseModel()

    def decisive_options(self) -> dict[str, Any]:
        """Return the noise as plain values, and the kernels where they are NumPy's."""
        return {**super().decisive_options(), "noise": self.model.describe()}


@dataclass(frozen=True, kw_only=True)
class Density(NoisyEngine):
    """Exact noise on the density matrix, up to 14 qubits, with exact gradients.

    Every objective and optimizer works with it; double precision.
    """

    name: ClassVar[str] = "density"
    summary: ClassVar[str] = "Circuits with noise, exactly, on the density matrix of 4^n numbers."
    most_qubits: ClassVar[int | None] = 14

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return a `DensityEngine`."""
        from hybridq.engines.density.engine import DensityEngine

        return DensityEngine(circuit, observable, **{**self.running_options(), "noise": self.model})
