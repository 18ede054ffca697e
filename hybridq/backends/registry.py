"""Backends by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

from hybridq.backends.base import Backend
from hybridq.core.configured import named_or_configured
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.registry import Registry, check_class, lazy

BackendLike: TypeAlias = str | Backend | Mapping[str, Any]
"""The argument `backend`: a name or ``name:target``, a configured backend, or its spec."""

BACKENDS: Registry[type[Backend]] = Registry(
    "backend",
    {
        "embedded": lazy("hybridq.backends.embedded:Embedded"),
        "folder": lazy("hybridq.backends.folder:Folder"),
        "qiskit": lazy("hybridq.backends.qiskit:Qiskit"),
        "ibm": lazy("hybridq.backends.ibm:Ibm"),
        "braket": lazy("hybridq.backends.braket:Braket"),
        "cirq": lazy("hybridq.backends.cirq:Cirq"),
    },
    group="hybridq.backends",
    check=partial(check_class, base=Backend, name_field="name", texts=("summary",)),
)


def resolve_backend(backend: BackendLike, options: Mapping[str, Any] | None = None) -> Backend:
    """Return the configured backend of a text or its description.

    Args:
        backend: a name of `BACKENDS`, alone or with a target after a colon, such as
            ``"folder:jobs"``; a configured backend; or a mapping with ``name`` and options.
        options: further options, for a name.

    Raises:
        UnknownNameError: no backend, or no option of it, has that name.
        ParameterError: a value that is not accepted, or a target where there is none.
    """
    if isinstance(backend, Mapping):
        given = {**backend, **(options or {})}
        name = given.pop("name", given.pop("kind", None))
        if not isinstance(name, str):
            raise ParameterError(argument="backend", value=dict(backend), expected="a name")
        return resolve_backend(name, given)
    chosen = named_or_configured(
        backend,
        Backend,  # type: ignore[type-abstract]
        argument="backend",
        expected="a name of hybridq.backends.BACKENDS, name:target, or a configured backend such "
        "as hybridq.backends.Embedded()",
        made="a backend",
    )
    if not isinstance(chosen, str):
        if options:
            raise ParameterError(
                f"the backend {chosen.name} is already configured",
                argument="backend",
                value=chosen.title,
                remedy=f"give it {', '.join(options)} where it is made",
            )
        return chosen
    name, colon, target = chosen.partition(":")
    try:
        kind = BACKENDS[name]
    except UnknownNameError as error:
        raise error.with_argument("backend") from None
    given = dict(options or {})
    if colon:
        if not kind.target or not target:
            raise ParameterError(
                argument="backend",
                value=backend,
                expected=f"{kind.name}:TARGET" if kind.target else f"{kind.name}, without a target",
            )
        if kind.target in given:
            raise ParameterError(f"the backend {backend} has its {kind.target} twice")
        given[kind.target] = target
    return kind(**given)
