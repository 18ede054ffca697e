"""Packages whose names are loaded when first used."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "lazy_toy"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from hybridq.core.lazy_names import lazy_names\n"
        "__getattr__, __dir__ = lazy_names(__name__, {'one': 'part', 'uno': 'part:one'})\n"
    )
    (folder / "part.py").write_text("one = [1]\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("lazy_toy")
    for name in ("lazy_toy", "lazy_toy.part"):
        sys.modules.pop(name, None)


def test_a_name_is_loaded_when_it_is_used_and_once(package):
    assert "lazy_toy.part" not in sys.modules
    assert package.uno is package.one
    assert vars(package)["one"] == [1]


def test_all_names_are_listed_before_they_are_loaded(package):
    assert {"one", "uno"} <= set(dir(package))
    assert "lazy_toy.part" not in sys.modules


def test_other_names_are_an_attribute_error(package):
    with pytest.raises(AttributeError, match="module 'lazy_toy' has no attribute 'two'"):
        package.two  # noqa: B018
