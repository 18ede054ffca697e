"""From a problem to an answer: encode, optimize, decode, compare."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.core import memory
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.randomness import RandomLike
from hybridq.optimizers import Journal, Optimizer, Record
from hybridq.presentation import Result
from hybridq.problems.base import BinaryProblem, Problem
from hybridq.solver.common import DEFAULT_OPTIMIZER, Stage, Wishes
from hybridq.solver.qaoa import default_depth, default_evaluations
from hybridq.storage.journal import opened
from hybridq.strategies.subject import as_ansatz, with_particles

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.circuits.circuit import Circuit
    from hybridq.operators.pauli_sum import PauliSum

__all__ = ["DEFAULT_OPTIMIZER", "default_depth", "default_evaluations", "solve"]


@memory.capacity("solving", "use fewer qubits, layers or shots, or precision='single'")
def solve(
    problem: Problem | PauliSum,
    *,
    ansatz: str | Ansatz | Circuit | None = None,
    p: int | None = None,
    optimizer: str | Optimizer | None = None,
    strategy: str | None = None,
    objective: str = "expectation",
    alpha: float | None = None,
    eta: float | None = None,
    objective_shots: int | None = None,
    initial: str | os.PathLike[str] | ArrayLike | LearnedAngles = "auto",
    restarts: int | None = None,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    shots: int = 1024,
    precision: str = "double",
    engine: str = "auto",
    threads: int | None = None,
    rng: RandomLike = None,
    landscape: bool = False,
    exact: bool | None = None,
    callback: Callable[[Record], Any] | None = None,
    stage: Stage | None = None,
    journal: str | os.PathLike[str] | Journal | None = None,
    resume: bool = False,
    **options: Any,
) -> Result:
    """The answer that a variational circuit finds for `problem`, beside a classical one.

    A problem over bits (max-cut) is answered by QAOA: the circuit is optimized on the embedded
    simulator, sampled, and the best sample decoded. A molecule or a Hamiltonian is answered by the
    variational quantum eigensolver: an energy, with the Hartree–Fock and exact ones beside it. A
    `KeyboardInterrupt` during the search ends it: the best point so far is reported.

    Args:
        problem: what to solve: a `MaxCut`, a `Molecule`, a `PauliSum`, a `HubbardModel`.
        ansatz: a name of `ANSATZE`, ``"adapt"`` for a circuit that grows, an `Ansatz` or a
            `Circuit`. By default ``"qaoa"`` for problems over bits, ``"uccsd"`` for molecules,
            and for Hamiltonians what `default_ansatz` picks.
        p: layers of QAOA; by default those of given angles, else 8 up to 16 qubits and fewer
            beyond.
        optimizer: a name of `OPTIMIZERS`, or an optimizer with its options, such as
            ``OPTIMIZERS["spsa"](blocking=True)``; L-BFGS with exact gradients by default.
        strategy: of QAOA, how the angles are searched: a name of `STRATEGIES`; all at once from
            one start by default.
        objective: what is minimized, a name of `OBJECTIVES`; the result's `expectation` is the
            expectation value all the same.
        alpha: of the objective ``"cvar"``; 0.2 by default.
        eta: of the objective ``"gibbs"``; one over the energy of a single spin by default.
        objective_shots: measurements from which each value is estimated; exact values by default.
            The optimizer is then Adam along gradients estimated from two values; those that
            cannot do without gradients get them from parameter shifts.
        initial: ``"auto"``, the name of one of the ansatz's starts (of QAOA a name of
            `INITIAL_POINTS`), a `Path` to a file of angles or of `LearnedAngles`, or the
            parameters.
        restarts: further starts from random points, which share the budget; as many as suit the
            ansatz by default.
        max_evaluations: evaluations in all; by default 2000 for QAOA and 50,000 otherwise, fewer
            where each takes long.
        time_limit: seconds for the search.
        shots: measurements of the final state, for problems over bits.
        precision: ``"double"`` or ``"single"``.
        engine: an engine's name, or ``"auto"``.
        threads: threads of the simulator; all by default.
        rng: source of randomness for starts, the optimizer, samples and the heuristics.
        landscape: of QAOA with p = 1, also scan a grid of angles for the picture.
        exact: whether to compute the exact energy too; by default where that takes seconds.
        callback: called with a `Record` after every evaluation.
        stage: called with a word when the work moves on.
        journal: a file in which every evaluation is written, so that the run can be killed and
            resumed; see `Journal`.
        resume: go on with the run in that file: called with the same arguments, it ends in the same
            result as if it had not been killed, and simulates only what is not in the file. Limits
            may differ; without `rng` the seed is that of the file.
        options: of the named ansatz, for example ``layers=4``.

    Returns:
        the `Result`; its `optimizer.status` says whether the search was interrupted.

    Raises:
        UnknownNameError: no ansatz, optimizer, engine, start or option of that name.
        ParameterError: an argument makes no sense.
        DimensionError: a given circuit has another width than the Hamiltonian.
        CapacityError: the state does not fit in memory.
        OutputError: the journal cannot be written, or is there already and not resumed.
        FormatError: the journal is of another run; the message says what differs.
    """
    subject = with_particles(problem, ansatz, options)
    with opened(journal, resume) as log:
        wishes = Wishes(
            optimizer=optimizer,
            restarts=restarts,
            max_evaluations=max_evaluations,
            time_limit=time_limit,
            shots=shots,
            precision=precision,
            engine=engine,
            threads=threads,
            strategy=strategy,
            objective=objective,
            alpha=alpha,
            eta=eta,
            objective_shots=objective_shots,
            rng=rng if log is None else log.seed(rng),
            callback=callback,
            stage=stage,
            journal=log,
        )
        return _solve(subject, wishes, ansatz, p, initial, landscape, exact, options)


def _solve(
    subject: Problem,
    wishes: Wishes,
    ansatz: str | Ansatz | Circuit | None,
    p: int | None,
    initial: str | os.PathLike[str] | ArrayLike | LearnedAngles,
    landscape: bool,
    exact: bool | None,
    options: dict[str, Any],
) -> Result:
    """`solve` by the algorithm that the ansatz belongs to."""
    name = _plain_name(ansatz) or ("qaoa" if _is_over_bits(subject, ansatz) else None)
    if name == "qaoa":
        from hybridq.solver.qaoa import solve_qaoa

        if not isinstance(subject, BinaryProblem):
            raise ParameterError(
                f"ansatz='qaoa' answers problems over bits, and this is a {subject.kind}: "
                "for its ground state choose another ansatz, such as 'hva'"
            )
        if options:
            raise UnknownNameError("option of the qaoa ansatz", next(iter(options)), ["p"])
        return solve_qaoa(subject, wishes, p, initial, landscape)
    if wishes.strategy is not None:
        raise ParameterError(
            f"strategy={wishes.strategy!r} searches the angles of the qaoa ansatz: leave it out"
        )
    if p is not None:
        raise ParameterError(f"p={p} are layers of the qaoa ansatz: others take layers=")
    if isinstance(initial, os.PathLike):
        from hybridq.ansatz.angle_file import read_angles

        initial = read_angles(initial)
    if isinstance(initial, LearnedAngles):
        raise ParameterError("learned angles are of the qaoa ansatz: give parameters or a start")
    if name == "adapt":
        from hybridq.solver.adapt import solve_adapt

        return solve_adapt(subject, wishes, exact, options)
    from hybridq.ansatz.registry import ANSATZE
    from hybridq.solver.vqe import solve_vqe

    if name is not None and name not in ANSATZE:
        raise UnknownNameError("ansatz", str(ansatz), ["adapt", *ANSATZE])
    return solve_vqe(subject, as_ansatz(subject, ansatz, options), wishes, initial, exact)


def _plain_name(ansatz: object) -> str | None:
    """A named ansatz as registries spell it."""
    return ansatz.strip().lower().replace("_", "-") if isinstance(ansatz, str) else None


def _is_over_bits(problem: Problem, ansatz: object) -> bool:
    return ansatz is None and isinstance(problem, BinaryProblem)
