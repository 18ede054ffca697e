"""What all sections of a config share: strict types, no unknown keys, never changed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of keys in a config; a subclass names its keys as typed fields.

    Unknown keys and values of another type are refused: ``"3"`` is no number, and 3 is a float too.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
