"""Optional packages, imported on use."""

from __future__ import annotations

import importlib
from typing import Any

from hybridq.core.errors import MissingExtraError


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Args:
        module: the module's name; its first part is the package.
        extra: the extra of hybridq that brings the package.
        purpose: the function that needs it, for the message.

    Raises:
        MissingExtraError: it is not installed; the message gives the pip command.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != package:
            raise  # the package is installed, and a dependency of it is missing
        raise MissingExtraError(package, extra, purpose) from None
