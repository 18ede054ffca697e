"""An optimizer by name, or one that is configured already."""

from __future__ import annotations

from hybridq.core.errors import ParameterError
from hybridq.optimizers.base import Optimizer
from hybridq.optimizers.registry import OPTIMIZERS


def chosen_optimizer(method: str | Optimizer) -> Optimizer:
    """The configured optimizer that a name or an optimizer stands for.

    Raises:
        UnknownNameError: no optimizer of that name.
        ParameterError: it is neither.
    """
    if isinstance(method, Optimizer):
        return method
    if not isinstance(method, str):
        raise ParameterError(
            f"optimizer={method!r:.60}: give a name of OPTIMIZERS, or an optimizer with its "
            "options, such as OPTIMIZERS['spsa'](blocking=True)"
        )
    return OPTIMIZERS[method]()


def check_alone(optimizer: Optimizer, searches: str) -> None:
    """Refuse an optimizer whose search other processes share where there are several searches.

    Args:
        optimizer: what is to search.
        searches: what makes several searches, as a sentence.

    Raises:
        ParameterError: they would meet in one study.
    """
    if not optimizer.repeatable:
        raise ParameterError(
            f"{optimizer.name}: {searches}, and a study in a storage is one: leave out storage "
            "and study_name"
        )
