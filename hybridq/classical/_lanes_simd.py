"""Vector code of annealing sixteen copies of a problem at once, one in each lane.

`_lanes_kernel` calls it. A field changes by a coupling times two, which is exact, so that vectors
of any width, with fused operations or without, give the same numbers.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import INT64, Emitter

LANES = 16
_MASK = ir.IntType(LANES)


@intrinsic
def propose(typingctx, fields, down, i, temperature, logarithms, first, change):  # type: ignore[no-untyped-def]
    """Propose to flip spin i in all lanes; return 0 where all lanes refuse.

    Lane k flips where −s f ≤ `temperature` · ``logarithms[first + k]``. ``change[k]`` becomes twice
    its new spin, or 0 where it stays.

    Args:
        fields: float32, shape (n, 16).
        down: uint16, shape (n,): bit k is set where the spin of lane k is −1.
        i: number of the spin.
        temperature: float32.
        logarithms: float32, at least 16 from `first` on.
        first: where they begin.
        change: float32, shape (16,).
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emit = Emitter(context, builder, signature, args, lanes=LANES)
        spins = builder.gep(emit.data(1), [args[2]], inbounds=True)
        bits = builder.load(spins)
        is_down = builder.bitcast(bits, ir.VectorType(ir.IntType(1), LANES))
        field = emit.load(emit.numbered_pointer(0, args[2]))
        loss = builder.select(is_down, field, emit.negate(field))
        drawn = emit.load(emit.pointer(emit.data(4), args[5]))
        most = emit.multiply(emit.argument_vector(3), drawn)
        flips = builder.fcmp_ordered("<=", loss, most)
        new = builder.select(is_down, emit.constant([2.0] * LANES), emit.constant([-2.0] * LANES))
        stays = emit.constant([0.0] * LANES)
        emit.store(builder.select(flips, new, stays), emit.numbered_pointer(6, INT64(0)))
        mask = builder.bitcast(flips, _MASK)
        builder.store(builder.xor(bits, mask), spins)
        return builder.zext(mask, INT64)

    arguments = (fields, down, types.int64, types.float32, logarithms, types.int64, change)
    return types.int64(*arguments), codegen


@intrinsic
def push(typingctx, fields, targets, weights, first, last, change):  # type: ignore[no-untyped-def]
    """Add `change`, times the weights, to the fields of ``targets[first:last]``.

    Args:
        fields: float32, shape (n, 16).
        targets: int32, neighbours of all spins.
        weights: float32, their couplings.
        first, last: the row of the spin that was flipped.
        change: float32, shape (16,).
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emit = Emitter(context, builder, signature, args, lanes=LANES)
        moved = emit.load(emit.numbered_pointer(5, INT64(0)))
        targets_data, weights_data = emit.data(1), emit.data(2)
        with emit.loop(builder.sub(args[4], args[3])) as step:
            edge = builder.add(args[3], step)
            target = builder.zext(emit.load_element(targets_data, edge), INT64)
            weight = emit.splat(emit.load_element(weights_data, edge))
            place = emit.numbered_pointer(0, target)
            emit.store(emit.add(emit.load(place), emit.multiply(weight, moved)), place)
        return emit.nothing()

    return types.void(fields, targets, weights, types.int64, types.int64, change), codegen
