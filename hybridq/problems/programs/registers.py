"""Encodings of integers and choices in bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hybridq.core.errors import CapacityError, ParameterError
from hybridq.core.registry import Registry
from hybridq.problems.programs.polynomial import Polynomial, multiplied

_MOST_VALUES = 4096


@dataclass(frozen=True)
class Code:
    """Bits that stand for one of k values 0 … k − 1.

    Attributes:
        n_bits: the number of bits.
        value: the value as a polynomial of the bits.
        indicators: for each value a polynomial that is 1 where the bits stand for it and 0 where
            they stand for another; None where several bit strings stand for one value.
        one_hot: exactly one bit is 1.
        chain: no bit is larger than the one before it.
        most: the largest number that the bits, the lowest first, may spell in binary; None for
            no limit.
    """

    n_bits: int
    value: Polynomial
    indicators: tuple[Polynomial, ...] | None
    one_hot: bool = False
    chain: bool = False
    most: int | None = None


def bounded_coefficients(most: int) -> list[int]:
    """Return coefficients of bits whose sums are exactly 0 … `most`.

    They are 1, 2, 4, … and a last one that ends at `most`, with m = ⌊log₂ most⌋ + 1 bits.
    """
    if most < 1:
        return []
    m = most.bit_length() - 1
    return [*(1 << place for place in range(m)), most - (1 << m) + 1]


def _binary(k: int) -> Code:
    """Return the bounded binary code: sums of 1, 2, 4, … and a last coefficient."""
    coefficients = bounded_coefficients(k - 1)
    value: Polynomial = {(bit,): float(c) for bit, c in enumerate(coefficients)}
    return Code(len(coefficients), value, None)


def _positional(k: int) -> Code:
    """Return plain binary numbers, of which those from k on stand for nothing."""
    n_bits = (k - 1).bit_length()
    indicators: list[Polynomial] = []
    for number in range(k):
        product: Polynomial = {(): 1.0}
        for bit in range(n_bits):
            factor: Polynomial = {(bit,): 1.0} if number >> bit & 1 else {(): 1.0, (bit,): -1.0}
            product = multiplied(product, factor, bits=True)
        indicators.append(product)
    value: Polynomial = {(bit,): float(1 << bit) for bit in range(n_bits)}
    return Code(n_bits, value, tuple(indicators), most=None if k == 1 << n_bits else k - 1)


def _one_hot(k: int) -> Code:
    """Return one bit a value, exactly one of them 1."""
    value: Polynomial = {(bit,): float(bit) for bit in range(1, k)}
    indicators: list[Polynomial] = [{(bit,): 1.0} for bit in range(k)]
    return Code(k, value, tuple(indicators), one_hot=True)


def _domain_wall(k: int) -> Code:
    """Return k − 1 bits that never increase; the value is the number of ones.

    Value a is b_a − b_{a+1} with b_0 = 1 and b_k = 0. Source: Chancellor 2019, arXiv:1903.05068.
    """
    value: Polynomial = {(bit,): 1.0 for bit in range(k - 1)}
    indicators: list[Polynomial] = []
    for number in range(k):
        terms: dict[tuple[int, ...], float] = {}
        terms[(number - 1,) if number else ()] = 1.0
        if number < k - 1:
            terms[(number,)] = -1.0
        indicators.append(terms)
    return Code(k - 1, value, tuple(indicators), chain=True)


def _unary(k: int) -> Code:
    """Return k − 1 bits of weight 1 in any order; several strings stand for one value."""
    value: Polynomial = {(bit,): 1.0 for bit in range(k - 1)}
    return Code(k - 1, value, None)


#: Encodings of an integer between bounds.
INTEGER_ENCODINGS: Registry[Callable[[int], Code]] = Registry(
    "encoding",
    {
        "binary": _binary,
        "one-hot": _one_hot,
        "domain-wall": _domain_wall,
        "unary": _unary,
    },
)

#: Encodings of one choice among several.
CHOICE_ENCODINGS: Registry[Callable[[int], Code]] = Registry(
    "encoding",
    {"one-hot": _one_hot, "domain-wall": _domain_wall, "binary": _positional},
)


def check_encoding(encoding: str | None) -> str | None:
    """Return the registered spelling of an encoding; None stays None.

    Raises:
        UnknownNameError: no encoding of that name.
        ParameterError: not a name.
    """
    if encoding is None:
        return None
    if not isinstance(encoding, str):
        raise ParameterError(
            argument="encoding", value=encoding, expected=f"one of {', '.join(INTEGER_ENCODINGS)}"
        )
    return INTEGER_ENCODINGS.canonical(encoding)


def code_of(encoding: str, k: int, *, choice: bool, name: str) -> Code:
    """Return the code of one of k values.

    Args:
        encoding: a name of `INTEGER_ENCODINGS`, or of `CHOICE_ENCODINGS` for a choice.
        k: the number of values.
        choice: True for one choice among k.
        name: the variable or constraint, for errors.

    Raises:
        ParameterError: the encoding does not fit a choice.
        CapacityError: a code with a bit for each of too many values.
    """
    codes = CHOICE_ENCODINGS if choice else INTEGER_ENCODINGS
    if encoding not in codes:
        raise ParameterError(
            f"the encoding {encoding!r} is for integers, and {name!r} is one choice among {k}",
            argument="encoding",
            value=encoding,
            remedy=f"use one of {', '.join(codes)}",
        )
    if k > _MOST_VALUES and encoding != "binary":
        raise CapacityError(
            f"{name!r} has {k:,} values, which take {k - 1:,} qubits or more in the encoding "
            f"{encoding!r}: the binary encoding takes {(k - 1).bit_length()}"
        )
    return codes[encoding](k)
