"""Names of nodes and parameters: C identifiers, each used once in a graph."""

from __future__ import annotations

import re

_CPP_WORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const
    constexpr const_cast continue decltype default delete do double dynamic_cast else enum explicit
    export extern false float for friend goto if inline int long main mutable namespace new
    noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename union unsigned using virtual
    void volatile wchar_t while xor xor_eq
"""
_RESERVED = frozenset(_CPP_WORDS.split())


def sanitise(text: str) -> str:
    """Return `text` as a C identifier, e.g. `layer1.0.conv1` as `layer1_0_conv1`.

    Runs of other characters become one underscore; a leading digit gets the prefix `n`, a word
    of C++ a trailing underscore, and a text without letters or digits becomes `node`.
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "node"
    if name[0].isdigit():
        name = f"n{name}"
    return f"{name}_" if name in _RESERVED else name


class UniqueNames:
    """Hands out each name once: `relu`, `relu_1`, `relu_2`."""

    def __init__(self) -> None:
        """Start with no name taken."""
        self._taken: set[str] = set()

    def take(self, text: str) -> str:
        """Return the sanitised `text`, numbered when it was taken before."""
        base = sanitise(text)
        name = base
        number = 0
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
