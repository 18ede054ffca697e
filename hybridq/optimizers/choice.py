"""Former names of functions in `hybridq.optimizers.configure`."""

from __future__ import annotations

from hybridq.optimizers.configure import check_single_search as check_alone
from hybridq.optimizers.configure import configured_optimizer as chosen_optimizer

__all__ = ["check_alone", "chosen_optimizer"]
