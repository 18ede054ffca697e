"""Tables of returns: one column an asset, one row a period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError
from hybridq.problems.formats._cell_table import check_names, table_of
from hybridq.problems.formats._format import Format, Match
from hybridq.problems.formats._text import suffix_of
from hybridq.problems.instance_data import PortfolioData


def read(text: str, source: str = "input", header: str | None = None) -> PortfolioData:
    r"""Return mean and sample covariance of the returns in a table.

    .. math:: \mu_i = \frac{1}{T} \sum_t r_{ti}, \qquad
        \Sigma_{ij} = \frac{1}{T - 1} \sum_t (r_{ti} - \mu_i)(r_{tj} - \mu_j)

    The first row may name the assets, and the first column may hold dates. Returns are numbers
    for one period, such as 0.01 for one percent; neither is scaled to a year.

    Args:
        text: the whole text.
        source: the file's name, for errors.
        header: ``"yes"`` or ``"no"`` for the first row; judged by its words when None.

    Raises:
        FormatError: fewer than two periods, or a cell that is not a finite number.
    """
    table = table_of(text, header)
    if table is None or not table.rows:
        raise FormatError("the table has no rows of returns: give some", source=source)
    names = table.columns
    check_names(names, "assets", source, table.header_line)
    returns = table.numbers("return", source)
    return moments(returns, names, source, table.rows[-1][0])


def moments(
    returns: NDArray[np.float64],
    names: tuple[str, ...],
    source: str,
    line: int | None = None,
) -> PortfolioData:
    """Return mean and sample covariance of returns, shape (periods, assets).

    Raises:
        FormatError: fewer than two periods, or no asset.
    """
    periods, assets = returns.shape
    if periods < 2 or not assets:
        raise FormatError(
            f"the table has {periods} row of {assets} assets: give the returns of at least two "
            "periods",
            source=source,
            line=line,
        )
    mean = returns.mean(axis=0)
    centred = returns - mean
    return PortfolioData(mean, centred.T @ centred / (periods - 1), names)


def recognizes(text: str, source: str) -> Match:
    """Return the confidence that a text is a table of returns: fractions with names."""
    if suffix_of(source) not in FORMAT.suffixes:
        return Match.FALLBACK
    try:
        table = table_of(text)
        if table is None or len(table.rows) < 2 or "." not in text:
            return Match.FALLBACK
        table.numbers("return", source)
    except FormatError:
        return Match.FALLBACK
    return Match.POSSIBLE if table.columns else Match.FALLBACK


FORMAT = Format(
    "csv-returns",
    "table of returns: a column for each asset, a row for each period",
    "portfolio",
    read,
    recognizes,
    suffixes=(".csv", ".tsv"),
    options=("header",),
    plain_numbers=True,
)
