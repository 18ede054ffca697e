"""`hybridq solve hamiltonian FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import energy_options as energy
from hybridq.cli import shared_options as shared
from hybridq.cli.ansatz_options import chosen_ansatz
from hybridq.cli.optimizer_options import OptimizerOptions
from hybridq.cli.options import Pair, pair
from hybridq.cli.report import Outputs
from hybridq.cli.right_command import naming_the_right_command

if TYPE_CHECKING:
    from hybridq.problems.hamiltonian_problem import HamiltonianProblem


def hamiltonian(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Pauli sum in a file, or - for standard input.")
    ],
    ansatz: Annotated[
        str | None,
        typer.Option(
            "--ansatz",
            metavar="NAME",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="hva or hardware-efficient (default: by terms).",
        ),
    ] = None,
    layers: energy.Layers = None,
    rotations: energy.Rotations = None,
    entangler: energy.Entangler = None,
    entangling_gate: energy.EntanglingGate = None,
    reference: energy.Reference = None,
    particles: Annotated[
        Pair | None,
        typer.Option(
            "--particles",
            parser=pair("n_alpha", "n_beta"),
            metavar="A,B",
            show_default=False,
            rich_help_panel=energy.ANSATZ,
            help="Of hva, for spin-blocked fermions.",
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
    """Find the ground-state energy of a Hamiltonian, a sum of Pauli operators in a file.

    Reads hybridq's JSON, OpenFermion's text and Qiskit's labels (qubit 0 on the
    right). Shows the energy beside that of exact diagonalization. Ctrl-C ends
    the search and reports the best so far.

    Examples:

      [bold]hybridq solve hamiltonian tfim.json --ansatz hva --layers 6[/bold]
      [bold]hybridq solve hamiltonian h2.txt --ansatz hardware-efficient --plot h2.png[/bold]
      [bold]cat tfim.json | hybridq solve hamiltonian - --json -[/bold]
    """
    from hybridq.cli.solve_energy import EnergyRequest, solve_energy

    outputs = Outputs(file, json, plot, quiet, what="Hamiltonian", store=journal)
    request = EnergyRequest(
        ansatz=chosen_ansatz(ansatz),
        ansatz_options=energy.given(
            layers=layers,
            rotations=rotations,
            entangler=entangler,
            entangling_gate=entangling_gate,
            reference=reference,
            particles=particles,
        ),
        excited=excited,
        states=energy.of_states(excited_method, tries),
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
    return solve_energy(lambda: _read(file), request)


def _read(file: str) -> HamiltonianProblem:
    from hybridq.problems.hamiltonian_problem import HamiltonianProblem

    with naming_the_right_command(file, "hamiltonian"):
        return HamiltonianProblem.from_file(file)
