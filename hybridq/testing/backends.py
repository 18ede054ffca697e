"""The contract of backends, held against exact distributions of small circuits."""

from __future__ import annotations

import dataclasses

import numpy as np

from hybridq.backends import Backend, Execution, Ledger, Status, execute
from hybridq.circuits.circuit import Circuit
from hybridq.testing.contract import require

_SHOTS = 2000
_ERRORS = 5.0  # standard errors


def check_backend(backend: Backend, *, exact: bool = True) -> None:
    """Hold a configured backend against circuits with known outcomes.

    Checked are names, the way from its description back to it, the canary, the order of bits, the
    distribution of a small circuit (five standard errors), the tag by which a job is found, and
    that a repeated execution is not submitted again. Where results come by hand, only what can be
    checked before they are there.

    Args:
        backend: the configuration.
        exact: whether it is free of noise; otherwise distributions are not checked.

    Raises:
        ContractError: a promise is broken.
    """
    name = type(backend).__name__
    for promise in ("name", "summary"):
        text = getattr(backend, promise, None)
        require(isinstance(text, str) and bool(text), f"{name}.{promise} must be a text")
    require(dataclasses.is_dataclass(backend), f"{name} must be a dataclass")
    fields = [each.name for each in dataclasses.fields(backend)]
    target = backend.target
    require(not target or target in fields, f"{name}.target must be one of its options")
    objects = [getattr(backend, each) for each in backend.objects]
    if all(each is None for each in objects) and isinstance(
        getattr(backend, target, None) if target else None, str | None
    ):
        made = type(backend)(**{k: v for k, v in backend.spec.items() if k != "name"})
        require(made.identity == backend.identity, f"{name} changes when made of its spec")
    connection = backend.connect()
    circuit = Circuit(3).x(0).h(1).ry(2, "theta").cx(1, 2)
    run = Execution(circuit, (0.8,), _SHOTS)
    compiled = connection.compile(circuit)
    require(compiled.two_qubit_gates >= 1, f"{name} compiles a CX away")
    if not connection.capabilities.waits:
        _check_tag(backend, run)
        return
    with Ledger(":memory:") as ledger:
        outcome = execute(backend, [run], ledger=ledger)
        (bits,) = outcome.bits
        require(bits.shape == (_SHOTS, 3), f"{name} returns bits of shape {bits.shape}")
        require(bits.dtype == np.uint8, f"{name} returns bits of type {bits.dtype}")
        require(bool(np.isin(bits, (0, 1)).all()), f"{name} returns bits other than 0 and 1")
        again = execute(backend, [run], ledger=ledger)
        same = again.executions == 0 and np.array_equal(again.bits[0], bits)
        require(same, f"{name}: an execution in the ledger is submitted again")
    if not exact:
        require(bits[:, 0].mean() > 0.5, f"{name}: column 0 is not qubit 0")
        return
    chances = circuit.probabilities(x=[0.8])
    found = np.bincount(bits @ [1, 2, 4], minlength=8) / _SHOTS
    allowed = _ERRORS * np.sqrt(chances * (1.0 - chances) / _SHOTS) + 1e-9
    far = np.flatnonzero(np.abs(found - chances) > allowed)
    require(
        not far.size,
        f"{name}: the outcome {far[:1]} of a circuit has the share {found[far[:1]]} and the "
        f"probability {chances[far[:1]]}",
    )
    _check_tag(backend, run)


def _check_tag(backend: Backend, run: Execution) -> None:
    """Raise unless a submitted batch is found by its tag, and others are not."""
    name, connection = type(backend).__name__, backend.connect()
    tag = "hybridq-contract"
    require(connection.find(tag) == [], f"{name} finds a job of a tag before it is submitted")
    job = connection.submit([run], tag)
    require(connection.find(tag) == [job], f"{name} does not find a job by its tag")
    require(connection.find("hybridq-other") == [], f"{name} finds jobs of other tags")
    require(connection.status(job) is not Status.UNKNOWN, f"{name} does not know its own job")
