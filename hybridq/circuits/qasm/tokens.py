"""Tokens of an OpenQASM program, and arithmetic in them."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from hybridq.core.errors import FormatError, shown

Expression: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""A function from values of a gate's parameters to a number, or to a `Parameter`."""

_TOKENS = re.compile(
    r"(?P<blank>[ \t\r\f]+|//[^\n]*)|(?P<newline>\n)|(?P<comment>/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)"
    r"|(?P<real>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)|(?P<integer>\d+)"
    r'|(?P<name>[A-Za-z_πτ]\w*|\$\d+)|(?P<text>"[^"\n]*")|(?P<mark>->|==|\*\*|[-+*/^()\[\]{},:;@=])',
    re.ASCII,
)
_MOST_DIGITS = 9
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "sqrt": math.sqrt,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
}
_CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau, "euler": math.e}
_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "**": math.pow,
}


@dataclass(frozen=True)
class Token:
    """A token with its kind and line.

    Args:
        kind: ``real``, ``integer``, ``name``, ``text``, ``mark`` or ``end``.
        text: the token as written.
        line: counted from 1.
    """

    kind: str
    text: str
    line: int


class Tokens:
    """A program's words, read from the front.

    Args:
        text: the program.
        source: its name, for errors.

    Raises:
        FormatError: a character that begins no word.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self._tokens: list[Token] = []
        self._next = 0
        line = position = 0
        while position < len(text):
            match = _TOKENS.match(text, position)
            if match is None:
                raise FormatError(
                    f"{text[position]!r} has no meaning in OpenQASM", source=source, line=line + 1
                )
            kind = str(match.lastgroup)
            line += match.group().count("\n") if kind in {"newline", "comment"} else 0
            if kind not in {"blank", "newline", "comment"}:
                self._tokens.append(Token(kind, match.group(), line + 1))
            position = match.end()
        self._tokens.append(Token("end", "", line + 1))

    @property
    def here(self) -> Token:
        """The next token, not consumed."""
        return self._tokens[self._next]

    @property
    def hardware_qubits(self) -> int:
        """One more than the largest n of the names ``$n``, 0 without such names."""
        names = (token.text for token in self._tokens if token.text.startswith("$"))
        return max((int(name[1 : _MOST_DIGITS + 1]) + 1 for name in names), default=0)

    @property
    def taken(self) -> int:
        """Number of consumed tokens."""
        return self._next

    @property
    def line(self) -> int:
        """Line of the next token."""
        return self.here.line

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        """Raise an error at `line`, by default that of the next token."""
        raise FormatError(message, source=self.source, line=self.line if line is None else line)

    def take(self) -> Token:
        """Consume and return the next token."""
        token = self.here
        self._next += token.kind != "end"
        return token

    def accept(self, text: str) -> bool:
        """Consume the next token if it is `text`; return whether it was."""
        found = self.here.text == text and self.here.kind in {"mark", "name"}
        self._next += found
        return found

    def expect(self, text: str) -> None:
        """Consume the token `text`, or raise."""
        if not self.accept(text):
            self.fail(f"expected {text!r}, found {self._found()}")

    def name(self, what: str) -> str:
        """Consume and return a name, or raise."""
        if self.here.kind != "name":
            self.fail(f"expected {what}, found {self._found()}")
        return self.take().text

    def integer(self, what: str) -> int:
        """Consume and return an integer of at most nine digits, or raise."""
        if self.here.kind != "integer" or len(self.here.text) > _MOST_DIGITS:
            self.fail(f"expected {what}, found {self._found()}")
        return int(self.take().text)

    def _found(self) -> str:
        return "the end" if self.here.kind == "end" else shown(self.here.text)

    # -- arithmetic -----------------------------------------------------------------------------

    def expression(self, parameters: tuple[str, ...]) -> Expression:
        """Consume a sum; `parameters` are the names that may occur, with pi."""
        left = self._product(parameters)
        while self.here.text in {"+", "-"}:
            sign = self.take()
            left = self._joined(sign, left, self._product(parameters))
        return left

    def _product(self, parameters: tuple[str, ...]) -> Expression:
        left = self._signed(parameters)
        while self.here.text in {"*", "/"}:
            sign = self.take()
            left = self._joined(sign, left, self._signed(parameters))
        return left

    def _signed(self, parameters: tuple[str, ...]) -> Expression:
        if self.accept("-"):
            positive = self._signed(parameters)
            return lambda values: -positive(values)
        if self.accept("+"):
            return self._signed(parameters)
        base = self._atom(parameters)
        if self.here.text in {"^", "**"}:
            sign = self.take()
            return self._joined(sign, base, self._signed(parameters))
        return base

    def _atom(self, parameters: tuple[str, ...]) -> Expression:
        token = self.here
        if token.kind in {"real", "integer"}:
            number = float(self.take().text)
            return lambda values: number
        if self.accept("("):
            inside = self.expression(parameters)
            self.expect(")")
            return inside
        if token.kind != "name":
            self.fail(f"expected a number, found {self._found()}")
        name = self.take().text
        if name in parameters:
            return lambda values: values[name]
        if name in _CONSTANTS:
            return lambda values: _CONSTANTS[name]
        if name not in _FUNCTIONS:
            known = ", ".join(("pi", *_FUNCTIONS, *parameters))
            self.fail(f"unknown name {name!r} in an expression: choose from {known}", token.line)
        self.expect("(")
        inside = self.expression(parameters)
        self.expect(")")
        return self._guarded(token, lambda values: _FUNCTIONS[name](inside(values)))

    def _joined(self, sign: Token, left: Expression, right: Expression) -> Expression:
        apply = _OPERATORS[sign.text]
        return self._guarded(sign, lambda values: apply(left(values), right(values)))

    def _guarded(self, token: Token, compute: Expression) -> Expression:
        def value(values: Mapping[str, Any]) -> Any:
            try:
                return compute(values)
            except (ArithmeticError, ValueError, TypeError) as error:
                self.fail(f"{token.text!r} has no finite value here: {error}", token.line)

        return value
