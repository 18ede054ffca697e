"""Objectives: the functions of the parameter vector that the outer loop minimizes.

`Expectation`, `CVaR`, `Gibbs` and `SuccessProbability` are configurations, all of them in
`OBJECTIVES`; `FromShots` and `ParameterShift` estimate one of them from samples. Their `bind`
makes an `Objective`, a callable, of an ansatz, a Hamiltonian and an engine. Here is

- `config`: the base of configurations; one file for each of them; `registry`: their names;
- `base`: bound objectives; `expectation`, `distribution`: those with exact values; `shots`,
  `parameter_shift`: those from samples;
- `statistics`: functions of a distribution; `readout`, `qubit_wise`: the circuits and shots that
  measure a Hamiltonian; `landscape`: a scan over two angles.
"""

from __future__ import annotations

from hybridq.measurement.plans import Estimate
from hybridq.objectives.base import ExactObjective, Objective, Vector
from hybridq.objectives.config import ObjectiveConfig
from hybridq.objectives.cvar import CVaR
from hybridq.objectives.expectation import Expectation, ExpectationObjective
from hybridq.objectives.gibbs import Gibbs
from hybridq.objectives.parameter_shift import ParameterShift
from hybridq.objectives.registry import OBJECTIVES
from hybridq.objectives.shots import FromShots, SampledObjective
from hybridq.objectives.success import SuccessProbability

__all__ = [
    "OBJECTIVES",
    "CVaR",
    "Estimate",
    "ExactObjective",
    "Expectation",
    "ExpectationObjective",
    "FromShots",
    "Gibbs",
    "Objective",
    "ObjectiveConfig",
    "ParameterShift",
    "SampledObjective",
    "SuccessProbability",
    "Vector",
]
