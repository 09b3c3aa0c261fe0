"""Which channels live and die together: disjoint sets of channel numbers.

Every output channel of a layer that mixes channels gets a number, an *atom*. A residual addition
joins atoms. What can never be removed has an atom with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

INPUT = "the network's input"


class Mismatch(Exception):
    """Channels that do not belong together meet; the text says where."""


class Atoms:
    """Disjoint sets of atoms."""

    def __init__(self) -> None:
        self._parents: list[int] = []
        self._fixed: dict[str, int] = {}
        self._blocked: dict[int, str] = {}

    def fresh(self, source: str, count: int) -> Tensor:
        """Return int64 [count] of new atoms; `source` is the layer or pad that makes them."""
        first = len(self._parents)
        self._parents += range(first, first + count)
        return torch.arange(first, first + count)

    def fixed(self, reason: str) -> int:
        """Return the one atom of channels that stay for this reason."""
        if reason not in self._fixed:
            atom = int(self.fresh(reason, 1))
            self._fixed[reason] = atom
            self._blocked[atom] = reason
        return self._fixed[reason]

    def block(self, atoms: Tensor, reason: str) -> None:
        """Say why these atoms stay."""
        for atom in atoms.unique().tolist():
            self._blocked.setdefault(int(atom), reason)

    def join(self, first: Tensor, second: Tensor) -> None:
        """Make the atoms of two tensors of the same shape live and die together, one by one."""
        pairs = torch.stack((first.flatten(), second.flatten()), 1).unique(dim=0)
        for one, other in pairs.tolist():
            low, high = sorted((self.root(int(one)), self.root(int(other))))
            self._parents[high] = low

    def root(self, atom: int) -> int:
        """Return the first atom of the set."""
        while self._parents[atom] != atom:
            self._parents[atom] = self._parents[self._parents[atom]]
            atom = self._parents[atom]
        return atom

    def roots(self) -> Tensor:
        """Return int64 [atoms], each atom's set."""
        return torch.tensor([self.root(atom) for atom in range(len(self._parents))])

    def blocked(self) -> dict[int, str]:
        """Return the reason of each set that stays, by its first atom; the first reason counts."""
        reasons: dict[int, str] = {}
        for atom, reason in self._blocked.items():
            reasons.setdefault(self.root(atom), reason)
        return reasons


class KeptAtoms(Atoms):
    """The atoms of a network after surgery: those of the original that were kept, and no others.

    Args:
        original: of the network before.
        kept: by source, the atoms that are left.
    """

    def __init__(self, original: Atoms, kept: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._original = original
        self._roots = original.roots()
        self._kept = kept

    def fresh(self, source: str, count: int) -> Tensor:
        """Return the atoms that the source kept."""
        atoms = self._kept[source]
        if len(atoms) != count:
            raise Mismatch(f"{count} channels instead of the {len(atoms)} that are left")
        return atoms

    def fixed(self, reason: str) -> int:
        """Return the original's atom."""
        return self._original.fixed(reason)

    def block(self, atoms: Tensor, reason: str) -> None:
        """Do nothing: the original knows."""

    def join(self, first: Tensor, second: Tensor) -> None:
        """Check that the atoms were joined before."""
        if not torch.equal(self._roots[first.flatten()], self._roots[second.flatten()]):
            raise Mismatch("other channels meet than before")
