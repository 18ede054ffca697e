"""Registry of file formats, and views of its entries by shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.registry import Registry
from hybridq.problems.formats import (
    bin_packing,
    clauses,
    csv_text,
    dimacs,
    distance_matrix,
    dwave_qubo,
    edge_list,
    family_json,
    fcidump,
    graphml,
    job_shop,
    json_text,
    knapsack_files,
    lp,
    market_split,
    matrix,
    matrix_market,
    mps,
    networkx_readers,
    numbers,
    numpy_arrays,
    pauli_sums,
    polynomial_json,
    program_json,
    qaplib,
    qplib,
    quadratic_lists,
    quadratic_matrix,
    returns_csv,
    rudy,
    set_cover,
    tsplib,
    xyz,
)
from hybridq.problems.formats._format import Format

# Of formats that recognize a text equally well as a fallback, the first is chosen.
_FORMATS = (
    json_text.PLAIN,
    json_text.NODE_LINK,
    matrix_market.FORMAT,
    graphml.FORMAT,
    dimacs.FORMAT,
    rudy.FORMAT,
    matrix.FORMAT,
    csv_text.FORMAT,
    edge_list.FORMAT,
    matrix.NPY,
    matrix.NPZ,
    networkx_readers.PAJEK,
    networkx_readers.GML,
    networkx_readers.GEXF,
    networkx_readers.DOT,
    networkx_readers.GRAPH6,
    networkx_readers.SPARSE6,
    networkx_readers.ADJACENCY,
    pauli_sums.OWN_JSON,
    pauli_sums.LITERALS,
    pauli_sums.OPENFERMION,
    pauli_sums.PRODUCTS,
    pauli_sums.LABELS,
    fcidump.FORMAT,
    xyz.FORMAT,
    *family_json.FORMATS,
    clauses.CNF,
    clauses.WCNF,
    tsplib.FORMAT,
    knapsack_files.QUADRATIC,
    knapsack_files.MKNAP,
    knapsack_files.LIST,
    bin_packing.BINPACK,
    bin_packing.PLAIN,
    job_shop.FORMAT,
    set_cover.FORMAT,
    qaplib.FORMAT,
    market_split.FORMAT,
    numbers.JSON,
    numbers.FORMAT,
    distance_matrix.FORMAT,
    returns_csv.FORMAT,
    numpy_arrays.DISTANCES,
    numpy_arrays.RETURNS,
    numpy_arrays.PORTFOLIO,
    program_json.FORMAT,
    lp.FORMAT,
    mps.FORMAT,
    qplib.FORMAT,
    polynomial_json.FORMAT,
    dwave_qubo.FORMAT,
    quadratic_lists.QOBLIB,
    quadratic_lists.MQLIB,
    quadratic_lists.BIQ_MAC,
    quadratic_lists.OR_LIBRARY,
    quadratic_matrix.TEXT,
    quadratic_matrix.NPY,
    quadratic_matrix.NPZ,
    quadratic_matrix.MARKET,
)


def _check_format(name: str, entry: object) -> None:
    """Raise unless `entry` is a `Format` of this name.

    Raises:
        ParameterError: it is not.
    """
    if not isinstance(entry, Format) or entry.name != name:
        raise ParameterError(
            argument="entry point", value=entry, expected=f"a Format with the name {name!r}"
        )


#: Every file format by name.
FORMATS: Registry[Format] = Registry(
    "format",
    {entry.name: entry for entry in _FORMATS},
    aliases={alias: entry.name for entry in _FORMATS for alias in entry.aliases},
    group="hybridq.formats",
    check=_check_format,
)


class FormatsOfShape(Mapping[str, Format]):
    """View of the entries of `FORMATS` that hold data of given shapes.

    Args:
        shapes: keys of `SHAPES`.
    """

    def __init__(self, *shapes: str) -> None:
        self.shapes = shapes

    def canonical(self, name: str) -> str:
        """Return the registered spelling of `name`.

        Raises:
            UnknownNameError: no format of these shapes has that name.
        """
        if name in FORMATS:
            found = FORMATS.canonical(name)
            if FORMATS[found].shape in self.shapes:
                return found
        what = " or ".join(shape.replace("-", " ") for shape in self.shapes)
        raise UnknownNameError(f"{what} format", name, self, argument="format")

    def __getitem__(self, name: str) -> Format:
        return FORMATS[self.canonical(name)]

    def __contains__(self, name: object) -> bool:
        return name in FORMATS and FORMATS[str(name)].shape in self.shapes

    def __iter__(self) -> Iterator[str]:
        return (name for name in FORMATS if FORMATS[name].shape in self.shapes)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"FormatsOfShape({', '.join(map(repr, self.shapes))})"
