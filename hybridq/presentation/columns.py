"""Columns of equal length, such as the steps of a search, for analysis elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hybridq.core.extras import load_extra


@dataclass(frozen=True)
class Columns:
    """A small table: named columns of equal length.

    Attributes:
        name: the content, such as ``"iterations"``.
        data: the columns by name, in order.
    """

    name: str
    data: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of_rows(cls, name: str, rows: Iterable[Mapping[str, Any]]) -> Columns:
        """Return a table from rows; a value that a row lacks is None."""
        listed = list(rows)
        keys = dict.fromkeys(key for row in listed for key in row)
        return cls(name, {key: tuple(row.get(key) for row in listed) for key in keys})

    def __len__(self) -> int:
        return max(map(len, self.data.values()), default=0)

    def __getitem__(self, column: str) -> tuple[Any, ...]:
        return self.data[column]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows as dicts."""
        for values in zip(*self.data.values(), strict=True):
            yield dict(zip(self.data, values, strict=True))

    def _repr_html_(self) -> str:
        """Return the first rows as a table, which a notebook shows."""
        from hybridq.presentation.html import columns_html

        return columns_html(self)

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        pandas = load_extra("pandas", "pandas", "a table as a DataFrame")
        return pandas.DataFrame({name: list(column) for name, column in self.data.items()})
