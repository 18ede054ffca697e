"""Gates of a circuit as methods, exact including the global phase."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Self

from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    Instruction,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.circuits.parameters import AngleLike
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.operators.pauli_sum import PauliSum


class GateMethods(ABC):
    """One method for each gate; each returns the circuit followed by it.

    Controls come first. Angles are radians, parameters' names, `Parameter` or `Angle`.
    """

    @abstractmethod
    def append(self, *instructions: Instruction) -> Self:
        """Return the circuit followed by `instructions`."""

    @abstractmethod
    def _append_built(
        self, build: Callable[..., Iterable[Instruction]], *angles: AngleLike
    ) -> Self:
        """Append the instructions that `build` makes of angles by index."""

    # -- without angles -------------------------------------------------------------------------

    def gate(self, name: str, *qubits: int) -> Self:
        """Append a gate without angles by its name: ``gate("cx", 0, 1)``.

        Raises:
            UnknownNameError: no such gate.
        """
        return self.append(Gate(name, qubits))

    def id(self, qubit: int) -> Self:
        """Append an identity, which does nothing."""
        return self.gate("id", qubit)

    def x(self, qubit: int) -> Self:
        """Append a NOT gate."""
        return self.gate("x", qubit)

    def y(self, qubit: int) -> Self:
        """Append a Pauli Y."""
        return self.gate("y", qubit)

    def z(self, qubit: int) -> Self:
        """Append a Pauli Z."""
        return self.gate("z", qubit)

    def h(self, qubit: int) -> Self:
        """Append a Hadamard gate."""
        return self.gate("h", qubit)

    def s(self, qubit: int) -> Self:
        """Append S = diag(1, i)."""
        return self.gate("s", qubit)

    def sdg(self, qubit: int) -> Self:
        """Append the inverse of S."""
        return self.gate("sdg", qubit)

    def t(self, qubit: int) -> Self:
        r"""Append :math:`T = diag(1, e^{i\pi/4})`."""
        return self.gate("t", qubit)

    def tdg(self, qubit: int) -> Self:
        """Append the inverse of T."""
        return self.gate("tdg", qubit)

    def sx(self, qubit: int) -> Self:
        r"""Append :math:`\sqrt{X} = e^{i\pi/4} R_X(\pi/2)`."""
        return self.gate("sx", qubit)

    def sxdg(self, qubit: int) -> Self:
        """Append the inverse of √X."""
        return self.gate("sxdg", qubit)

    def cx(self, control: int, target: int) -> Self:
        """Append a controlled NOT."""
        return self.gate("cx", control, target)

    def cy(self, control: int, target: int) -> Self:
        """Append a controlled Y."""
        return self.gate("cy", control, target)

    def cz(self, control: int, target: int) -> Self:
        """Append a controlled Z."""
        return self.gate("cz", control, target)

    def swap(self, first: int, second: int) -> Self:
        """Append an exchange of two qubits."""
        return self.gate("swap", first, second)

    def iswap(self, first: int, second: int) -> Self:
        r"""Append :math:`e^{i\pi(XX+YY)/4}`: exchanged, with a factor i."""
        return self.gate("iswap", first, second)

    def ecr(self, first: int, second: int) -> Self:
        r"""Append an echoed cross-resonance gate, :math:`(X I - Y X)/\sqrt 2`."""
        return self.gate("ecr", first, second)

    def ccx(self, first: int, second: int, target: int) -> Self:
        """Append a Toffoli gate, a NOT controlled by two qubits."""
        return self.gate("ccx", first, second, target)

    toffoli = ccx

    # -- rotations ------------------------------------------------------------------------------

    def rotation(self, paulis: str, qubits: Iterable[int], angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta P/2}`: ``rotation("XYZ", (0, 2, 1), 0.3)``.

        Letter k of `paulis` acts on ``qubits[k]``.
        """
        where = tuple(qubits)
        return self._append_built(lambda theta: [PauliRotation(paulis, where, theta)], angle)

    def rx(self, qubit: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta X/2}`."""
        return self.rotation("X", (qubit,), angle)

    def ry(self, qubit: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta Y/2}`."""
        return self.rotation("Y", (qubit,), angle)

    def rz(self, qubit: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta Z/2}`."""
        return self.rotation("Z", (qubit,), angle)

    def rxx(self, first: int, second: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta X X/2}`."""
        return self.rotation("XX", (first, second), angle)

    def ryy(self, first: int, second: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta Y Y/2}`."""
        return self.rotation("YY", (first, second), angle)

    def rzz(self, first: int, second: int, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\theta Z Z/2}`."""
        return self.rotation("ZZ", (first, second), angle)

    def crx(self, control: int, target: int, angle: AngleLike) -> Self:
        r"""Append a controlled :math:`e^{-i\theta X/2}`."""
        return self._controlled("X", control, target, angle)

    def cry(self, control: int, target: int, angle: AngleLike) -> Self:
        r"""Append a controlled :math:`e^{-i\theta Y/2}`."""
        return self._controlled("Y", control, target, angle)

    def crz(self, control: int, target: int, angle: AngleLike) -> Self:
        r"""Append a controlled :math:`e^{-i\theta Z/2}`."""
        return self._controlled("Z", control, target, angle)

    def _controlled(self, pauli: str, control: int, target: int, angle: AngleLike) -> Self:
        """Append half of the rotation, and half with the sign of the control's Z."""

        def halves(theta: Angle) -> list[Instruction]:
            return [
                PauliRotation("Z" + pauli, (control, target), theta * -0.5),
                PauliRotation(pauli, (target,), theta * 0.5),
            ]

        return self._append_built(halves, angle)

    # -- phases ---------------------------------------------------------------------------------

    def p(self, qubit: int, angle: AngleLike) -> Self:
        r"""Append :math:`diag(1, e^{i\theta})`."""
        return self._append_built(lambda theta: [PhaseGate((qubit,), theta)], angle)

    def cp(self, control: int, target: int, angle: AngleLike) -> Self:
        r"""Append :math:`diag(1, 1, 1, e^{i\theta})`."""
        return self._append_built(lambda theta: [PhaseGate((control, target), theta)], angle)

    def u(self, qubit: int, theta: AngleLike, phi: AngleLike, lam: AngleLike) -> Self:
        r"""Append the general gate on one qubit.

        .. math:: U(\theta,\phi,\lambda) = P(\phi)\, R_Y(\theta)\, P(\lambda)
                  = \begin{pmatrix} \cos\frac\theta2 & -e^{i\lambda}\sin\frac\theta2 \\
                    e^{i\phi}\sin\frac\theta2 & e^{i(\phi+\lambda)}\cos\frac\theta2 \end{pmatrix}
        """

        def three(rotation: Angle, after: Angle, before: Angle) -> list[Instruction]:
            return [
                PhaseGate((qubit,), before),
                PauliRotation("Y", (qubit,), rotation),
                PhaseGate((qubit,), after),
            ]

        return self._append_built(three, theta, phi, lam)

    def phase(self, hamiltonian: PauliSum, angle: AngleLike) -> Self:
        r"""Append :math:`e^{-i\gamma H}` of a diagonal Hamiltonian.

        Raises:
            ParameterError: the Hamiltonian is not diagonal or not hermitian.
        """
        if not hamiltonian.is_diagonal or not hamiltonian.is_hermitian(1e-12):
            raise ParameterError(
                argument="hamiltonian",
                expected="a hermitian sum of products of I and Z only",
                remedy="use Pauli rotations for the other terms",
            )
        return self._append_built(lambda gamma: [DiagonalPhase(hamiltonian, gamma)], angle)

    def x_mixer(self, angle: AngleLike, qubits: Iterable[int] | None = None) -> Self:
        r"""Append :math:`e^{+i\beta\sum_q X_q}` on all qubits, or on `qubits`."""
        where = self._all_qubits() if qubits is None else tuple(qubits)
        return self._append_built(lambda beta: [XMixer(where, beta)], angle)

    @abstractmethod
    def _all_qubits(self) -> tuple[int, ...]:
        """Return 0 … n_qubits − 1."""

    # -- excitations ----------------------------------------------------------------------------

    def excitation(
        self,
        created: Iterable[int],
        annihilated: Iterable[int],
        angle: AngleLike,
        *,
        controls: Iterable[int] = (),
        fermionic: bool = True,
        imaginary: bool = False,
    ) -> Self:
        r"""Append :math:`e^{\theta(T - T^\dagger)}`.

        T moves particles from the modes `annihilated` to the modes `created` where the modes
        `controls` are full; a rotation by θ, not θ/2. See `Transition` for the order and signs.

        Args:
            created: modes filled by T.
            annihilated: modes emptied by T.
            angle: θ.
            controls: modes that have to be occupied.
            fermionic: with Jordan–Wigner signs; else a qubit excitation.
            imaginary: :math:`e^{-i\theta(T + T^\dagger)}` instead.
        """
        term = Transition(tuple(created), tuple(annihilated), tuple(controls), fermionic)
        return self._append_built(
            lambda theta: [Excitation(((1.0, term),), theta, imaginary)], angle
        )
