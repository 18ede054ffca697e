"""Registries: names, lazy entries, and entries of other packages, good and broken ones."""

from __future__ import annotations

import math
import sys
import types
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from hybridq.core import registry
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.registry import PluginWarning, Registry, lazy

GROUP = "hybridq.tests"


def made(**entries) -> Registry[object]:
    def check(name: str, entry: object) -> None:
        if not isinstance(entry, int):
            raise ParameterError(argument=name, value=entry, expected="an integer")

    return Registry(
        "number", entries or {"one": 1}, aliases={"uno": "one"}, group=GROUP, check=check
    )


@pytest.fixture
def plugins(monkeypatch):
    """Pretend that other packages declare entry points, each given as a name and a value."""
    module = types.ModuleType("other_package")
    module.two, module.text = 2, "two"
    monkeypatch.setitem(sys.modules, "other_package", module)

    def declare(*pairs):
        points = EntryPoints(EntryPoint(name, value, GROUP) for name, value in pairs)
        monkeypatch.setattr(registry, "_installed", lambda: points)

    return declare


def test_names_are_plain_and_misses_offer_the_nearest():
    found = made(**{"one": 1, "twenty-one": 21})
    assert found[" ONE "] == found["uno"] == 1
    assert found["Twenty_One"] == 21
    with pytest.raises(UnknownNameError, match="did you mean 'twenty-one'") as caught:
        found["twenty-on"]
    assert (caught.value.argument, caught.value.value) == ("number", "twenty-on")


def test_lazy_entries_are_imported_when_they_are_used():
    found = Registry("function", {"sqrt": lazy("math:sqrt"), "never": lazy("no_such_module:x")})
    assert found["sqrt"](9.0) == 3.0
    assert list(found) == ["sqrt", "never"]


def test_lazy_entries_are_wrapped_like_those_of_other_packages():
    found = Registry("function", {"sqrt": lazy("math:sqrt")}, wrap=lambda function: (function,))
    assert found["sqrt"] == (math.sqrt,)
    assert found["sqrt"] is found["sqrt"]


def test_entries_of_other_packages_join(plugins):
    plugins(("two", "other_package:two"))
    found = made()
    assert "two" in found
    assert found["two"] == 2
    assert list(found) == ["one", "two"]
    assert repr(found) == "<Registry of number: one, two>"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("absent", "no_such_package:x", "ModuleNotFoundError"),
        ("missing", "other_package:nothing", "AttributeError"),
        ("text", "other_package:text", "text must be an integer, got 'two'"),
    ],
)
def test_a_broken_entry_is_named_in_one_line_and_disturbs_no_other(plugins, name, value, why):
    plugins((name, value), ("two", "other_package:two"))
    found = made()
    with pytest.warns(PluginWarning, match=why) as warned:
        assert list(found) == ["one", "two"]
    assert len(warned) == 1
    assert "\n" not in str(warned[0].message)
    assert found["two"] == 2
    assert name in found.left_out
    with pytest.raises(UnknownNameError, match="left out"):
        found[name]


def test_a_name_that_is_taken_stays_with_its_first_owner(plugins):
    plugins(
        ("one", "other_package:two"), ("uno", "other_package:two"), ("two", "other_package:two")
    )
    found = made()
    with pytest.warns(PluginWarning, match="taken by hybridq"):
        assert list(found) == ["one", "two"]
    assert found["one"] == found["uno"] == 1


def test_two_packages_with_one_name_are_reported(plugins):
    plugins(("two", "other_package:two"), ("two", "other_package:text"))
    with pytest.warns(PluginWarning, match="taken by other_package:two"):
        assert made()["two"] == 2
