"""Base of the config's sections: strict types, no unknown keys, immutable."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of keys in a config; a subclass declares its keys as typed fields.

    Unknown keys and values of another type are rejected: ``"3"`` is text; 3 is also a float.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
