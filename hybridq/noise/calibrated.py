r"""Noise models of device snapshots.

Each gate has depolarizing noise, then thermal relaxation for its duration, of such a strength that
the average gate fidelity is 1 − the reported error. With the fidelity :math:`F_r` of the relaxation
alone and d = 2**n,

.. math:: \lambda = \frac{d (F_r - F)}{d F_r - 1}

Where the relaxation alone is worse than the report, its time is shortened until it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scipy.optimize import brentq

from hybridq.core.errors import ParameterError
from hybridq.noise.base import Channel
from hybridq.noise.calibration import GateCalibration, QubitCalibration
from hybridq.noise.channels import Depolarizing
from hybridq.noise.idle import Idle, relaxation
from hybridq.noise.measurement import Readout
from hybridq.noise.model import NoiseModel
from hybridq.noise.qubitwise import QubitwiseChannel
from hybridq.noise.rules import Rule, check_flag
from hybridq.noise.snapshot import DeviceSnapshot

Channels = tuple[Channel, ...]

_REFUSE, _MEDIAN = UNCOUPLED = ("refuse", "median")
_PHASES = ("rz", "p", "z", "s", "sdg", "t", "tdg")
_LIKE_CX = ("cx", "cz", "cy")
# Two-qubit gates of devices of which one makes a CX; others, such as a square root of iSWAP, make
# it in pairs, and two of either make any controlled phase.
_ONE_FOR_CX = frozenset((*_LIKE_CX, "ecr", "csx", "rzz", "rxx", "ryy", "rzx", "zz", "xx", "ms"))


def model_of(
    snapshot: DeviceSnapshot,
    qubits: Sequence[int] | None = None,
    *,
    uncoupled: str = _REFUSE,
    clip_t2: bool = False,
    readout: bool = True,
    idle: bool = True,
) -> NoiseModel:
    """Return the noise model of a device; see `NoiseModel.from_snapshot`.

    Raises:
        ParameterError: an argument of another form, T2 > 2 T1, or a readout that was not reported.
        DimensionError: a qubit that the device does not have.
    """
    if not isinstance(snapshot, DeviceSnapshot):
        raise ParameterError(argument="snapshot", value=snapshot, expected="a DeviceSnapshot")
    if uncoupled not in UNCOUPLED:
        raise ParameterError(
            argument="uncoupled", value=uncoupled, expected=" or ".join(map(repr, UNCOUPLED))
        )
    names = range(snapshot.n_qubits) if qubits is None else qubits
    device = snapshot if qubits is None else snapshot.part(qubits)
    check_flag("clip_t2", clip_t2)
    check_flag("readout", readout)
    check_flag("idle", idle)
    if clip_t2:
        device = device.clipped()
    _check_relaxation(device, names)
    free = _free_phases(device)
    rules = [
        *([Rule(None, gates=_PHASES, qubits=free)] if free else []),
        *(rule for qubit in range(device.n_qubits) for rule in _one_qubit_rules(device, qubit)),
        *(rule for pair in device.coupling for rule in _pair_rules(device, pair)),
    ]
    other: Channels = ()
    time = 0.0
    if uncoupled == _MEDIAN:
        other, time, more = _median_noise(device)
        rules += more
    return NoiseModel(
        two_qubit=other,
        two_qubit_time=time,
        idle=_idle(device) if idle else (),
        readout=_readouts(device, names) if readout else (),
        rules=tuple(rules),
        n_qubits=device.n_qubits,
        strict=True,
    )


def gate_noise(gate: GateCalibration, qubits: Sequence[QubitCalibration]) -> Channels | None:
    """Return the noise of a gate, first applied first; see this module's formula.

    A qubit without T1 has no relaxation, one without T2 no loss of phase beyond that of T1. A gate
    without a reported error has the relaxation alone.

    Args:
        gate: its error and duration.
        qubits: the calibration of each of its qubits, in its order.

    Returns:
        None where nothing is known, or where the error is that of random results or more, as of
        gates that are out of order.
    """
    timed = gate.duration and any(each.t1 or each.t2 for each in qubits)
    if gate.error is None:
        return _relaxation(qubits, gate.duration or 0.0) if timed else None
    dimension, fidelity = 1 << len(qubits), 1.0 - gate.error
    if fidelity <= 1.0 / dimension:
        return None
    relaxed: Channels = ()
    reached = 1.0
    if timed and gate.duration:
        relaxed = _relaxation(qubits, gate.duration)
        reached = _fidelity(relaxed, len(qubits))
        if reached <= fidelity:
            return _shortened(qubits, gate.duration, fidelity)
    strength = dimension * (reached - fidelity) / (dimension * reached - 1.0)
    depolarized = (Depolarizing(min(max(strength, 0.0), 1.0)),) if strength > 0.0 else ()
    return (*depolarized, *relaxed)


def _shortened(qubits: Sequence[QubitCalibration], time: float, fidelity: float) -> Channels:
    """Return the relaxation of the average fidelity, for a shorter time."""
    if fidelity >= 1.0:
        return ()

    def excess(share: float) -> float:
        return _fidelity(_relaxation(qubits, share * time), len(qubits)) - fidelity

    share = 1.0 if excess(1.0) >= 0.0 else brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14)
    return _relaxation(qubits, share * time)


def _relaxation(qubits: Sequence[QubitCalibration], time: float) -> Channels:
    """Return the relaxation of each of one or two qubits."""
    each = [relaxation(qubit.t1, qubit.t2, time) for qubit in qubits]
    if len(each) == 1 or each[0] == each[1]:
        return (each[0],)
    return (QubitwiseChannel(tuple(each)),)


def _fidelity(channels: Channels, n_qubits: int) -> float:
    """Return the average gate fidelity of one channel."""
    (channel,) = channels
    return channel.average_fidelity(n_qubits)


def _free_phases(device: DeviceSnapshot) -> tuple[tuple[int], ...]:
    """Return the qubits with perfect phases, whose rz has no time and no error."""
    gates = ((qubit, device.gate("rz", (qubit,))) for qubit in range(device.n_qubits))
    return tuple((q,) for q, rz in gates if rz is not None and not rz.error and not rz.duration)


def _one_qubit_rules(device: DeviceSnapshot, qubit: int) -> Iterable[Rule]:
    """Yield rules of gates on a qubit: those of the device, then all others."""
    known = {
        gate.name: noise
        for gate in device.gates_on(qubit)
        if not (gate.name in _PHASES and not gate.error and not gate.duration)
        and (noise := gate_noise(gate, [device.qubits[qubit]])) is not None
    }
    if not known:
        return
    # A gate that the device does not have takes at least one of its own, the worst by the report.
    worst = max(
        (name for name in known if name != "id"),
        key=lambda name: getattr(device.gate(name, (qubit,)), "error", None) or 0.0,
        default="id",
    )
    times = {name: _duration(device.gate(name, (qubit,))) for name in known}
    for name, noise in known.items():
        if (noise, times[name]) != (known[worst], times[worst]):
            yield Rule(noise, gates=(name,), qubits=((qubit,),), duration=times[name])
    if "id" not in known:  # nothing is done
        yield Rule(None, gates=("id",), qubits=((qubit,),))
    yield Rule(known[worst], qubits=((qubit,),), duration=times[worst])


def _pair_rules(device: DeviceSnapshot, pair: tuple[int, int]) -> Iterable[Rule]:
    """Yield rules of gates on a coupled pair, in either order of its qubits."""
    found = [gate for gate in device.gates_on(*pair) if _noise_on(device, gate, pair) is not None]
    if not found:
        return
    best = _best(found)
    for order in (pair, pair[::-1]):
        own = {gate.name: gate for gate in found}
        own |= {gate.name: gate for gate in found if gate.qubits == order}
        noise = {name: _noise_on(device, gate, order) or () for name, gate in own.items()}
        one, time = noise[best], _duration(own[best])
        for name in noise:
            mine = _duration(own[name])
            if name not in _LIKE_CX or (noise[name], mine) != (one, time):
                yield Rule(noise[name], gates=(name,), qubits=(order,), ordered=True, duration=mine)
        for gates, times in ((_LIKE_CX, _for_cx(best)), (("swap",), 3), (None, 2)):
            yield Rule(one, gates=gates, qubits=(order,), ordered=True, times=times, duration=time)


def _best(gates: Sequence[GateCalibration]) -> str:
    """Return the name of the gate that makes others: the fewest, then the best."""
    return min(gates, key=lambda gate: (_for_cx(gate.name), gate.error or 0.0)).name


def _for_cx(name: str) -> int:
    """Return how many gates of a device make a CX, at best."""
    return 1 if name in _ONE_FOR_CX else 2


def _noise_on(
    device: DeviceSnapshot, gate: GateCalibration, order: tuple[int, int]
) -> Channels | None:
    """Return the noise of a gate on a pair, for qubits in the given order."""
    return gate_noise(gate, [device.qubits[qubit] for qubit in order])


def _median_noise(device: DeviceSnapshot) -> tuple[Channels, float, list[Rule]]:
    """Return noise and time of the median pair, and rules of cheaper and dearer gates.

    Raises:
        ParameterError: the device has no two-qubit gate whose error is known.
    """
    usable = [
        gate
        for gate in device.gates
        if len(gate.qubits) == 2
        and gate.error is not None
        and _noise_on(device, gate, _pair(gate)) is not None
    ]
    if not usable:
        raise ParameterError(
            argument="uncoupled",
            value=_MEDIAN,
            expected=repr(_REFUSE),
            remedy="the device has no two-qubit gate whose error is reported",
        )
    best = _best(usable)
    by_error = sorted((gate for gate in usable if gate.name == best), key=_error)
    middle = by_error[(len(by_error) - 1) // 2]
    noise = _noise_on(device, middle, _pair(middle)) or (Depolarizing(0.0),)
    time = _duration(middle)
    counts = ((_LIKE_CX, _for_cx(best)), (("swap",), 3))
    rules = [Rule(noise, gates=gates, times=times, duration=time) for gates, times in counts]
    return noise * 2, 2 * time, rules


def _duration(gate: GateCalibration | None) -> float:
    """Return the duration of a gate, 0 where none was reported."""
    return (gate.duration if gate else None) or 0.0


def _idle(device: DeviceSnapshot) -> tuple[Idle, ...]:
    """Return the relaxation of each qubit that waits."""
    return tuple(
        Idle(each.t1, each.t2, qubits=(qubit,))
        for qubit, each in enumerate(device.qubits)
        if each.t1 or each.t2
    )


def _pair(gate: GateCalibration) -> tuple[int, int]:
    """Return the qubits of a gate on two."""
    first, second = gate.qubits
    return first, second


def _error(gate: GateCalibration) -> float:
    """Return the error of a gate, 0 where none was reported."""
    return gate.error or 0.0


def _readouts(device: DeviceSnapshot, names: Sequence[int]) -> tuple[Readout, ...]:
    """Return the readout of each qubit.

    Raises:
        ParameterError: it was not reported for some; the message names them.
    """
    _check_each(
        device,
        names,
        lambda each: each.p10 is None or each.p01 is None,
        "the snapshot reports no readout errors",
        "add p10 and p01, choose other qubits, or leave readout errors out (readout=False)",
    )
    numbers: list[Any] = [(each.p10, each.p01) for each in device.qubits]
    return tuple(Readout(p10, p01, (qubit,)) for qubit, (p10, p01) in enumerate(numbers))


def _check_relaxation(device: DeviceSnapshot, names: Sequence[int]) -> None:
    """Raise for qubits with T2 > 2 T1; the message names them.

    Raises:
        ParameterError: there are some.
    """
    _check_each(
        device,
        names,
        lambda each: each.has_impossible_t2,
        "t2 is above 2 t1, which no channel has",
        "choose other qubits, or set t2 to 2 t1 there (clip_t2=True)",
    )


def _check_each(
    device: DeviceSnapshot,
    names: Sequence[int],
    wrong: Callable[[QubitCalibration], bool],
    what: str,
    remedy: str,
) -> None:
    """Raise for qubits of which something is wrong.

    Raises:
        ParameterError: there are some.
    """
    found = [name for name, each in zip(names, device.qubits, strict=True) if wrong(each)]
    if found:
        plural = "qubit" if len(found) == 1 else "qubits"
        listed = ", ".join(map(str, found[:10])) + (" and more" if len(found) > 10 else "")
        raise ParameterError(
            f"{plural} {listed} of {device.name}: {what}", argument="snapshot", remedy=remedy
        )
