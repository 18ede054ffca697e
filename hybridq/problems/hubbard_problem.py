"""The ground state of a Hubbard model with given numbers of electrons."""

from __future__ import annotations

from typing import Any

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError
from hybridq.operators.hubbard import HubbardModel
from hybridq.problems.hamiltonian_problem import HamiltonianProblem


class HubbardProblem(HamiltonianProblem):
    """The lowest energy of a Hubbard model with N_α and N_β electrons.

    Args:
        model: the model; its modes are spin-blocked.
        n_alpha: spin-up electrons; half filling by default, rounded up.
        n_beta: spin-down electrons; half filling by default, rounded down.
        name: what to call it; its size by default.

    Raises:
        ParameterError: that many electrons do not fit on the sites.
    """

    model: HubbardModel

    def __init__(
        self,
        model: HubbardModel,
        n_alpha: int | None = None,
        n_beta: int | None = None,
        *,
        name: str | None = None,
    ) -> None:
        sites = model.n_sites
        self.model = model
        self.n_alpha = (sites + 1) // 2 if n_alpha is None else n_alpha
        self.n_beta = sites // 2 if n_beta is None else n_beta
        for what, count in (("n_alpha", self.n_alpha), ("n_beta", self.n_beta)):
            if not is_whole(count) or not 0 <= count <= sites:
                raise ParameterError(
                    f"{what}={count!r} electrons do not fit on {sites} sites: give 0 to {sites}"
                )
        super().__init__(model.hamiltonian, name=name or f"Hubbard model of {sites} sites")

    @property
    def particles(self) -> tuple[int, int]:
        """(n_alpha, n_beta)."""
        return self.n_alpha, self.n_beta

    @property
    def n_orbitals(self) -> int:
        """Number of sites."""
        return self.model.n_sites

    def describe(self) -> dict[str, Any]:
        """As for every Hamiltonian, and ``n_alpha``, ``n_beta``, ``t``, ``U`` and ``mu``."""
        own = {"n_alpha": self.n_alpha, "n_beta": self.n_beta}
        model = self.model
        return {**super().describe(), **own, "t": model.t, "U": model.U, "mu": model.mu}
