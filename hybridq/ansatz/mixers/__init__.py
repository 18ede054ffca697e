"""Mixers of QAOA: initial state, evolution, period and conserved property.

`MIXERS` has them by name; a configured one such as ``XYRing(blocks=((0, 1, 2), (3, 4, 5)))`` is
accepted wherever a name is. Adding one is a file with a subclass of `Mixer` and a line in
`MIXERS`.
"""

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.ansatz.mixers.bit_flip import BitFlip, BitFlipTrotter
from hybridq.ansatz.mixers.grover import Grover
from hybridq.ansatz.mixers.registry import (
    MIXERS,
    default_mixer,
    fitting_mixers,
    mixer_for,
    require_x_mixer,
)
from hybridq.ansatz.mixers.transposition import (
    AdjacentTransposition,
    AdjacentTranspositionTrotter,
    Transposition,
    TranspositionTrotter,
)
from hybridq.ansatz.mixers.x import X
from hybridq.ansatz.mixers.xy import (
    XYChain,
    XYChainTrotter,
    XYComplete,
    XYCompleteTrotter,
    XYRing,
    XYRingTrotter,
)

__all__ = [
    "MIXERS",
    "AdjacentTransposition",
    "AdjacentTranspositionTrotter",
    "BitFlip",
    "BitFlipTrotter",
    "Conserved",
    "Grover",
    "Mixer",
    "Transposition",
    "TranspositionTrotter",
    "X",
    "XYChain",
    "XYChainTrotter",
    "XYComplete",
    "XYCompleteTrotter",
    "XYRing",
    "XYRingTrotter",
    "default_mixer",
    "fitting_mixers",
    "mixer_for",
    "require_x_mixer",
]
