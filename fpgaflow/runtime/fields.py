"""Reads the fields of a JSON object one by one, and says which one is wrong."""

from __future__ import annotations

from typing import NoReturn, cast

from fpgaflow.errors import InputRefused

SAFE_INTEGER = 2**53


class Fields:
    """One JSON object with the place it stands at, for messages.

    Every reader raises InputRefused, naming the field, where it is missing or of another type.
    """

    def __init__(self, value: object, place: str) -> None:
        """Take a value that must be an object."""
        self._place = place
        if not isinstance(value, dict):
            self.refuse("it is no object")
        self._values = cast("dict[str, object]", value)

    def refuse(self, found: str) -> NoReturn:
        """Raise the error that all readers raise."""
        raise InputRefused(
            f"{self._place}: {found}",
            accepted="a manifest that fpgaflow bundle wrote",
            remedy="make the bundle again, with the version of fpgaflow that reads it",
        )

    def names(self) -> tuple[str, ...]:
        """Return the keys."""
        return tuple(self._values)

    def absent(self, key: str) -> bool:
        """Say whether a key is missing or its value null."""
        return self._values.get(key) is None

    def text(self, key: str) -> str:
        """Return a text."""
        return cast("str", self._typed(key, str, "a text"))

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where the value is null."""
        return None if self._get(key) is None else self.text(key)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of a few texts."""
        value = self.text(key)
        if value not in choices:
            self.refuse(f'{key} is "{value[:40]}", not {" or ".join(choices)}')
        return value

    def whole(self, key: str, *, at_most: int = SAFE_INTEGER) -> int:
        """Return a whole number from 0 to `at_most`."""
        value = cast("int", self._typed(key, int, "a whole number"))
        if not 0 <= value <= at_most:
            self.refuse(f"{key} is {value}, not 0 to {at_most}")
        return value

    def number(self, key: str) -> float:
        """Return a positive number."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            self.refuse(f"{key} is no positive number")
        return float(value)

    def items(self, key: str) -> tuple[object, ...]:
        """Return the items of a list."""
        return tuple(cast("list[object]", self._typed(key, list, "a list")))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        items = self.items(key)
        if not all(isinstance(item, str) for item in items):
            self.refuse(f"{key} holds other things than texts")
        return cast("tuple[str, ...]", items)

    def sizes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers from 1 to 2**20, one to four of them."""
        items = self.items(key)
        good = all(type(item) is int and 1 <= item <= 2**20 for item in items)
        if not good or not 1 <= len(items) <= 4:
            self.refuse(f"{key} is no shape")
        return cast("tuple[int, ...]", items)

    def object(self, key: str) -> Fields:
        """Return an object."""
        return Fields(self._get(key), f"{self._place}, {key}")

    def objects(self, key: str) -> tuple[Fields, ...]:
        """Return a list of objects."""
        items = self.items(key)
        return tuple(
            Fields(item, f"{self._place}, {key}[{number}]") for number, item in enumerate(items)
        )

    def _typed(self, key: str, kind: type, name: str) -> object:
        value = self._get(key)
        if type(value) is not kind:
            self.refuse(f"{key} is not {name}")
        return value

    def _get(self, key: str) -> object:
        if key not in self._values:
            self.refuse(f"{key} is missing")
        return self._values[key]
