"""Instances that come with hybridq, by name: ``hq.datasets.load("florentine")``.

They are the files of the repository's folder ``problems/``, which the wheel carries. Each folder
has a README.md with sources, licences and best known values. A file is read when it is asked for.
On the command line, ``dataset:florentine`` takes the place of a file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hybridq.core.errors import HybridqError, ParameterError, UnknownNameError
from hybridq.problems import PROBLEMS
from hybridq.problems.problem import Problem

# In an installed package, and in a checkout.
_FOLDERS = (Path(__file__).with_name("instances"), Path(__file__).parents[2] / "problems")
_FAMILIES = {"hamiltonians": "hamiltonian", "molecules": "molecule"}
"""Families of the folders that are not named after theirs."""
_BESIDES = ("README.md", "index.json", "make_instances.py")


def names(family: str | None = None) -> tuple[str, ...]:
    """Return the names of all instances, as ``"maxcut/florentine"``, sorted.

    The part after the slash is the file's name, with its ending where only that differs.

    Args:
        family: a name in `PROBLEMS`, to return those of this family only; all by default.

    Raises:
        UnknownNameError: no family has that name.
    """
    if family is None:
        return tuple(_files())
    kind = PROBLEMS.canonical(family)
    return tuple(name for name in _files() if name.startswith(f"{kind}/"))


def path(name: str) -> Path:
    """Return the file of an instance, for readers that take a path.

    Args:
        name: one of `names`, or its part after the slash where one family only has it.

    Raises:
        UnknownNameError: no instance has that name; the nearest is offered.
        ParameterError: instances of several families have it.
    """
    return _files()[_full(name)]


def load(name: str, **options: Any) -> Problem:
    """Return an instance as a problem of its family, named after its file.

    Args:
        name: one of `names`, or its part after the slash where one family only has it:
            ``"florentine"``.
        options: of the family, such as ``colors=4``.

    Raises:
        UnknownNameError: no instance has that name, or no option of the family.
        ParameterError: instances of several families have it.

    Example:
        ``hq.solve(hq.datasets.load("florentine"), p=3, rng=7)``
    """
    full = _full(name)
    return PROBLEMS[full.partition("/")[0]].from_file(_files()[full], **options)


def _full(name: str) -> str:
    """Return the name with its family."""
    files = _files()
    if name in files:
        return name
    found = [full for full in files if full.partition("/")[2] == name]
    if len(found) > 1:
        raise ParameterError(
            argument="name",
            value=name,
            expected="the name of one instance",
            remedy=f"choose from {', '.join(found)}",
        )
    if not found:
        known = files if "/" in name else {full.partition("/")[2] for full in files}
        raise UnknownNameError("dataset", name, known, argument="name")
    return found[0]


@cache
def _files() -> dict[str, Path]:
    """Return the file of each name, names sorted."""
    root = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    if root is None:
        raise HybridqError(
            f"the instances are missing: {_FOLDERS[0]} does not exist, install hybridq again"
        )
    found: dict[str, Path] = {}
    for folder in sorted(each for each in root.iterdir() if each.is_dir()):
        kind = PROBLEMS.canonical(_FAMILIES.get(folder.name, folder.name))
        files = [each for each in folder.iterdir() if each.name not in _BESIDES]
        stems = [each.stem for each in files]
        for file in files:
            short = file.stem if stems.count(file.stem) == 1 else file.name
            found[f"{kind}/{short}"] = file
    return dict(sorted(found.items()))
