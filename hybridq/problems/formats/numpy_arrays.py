"""Files of NumPy: matrices of distances, tables of returns, named arrays."""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError
from hybridq.problems.formats._format import Format
from hybridq.problems.formats._text import short
from hybridq.problems.formats.matrix import no_text, npy_shape
from hybridq.problems.formats.returns_csv import moments
from hybridq.problems.instance_data import DistanceData, PortfolioData

_MOST_RATIO = 1000  # an archive that unpacks to more is refused


def _table(data: bytes, source: str, what: str) -> NDArray[np.float64]:
    """Return the matrix of finite numbers in a ``.npy`` file.

    Args:
        data: the content.
        source: the file's name, for errors.
        what: a noun for the entries.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    shape, dtype = npy_shape(data, source)
    if len(shape) != 2 or not all(shape) or dtype.kind not in "biuf":
        raise FormatError(
            f"the array has shape {shape} and type {dtype}: give a matrix of real numbers",
            source=source,
        )
    try:
        table = np.load(io.BytesIO(data), allow_pickle=False).astype(np.float64)
    except (ValueError, EOFError, OSError) as error:
        raise FormatError(f"not a .npy file: {error}", source=source) from None
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0].tolist()
        raise FormatError(
            f"{what} [{row}, {column}] is {table[row, column]}: give finite numbers",
            source=source,
        )
    return table


def read_distances(data: bytes, source: str = "input") -> DistanceData:
    """Return the distances in a ``.npy`` file, a square matrix.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    table = _table(data, source, "distance")
    if table.shape[0] != table.shape[1]:
        raise FormatError(
            f"the array has shape {table.shape}: give a square matrix of distances", source=source
        )
    return DistanceData(table)


def read_returns(data: bytes, source: str = "input") -> PortfolioData:
    """Return mean and sample covariance of returns in a ``.npy`` file, a row a period.

    Raises:
        FormatError: the file is damaged, or holds something else.
    """
    return moments(_table(data, source, "return"), (), source)


def read_portfolio(data: bytes, source: str = "input") -> PortfolioData:
    """Return the arrays ``returns`` and ``covariance`` of a ``.npz`` file.

    Raises:
        FormatError: the file is damaged, or an array is missing or of another shape.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_RATIO * (
                len(data) + _MOST_RATIO
            ):
                raise FormatError("the archive unpacks to far more than it holds", source=source)
        found = {}
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            for name in ("returns", "covariance"):
                if name not in arrays:
                    raise FormatError(
                        f"the archive has no array {name!r}: save it with numpy.savez",
                        source=source,
                    )
                found[name] = np.asarray(arrays[name], dtype=np.float64)
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, OSError, EOFError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"not a .npz file: {short(str(error))}", source=source) from None
    returns, covariance = found["returns"], found["covariance"]
    if returns.ndim != 1 or not returns.size or covariance.shape != (returns.size, returns.size):
        raise FormatError(
            f"returns have shape {returns.shape} and covariance {covariance.shape}: give (n,) and "
            "(n, n)",
            source=source,
        )
    if not (np.isfinite(returns).all() and np.isfinite(covariance).all()):
        raise FormatError("the arrays hold NaN or infinity: give finite numbers", source=source)
    return PortfolioData(returns, covariance)


DISTANCES = Format(
    "npy-distances",
    "square matrix of distances, as numpy.save writes it",
    "distances",
    read_distances,
    no_text,
    suffixes=(".npy",),
    magic=b"\x93NUMPY",
)
RETURNS = Format(
    "npy-returns",
    "table of returns (a row a period), as numpy.save writes it",
    "portfolio",
    read_returns,
    no_text,
    suffixes=(".npy",),
    magic=b"\x93NUMPY",
)
PORTFOLIO = Format(
    "npz-portfolio",
    "arrays returns and covariance, as numpy.savez writes them",
    "portfolio",
    read_portfolio,
    no_text,
    suffixes=(".npz",),
    magic=b"PK\x03\x04",
)
