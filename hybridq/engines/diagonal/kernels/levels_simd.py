"""Vector code of phases by level: each amplitude has the number of its phase.

Lists of up to `FEW` phases stay in registers, where one instruction picks for all lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hybridq.core.emit import HAS_AVX512, INT32, INT64, VECTOR_BYTES, Complex, Emitter

FEW = 32 if HAS_AVX512 and VECTOR_BYTES == 64 else 0
"""Longest list of phases that stays in registers; 0 on hosts that lack the instruction."""


class _Numbers:
    """The numbers of consecutive amplitudes, forwards or backwards.

    Args:
        emit: the emitter of the intrinsic.
        array, at, backwards: the places of their arguments.
    """

    def __init__(self, emit: Emitter, array: int, at: int, backwards: int) -> None:
        self._emit, self._data = emit, emit.data(array)
        self._at, self._backwards = emit.argument(at), emit.argument(backwards)

    def load(self, offset: Any) -> Any:
        """Return the numbers from `offset` on, as integers as wide as the amplitudes."""
        emit, builder = self._emit, self._emit.builder
        last = builder.add(offset, offset.type(emit.lanes - 1))
        forwards, back = builder.add(self._at, offset), builder.sub(self._at, last)
        place = builder.gep(self._data, [builder.select(self._backwards, back, forwards)])
        narrow = ir.VectorType(self._data.type.pointee, emit.lanes)
        read = builder.load(builder.bitcast(place, narrow.as_pointer()), align=1)
        order = list(range(emit.lanes))[::-1]
        mask = ir.Constant(ir.VectorType(INT32, emit.lanes), order)
        turned = builder.shuffle_vector(read, read, mask)
        wide = ir.VectorType(INT64 if emit.itemsize == 8 else INT32, emit.lanes)
        return builder.zext(builder.select(self._backwards, turned, read), wide)


class _Phases:
    """The phases of the levels, as two lists of real and imaginary parts.

    Args:
        emit: the emitter of the intrinsic.
        re, im: the places of their arguments.
        few: keep `FEW` of each in registers, where the host has them.
    """

    def __init__(self, emit: Emitter, re: int, im: int, few: bool) -> None:
        self._emit, self._few = emit, few and FEW > 0
        if self._few:
            self._lists = [emit.load_first(part, FEW // emit.lanes) for part in (re, im)]
        else:
            self._lists = [emit.data(part) for part in (re, im)]

    def pick(self, numbers: Any) -> Complex:
        """Return the phases of a vector of numbers."""
        pick = self._pick_few if self._few else self._pick_many
        re, im = (pick(part, numbers) for part in self._lists)
        return re, im

    def _pick_few(self, vectors: list[Any], numbers: Any) -> Any:
        emit, builder = self._emit, self._emit.builder
        pairs = zip(vectors[::2], vectors[1::2], strict=True)
        picked = [emit.pick_lanes(a, b, numbers) for a, b in pairs]
        if len(picked) == 1:
            return picked[0]
        bit = builder.and_(numbers, ir.Constant(numbers.type, [2 * emit.lanes] * emit.lanes))
        is_low = builder.icmp_unsigned("==", bit, ir.Constant(numbers.type, [0] * emit.lanes))
        return builder.select(is_low, *picked)

    def _pick_many(self, data: Any, numbers: Any) -> Any:
        emit = self._emit
        result = emit.zero()
        for lane in range(emit.lanes):
            value = emit.load_element(data, emit.lane(numbers, lane))
            result = emit.builder.insert_element(result, value, INT32(lane))
        return result


def _cost(emit: Emitter, lowest: Any, numbers: Any) -> Any:
    """Return the costs of levels that begin at `lowest` and are 1 apart."""
    return emit.add(emit.builder.uitofp(numbers, emit.vector), lowest)


def make_level_phases(*, few: bool, multiplied: bool) -> Callable[..., None]:
    """Return an intrinsic that sets amplitudes to the phases of their levels.

    ``levels(re, im, at, count, numbers, number_at, backwards, level_re, level_im)`` sets the
    `count` entries of (re, im) from `at`, a multiple of the lanes, to the phases whose numbers
    are numbers[number_at], numbers[number_at ± 1], …, downwards with `backwards`.

    Args:
        few: the lists level_re and level_im have `FEW` entries, not all of which need be set.
        multiplied: multiply by the phases instead.
    """

    @intrinsic
    def levels(typingctx, re, im, at, count, numbers, number_at, backwards, level_re, level_im):
        def codegen(context, builder, signature, args):
            emit = Emitter(context, builder, signature, args)
            read, phases = _Numbers(emit, 4, 5, 6), _Phases(emit, 7, 8, few)
            data = emit.data(0), emit.data(1)
            lanes = args[3].type(emit.lanes)
            with emit.loop(builder.udiv(args[3], lanes)) as vector:
                offset = builder.mul(vector, lanes)
                phase = phases.pick(read.load(offset))
                places = [emit.pointer(part, builder.add(args[2], offset)) for part in data]
                if multiplied:
                    state = emit.load(places[0]), emit.load(places[1])
                    phase = emit.complex_product(state, phase)
                for value, place in zip(phase, places, strict=True):
                    emit.store(value, place)
            return emit.nothing()

        index = types.intp
        return types.void(
            re, im, index, index, numbers, index, types.boolean, level_re, level_im
        ), codegen

    return levels


@intrinsic
def undo_few_levels(
    typingctx, bra_re, bra_im, re, im, at, count, numbers, number_at, backwards, level_re, level_im,
    lowest,
):  # fmt: skip
    """Multiply bra and ket by few phases; return Im Σ conj(bra) · cost · ket.

    The arguments are those of `make_level_phases` with `few`, for two states; `lowest` is the cost
    of level 0.
    """

    def codegen(context, builder, signature, args):
        emit = Emitter(context, builder, signature, args)
        read, phases = _Numbers(emit, 6, 7, 8), _Phases(emit, 9, 10, True)
        lowest, data = emit.argument_vector(11), [emit.data(part) for part in range(4)]
        (total,) = emit.accumulators(1)
        lanes = args[5].type(emit.lanes)
        with emit.loop(builder.udiv(args[5], lanes)) as vector:
            offset = builder.mul(vector, lanes)
            chosen = read.load(offset)
            phase = phases.pick(chosen)
            places = [emit.pointer(part, builder.add(args[4], offset)) for part in data]
            states = []
            for real, imaginary in (places[:2], places[2:]):
                value = emit.complex_product((emit.load(real), emit.load(imaginary)), phase)
                emit.store(value[0], real)
                emit.store(value[1], imaginary)
                states.append(value)
            overlap = emit.imaginary_product(*states)
            emit.accumulate(total, overlap, _cost(emit, lowest, chosen))
        return emit.total(builder.load(total))

    index, number = types.intp, re.dtype
    return types.float64(
        bra_re, bra_im, re, im, index, index, numbers, index, types.boolean, level_re, level_im,
        number,
    ), codegen  # fmt: skip
