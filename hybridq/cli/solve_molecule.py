"""`hybridq solve molecule FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import energy_options as energy
from hybridq.cli import shared_options as shared
from hybridq.cli.ansatz_options import ADAPT, chosen_ansatz
from hybridq.cli.optimizer_options import OptimizerOptions
from hybridq.cli.options import Pair, any_number, check_option, pair, positive_number, whole_number
from hybridq.cli.report import Outputs
from hybridq.cli.right_command import naming_the_right_command
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.problems.molecule import Molecule

_MOLECULE = "Molecule"
_ADAPT = "ADAPT-VQE (--ansatz adapt)"


def molecule(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="FCIDUMP or .xyz file, or - for standard input.")
    ],
    basis: Annotated[
        str | None,
        typer.Option(
            "--basis",
            metavar="NAME",
            show_default=False,
            rich_help_panel=_MOLECULE,
            help="Of an .xyz file (default: sto-3g).",
        ),
    ] = None,
    charge: Annotated[
        int | None,
        typer.Option(
            "--charge",
            parser=any_number,
            metavar="INT",
            show_default=False,
            rich_help_panel=_MOLECULE,
            help="Of an .xyz file (default: 0).",
        ),
    ] = None,
    spin: Annotated[
        int | None,
        typer.Option(
            "--spin",
            parser=any_number,
            metavar="INT",
            show_default=False,
            rich_help_panel=_MOLECULE,
            help="2S = n_alpha - n_beta (default: as in the file).",
        ),
    ] = None,
    active_space: Annotated[
        Pair | None,
        typer.Option(
            "--active-space",
            parser=pair("electrons", "orbitals"),
            metavar="E,O",
            show_default=False,
            rich_help_panel=_MOLECULE,
            help="Keep so many electrons and orbitals.",
        ),
    ] = None,
    frozen_core: Annotated[
        bool,
        typer.Option(
            "--frozen-core",
            rich_help_panel=_MOLECULE,
            help="Freeze inner shells (.xyz files).",
        ),
    ] = False,
    ansatz: energy.AnsatzName = None,
    repetitions: Annotated[
        int | None,
        typer.Option(
            "--repetitions",
            parser=whole_number(1),
            metavar="INT",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="Of uccsd (default: 1).",
        ),
    ] = None,
    singlet: Annotated[
        bool | None,
        typer.Option(
            "--singlet/--no-singlet",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="Of uccsd: alpha and beta share parameters.",
        ),
    ] = None,
    symmetry: Annotated[
        bool | None,
        typer.Option(
            "--symmetry/--no-symmetry",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="Of uccsd: leave out what is 0 (default: yes).",
        ),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            "--k",
            parser=whole_number(1),
            metavar="INT",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="Of k-upccgsd (default: 1).",
        ),
    ] = None,
    layers: energy.Layers = None,
    rotations: energy.Rotations = None,
    entangler: energy.Entangler = None,
    entangling_gate: energy.EntanglingGate = None,
    reference: energy.Reference = None,
    pool: Annotated[
        str | None,
        typer.Option(
            "--pool",
            metavar="NAME",
            show_default=False,
            rich_help_panel=_ADAPT,
            help="gsd (default), sd, qubit-gsd, qubit-sd, ...",
        ),
    ] = None,
    max_operators: Annotated[
        int | None,
        typer.Option(
            "--max-operators",
            parser=whole_number(1),
            metavar="INT",
            show_default=False,
            rich_help_panel=_ADAPT,
            help="Stop at so many (default: 200).",
        ),
    ] = None,
    gradient_tolerance: Annotated[
        float | None,
        typer.Option(
            "--gradient-tolerance",
            parser=positive_number,
            metavar="HA",
            show_default=False,
            rich_help_panel=_ADAPT,
            help="Stop at this pool gradient (default: 1e-3).",
        ),
    ] = None,
    energy_tolerance: Annotated[
        float | None,
        typer.Option(
            "--energy-tolerance",
            parser=positive_number,
            metavar="HA",
            show_default=False,
            rich_help_panel=_ADAPT,
            help="Stop where an operator gains less.",
        ),
    ] = None,
    target_error: Annotated[
        float | None,
        typer.Option(
            "--target-error",
            parser=positive_number,
            metavar="HA",
            show_default=False,
            rich_help_panel=_ADAPT,
            help="Stop this close to the exact energy.",
        ),
    ] = None,
    excited: energy.Excited = None,
    excited_method: energy.ExcitedMethod = None,
    tries: energy.Tries = None,
    optimizer: shared.Optimizer = None,
    optimizer_option: OptimizerOptions = None,
    initial: energy.Initial = "auto",
    restarts: energy.Restarts = None,
    max_evaluations: energy.MaxEvaluations = None,
    time_limit: shared.TimeLimit = None,
    seed: shared.Seed = None,
    journal: shared.Journal = None,
    resume: shared.Resume = False,
    engine: energy.Engine = "auto",
    precision: shared.Precision = "double",
    threads: shared.Threads = None,
    exact: energy.Exact = None,
    json: shared.Json = None,
    plot: energy.Plot = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Find the ground-state energy of a molecule by the variational quantum eigensolver.

    Reads FCIDUMP files, and .xyz geometries where PySCF is installed. Shows the
    energy beside those of Hartree-Fock and of exact diagonalization. Ctrl-C ends
    the search and reports the best so far.

    Examples:

      [bold]hybridq solve molecule h2o.fcidump[/bold]
      [bold]hybridq solve molecule n2.xyz --basis sto-3g --active-space 6,6[/bold]
      [bold]hybridq solve molecule h6.fcidump --ansatz adapt --target-error 0.0016 --plot h6.png[/bold]
      [bold]hybridq solve molecule lih.fcidump --excited 4[/bold]
    """  # noqa: E501
    from hybridq.ansatz.pools import POOLS
    from hybridq.cli.solve_energy import EnergyRequest, solve_energy

    outputs = Outputs(file, json, plot, quiet, what="molecule", store=journal)
    name = chosen_ansatz(ansatz)
    pool = pool and check_option("--pool", pool, POOLS)
    growing = name == ADAPT or excited is None
    request = EnergyRequest(
        ansatz=name,
        ansatz_options=energy.given(
            repetitions=repetitions,
            singlet=singlet,
            symmetry=symmetry,
            k=k,
            layers=layers,
            rotations=rotations,
            entangler=entangler,
            entangling_gate=entangling_gate,
            reference=reference,
            pool=pool if growing else None,
            max_operators=max_operators,
            gradient_tolerance=gradient_tolerance,
            energy_tolerance=energy_tolerance,
            target_error=target_error,
        ),
        excited=excited,
        states=energy.of_states(excited_method, tries, None if growing else pool),
        optimizer=optimizer,
        optimizer_options=optimizer_option or (),
        initial=initial,
        restarts=restarts,
        max_evaluations=max_evaluations,
        time_limit=time_limit,
        exact=exact,
        engine=engine,
        precision=precision,
        threads=threads,
        seed=seed,
        journal=journal,
        resume=resume,
        outputs=outputs,
    )
    how = energy.given(
        basis=basis,
        charge=charge,
        spin=spin,
        active_space=active_space,
        frozen_core=frozen_core or None,
    )
    return solve_energy(lambda: _read(file, how), request)


def _read(file: str, how: dict[str, Any]) -> Molecule:
    from hybridq.problems.molecule import Molecule

    with naming_the_right_command(file, "molecule"):
        if file.lower().endswith(".xyz"):
            return Molecule.from_xyz(file, **how)
        for name in ("basis", "charge", "frozen_core"):
            if name in how:
                raise ParameterError(
                    f"--{name.replace('_', '-')} is for .xyz files: "
                    "the orbitals of an FCIDUMP file are fixed"
                )
        space = how.pop("active_space", None)
        whole = Molecule.from_fcidump(file, **how)
        return whole if space is None else whole.active_space(*space)
