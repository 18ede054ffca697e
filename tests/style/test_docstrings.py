"""Plain English: every summary line says what a thing is or does, in the field's words."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "hybridq"
FILES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(
    path
    for folder in ("experiments", "problems", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
QUESTIONS = ("What", "Which", "Where", "That", "How", "Who", "Whose", "Why", "When", "Whether")
IDIOMS = re.compile(
    r"\b(told|tells|tell|beside|whoever|nobody|goes on|go on|stands|makes no sense|"
    r"has its way|have their way|is no [a-z]+|are no [a-z]+|there is none at all)\b"
)
LONGEST_SUMMARY = 80
LONGEST_FILE = 400


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All nodes of a file's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def docstrings(path: Path) -> list[tuple[str, str]]:
    """The place and the docstring of every module, class and function of a file."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                name = getattr(node, "name", "module")
                line = getattr(node, "lineno", 1)
                found.append((f"{path.relative_to(ROOT)}:{line} {name}", text))
    return found


def summaries(paths: list[Path]) -> list[tuple[str, str]]:
    return [
        (place, text.split("\n\n")[0].strip()) for path in paths for place, text in docstrings(path)
    ]


def listed(found: list[str]) -> str:
    return f"{len(found)} found:\n" + "\n".join(found[:40])


def test_no_summary_begins_with_a_question_word() -> None:
    found = [
        f"{place}: {text}"
        for place, text in summaries([*FILES, *SCRIPTS])
        if text.split()[0].strip(",") in QUESTIONS
    ]
    assert not found, listed(found)


def test_summaries_are_one_line_of_at_most_80_characters() -> None:
    found = [
        f"{place}: {text}"
        for place, text in summaries(FILES)
        if "\n" in text or len(text) > LONGEST_SUMMARY
        # A formula may be all that there is to say.
        if not text.startswith(":math:") and "Protocol" not in text
    ]
    assert not found, listed(found)


def test_docstrings_are_free_of_idioms() -> None:
    found = [
        f"{place}: ...{match[0]}..."
        for path in FILES
        for place, text in docstrings(path)
        if (match := IDIOMS.search(text)) is not None
    ]
    assert not found, listed(found)


def test_texts_are_free_of_idioms() -> None:
    """Messages, help and screens are texts of the code."""
    found = []
    for path in FILES:
        docs = {text for _, text in docstrings(path)}
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                match = IDIOMS.search(node.value)
                head = node.value.strip()[:60]
                if match and not any(head in doc for doc in docs):
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}: {match[0]}")
    assert not found, listed(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
