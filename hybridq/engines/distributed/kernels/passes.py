"""Single passes of the diagonal engine over the amplitudes of one rank."""

from __future__ import annotations

from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.adjoint import run_adjoint_pass
from hybridq.engines.diagonal.kernels.passes import run_pass, work_count
from hybridq.engines.diagonal.kernels.tables import Phase, prepare_costs, prepare_phase
from hybridq.engines.kernels.team import barrier


@jit()
def one_pass(ket, grid, cost, plan, tables, space, counter, thread, threads):
    """Do one pass over a state; return the energy where the plan measures it, else 0.

    Every thread of a team calls this at once.

    Args:
        ket: real and imaginary parts of the state, float32 or float64, shape (2, entries).
        grid, cost, tables, space: as for `hybridq.engines.diagonal.kernels.passes.pass_evolve`.
        plan: the steps, a `PassPlan`.
        counter, thread, threads: from `Team.run`.
    """
    if thread == 0:
        if plan.phased:
            prepare_phase(grid, cost, Phase(plan.gamma, plan.scale, plan.flipped), tables)
        if plan.measured:
            prepare_costs(grid, cost, plan.flipped, tables)
    barrier(counter, threads)
    run_pass(ket[0], ket[1], grid, cost, plan, tables, space, counter, thread, threads)
    value = 0.0
    if plan.measured:
        for number in range(work_count(grid, plan.by_rows)):
            value += space.partial[0, number]
    return value


@jit()
def one_adjoint_pass(ket, bra, grid, cost, plan, tables, space, sums, counter, thread, threads):
    """Do one backward pass over two states; leave its overlaps in `sums`.

    Every thread of a team calls this at once.

    Args:
        ket, bra: the states, float32 or float64, shape (2, entries), overwritten.
        grid, cost, tables, space: as for `hybridq.engines.diagonal.kernels.passes.pass_evolve`.
        plan: the steps, an `AdjointPassPlan`.
        sums: the overlaps by their kind, float64, shape (4,), overwritten.
        counter, thread, threads: from `Team.run`.
    """
    if thread == 0:
        prepare_costs(grid, cost, plan.flipped, tables)
        prepare_phase(grid, cost, Phase(plan.gamma, plan.scale, plan.flipped), tables)
    barrier(counter, threads)
    run_adjoint_pass(bra, ket, grid, cost, cost, plan, tables, space, sums, counter, thread,
                     threads)  # fmt: skip
    barrier(counter, threads)
