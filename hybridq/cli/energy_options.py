"""Options that `solve molecule` and `solve hamiltonian` share, with their help."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from hybridq.cli.options import check_option, whole_number
from hybridq.cli.shared_options import CIRCUIT, OUTPUT, SEARCH

ANSATZ = "Ansatz"
STATES = "Excited states"

AnsatzName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--ansatz", metavar="NAME", show_default=False, rich_help_panel=ANSATZ,
        help="uccsd (default), k-upccgsd, adapt, hva, hardware-efficient.",
    ),
]  # fmt: skip
Layers: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--layers", parser=whole_number(1), metavar="INT", show_default=False,
        rich_help_panel=ANSATZ, help="Of hva and hardware-efficient.",
    ),
]  # fmt: skip
Rotations: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--rotations", metavar="LIST", show_default=False, rich_help_panel=ANSATZ,
        help="rx, ry, rz (default: ry,rz).",
    ),
]  # fmt: skip
Entangler: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--entangler", metavar="NAME", show_default=False, rich_help_panel=ANSATZ,
        help="linear, ring, pairwise, full, none.",
    ),
]  # fmt: skip
EntanglingGate: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--entangling-gate", metavar="NAME", show_default=False, rich_help_panel=ANSATZ,
        help="cx (default), cy, cz, iswap, swap.",
    ),
]  # fmt: skip
Reference: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--reference", metavar="BITS", show_default=False, rich_help_panel=ANSATZ,
        help="State to begin with, qubit 0 first.",
    ),
]  # fmt: skip
Initial: TypeAlias = Annotated[
    str,
    typer.Option(
        "--initial", metavar="START", show_default=False, rich_help_panel=SEARCH,
        help="auto, a start of the ansatz, or a file.",
    ),
]  # fmt: skip
Restarts: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--restarts", parser=whole_number(0), metavar="INT", show_default=False,
        rich_help_panel=SEARCH, help="Random starts (default: by ansatz).",
    ),
]  # fmt: skip
MaxEvaluations: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--max-evaluations", parser=whole_number(1), metavar="INT", show_default=False,
        rich_help_panel=SEARCH, help="Stop after so many (default: by size).",
    ),
]  # fmt: skip
Engine: TypeAlias = Annotated[
    str,
    typer.Option(
        "--engine", metavar="NAME", show_default=False, rich_help_panel=CIRCUIT,
        help="auto (default), sector or statevector.",
    ),
]  # fmt: skip
Exact: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--exact/--no-exact", show_default=False, rich_help_panel=OUTPUT,
        help="Exact energy (default: if quick).",
    ),
]  # fmt: skip
Plot: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--plot", metavar="FILE", rich_help_panel=OUTPUT,
        help="Draw search and error (.png .pdf .svg).",
    ),
]  # fmt: skip
Excited: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--excited", parser=whole_number(1), metavar="K", show_default=False,
        rich_help_panel=STATES, help="The K lowest states, this many in all.",
    ),
]  # fmt: skip
ExcitedMethod: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--excited-method", metavar="NAME", show_default=False, rich_help_panel=STATES,
        help="subspace (default) or vqd.",
    ),
]  # fmt: skip
Tries: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--tries", parser=whole_number(1), metavar="INT", show_default=False,
        rich_help_panel=STATES, help="Starts of each state with vqd (default: 3).",
    ),
]  # fmt: skip


def of_states(method: str | None, tries: int | None, pool: str | None = None) -> dict[str, object]:
    """The keywords of `excited_states` that were set, the method in its registered spelling."""
    from hybridq.strategies.excited import METHODS

    if method is not None:
        method = check_option("--excited-method", method, METHODS)
    return given(method=method, tries=tries, pool=pool)


def given(**options: object) -> dict[str, object]:
    """The options that were set."""
    return {name: value for name, value in options.items() if value is not None}
