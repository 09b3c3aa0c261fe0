"""What a compression removed, why, and from which file: enough to do it again.

A plan's steps are applied one after the other; channel numbers are those of the network as the
steps before left it. Weights are not part of it: on the original it gives the same architecture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, cast, get_args

from fpgaflow.errors import InputRefused

SCHEMA = 1
MAX_BYTES = 64 << 20

Method = Literal["prune", "slim", "fuse", "compress", "control"]
Setting = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The network that was compressed.

    Attributes:
        file: the name of its file.
        sha256: of the file's bytes, hexadecimal.
        architecture: what it was recognised as.
        input_shape: (channels, height, width) of one image, of a clip with frames in front.
    """

    file: str
    sha256: str
    architecture: str
    input_shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A network in three numbers.

    Attributes:
        accuracy: on the validation images, from 0 to 1.
        macs: multiply-accumulates of convolutions and linear layers for one image.
        parameters: trained numbers.
    """

    accuracy: float
    macs: int
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChannels:
    """What stays of a group of coupled channels.

    Attributes:
        group: the group's name, its leading layer's path.
        before: how many channels it had.
        kept: which of them stay, in order.
    """

    group: str
    before: int
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStep:
    """Channels were removed; `why` says by which rule."""

    groups: tuple[KeptChannels, ...]
    why: str

    @property
    def keep(self) -> dict[str, tuple[int, ...]]:
        """The channels that stay, by group."""
        return {group.group: group.kept for group in self.groups}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStep:
    """A block was removed; `why` says by which rule."""

    block: str
    why: str


Step = ChannelStep | BlockStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A compression.

    Attributes:
        method: the command.
        source: what it started from.
        settings: every option by name.
        steps: what was removed, in order.
        before: the network as given.
        after: the result, fine-tuned.
    """

    method: Method
    source: Source
    settings: Mapping[str, Setting]
    steps: tuple[Step, ...]
    before: Figures
    after: Figures


def channel_step(
    keep: Mapping[str, Sequence[int]], channels: Mapping[str, int], why: str
) -> ChannelStep:
    """Return the step that leaves of each group in `keep` only those of its `channels`."""
    groups = tuple(
        KeptChannels(group=name, before=channels[name], kept=tuple(kept))
        for name, kept in keep.items()
    )
    return ChannelStep(groups=groups, why=why)


def plan_json(plan: Plan) -> str:
    """Return the file's text; the same plan gives the same bytes."""
    source, settings = plan.source, plan.settings
    held = {
        "schema": SCHEMA,
        "method": plan.method,
        "source": {
            "file": source.file,
            "sha256": source.sha256,
            "architecture": source.architecture,
            "input_shape": list(source.input_shape),
        },
        "settings": dict(settings),
        "before": _figures_json(plan.before),
        "after": _figures_json(plan.after),
        "steps": [_step_json(step) for step in plan.steps],
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _figures_json(figures: Figures) -> dict[str, Setting]:
    return {
        "accuracy": figures.accuracy,
        "macs": figures.macs,
        "parameters": figures.parameters,
    }


def _step_json(step: Step) -> dict[str, object]:
    if isinstance(step, BlockStep):
        return {"remove": "block", "block": step.block, "why": step.why}
    groups = [
        # A list of numbers as one text keeps the file readable.
        {"group": g.group, "before": g.before, "kept": " ".join(map(str, g.kept))}
        for g in step.groups
    ]
    return {"remove": "channels", "groups": groups, "why": step.why}


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        InputRefused: it cannot be read, is damaged, or has another schema.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"{path}: {error.strerror}", accepted="a NAME.plan.json that fpgaflow wrote"
        ) from error
    if len(data) > MAX_BYTES:
        raise InputRefused(f"{path} is larger than {MAX_BYTES} bytes", accepted="a plan file")
    try:
        held: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{path} is no JSON file: {error}", accepted="a NAME.plan.json that fpgaflow wrote"
        ) from error
    return _Reader(path).plan(held)


class _Reader:
    """Builds a plan, checking every value."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def plan(self, held: object) -> Plan:
        schema = cast("dict[str, object]", held).get("schema") if isinstance(held, dict) else None
        if schema != SCHEMA:
            self._refuse(f"the schema is {schema!r}", f"schema {SCHEMA}")
        top = self._object(held, "the plan")
        method = self._text(top, "method")
        if method not in get_args(Method):
            self._refuse(f"method is {method!r}", ", ".join(get_args(Method)))
        steps = top.get("steps")
        if not isinstance(steps, list):
            self._refuse("steps is missing or no list", "a list of steps")
        return Plan(
            method=cast(Method, method),
            source=self._source(self._object(top.get("source"), "source")),
            settings=self._settings(self._object(top.get("settings"), "settings")),
            steps=tuple(
                self._step(self._object(step, f"steps[{number}]"))
                for number, step in enumerate(cast("list[object]", steps))
            ),
            before=self._figures(self._object(top.get("before"), "before")),
            after=self._figures(self._object(top.get("after"), "after")),
        )

    def _source(self, held: dict[str, object]) -> Source:
        shape = held.get("input_shape")
        sizes = cast("list[object]", shape) if isinstance(shape, list) else []
        if len(sizes) not in (3, 4) or not all(type(size) is int and size > 0 for size in sizes):
            self._refuse(
                "input_shape is no list of three or four sizes",
                "channels, height, width, of clips with frames in front",
            )
        return Source(
            file=self._text(held, "file"),
            sha256=self._text(held, "sha256"),
            architecture=self._text(held, "architecture"),
            input_shape=cast("tuple[int, ...]", tuple(sizes)),
        )

    def _settings(self, held: dict[str, object]) -> dict[str, Setting]:
        for name, value in held.items():
            if value is not None and not isinstance(value, (bool, int, float, str)):
                self._refuse(f"the setting {name!r} is no plain value", "a number or a text")
        return cast("dict[str, Setting]", held)

    def _figures(self, held: dict[str, object]) -> Figures:
        accuracy = held.get("accuracy")
        if not isinstance(accuracy, (int, float)):
            self._refuse("accuracy is missing or no number", "from 0 to 1")
        return Figures(
            accuracy=float(accuracy),
            macs=self._count(held, "macs"),
            parameters=self._count(held, "parameters"),
        )

    def _step(self, held: dict[str, object]) -> Step:
        kind = self._text(held, "remove")
        if kind == "block":
            return BlockStep(block=self._text(held, "block"), why=self._text(held, "why"))
        groups = held.get("groups")
        if kind != "channels" or not isinstance(groups, list):
            self._refuse(f"a step removes {kind!r}", "channels with groups, or block")
        return ChannelStep(
            groups=tuple(
                self._group(self._object(group, "a group"))
                for group in cast("list[object]", groups)
            ),
            why=self._text(held, "why"),
        )

    def _group(self, held: dict[str, object]) -> KeptChannels:
        name, before = self._text(held, "group"), self._count(held, "before")
        words = self._text(held, "kept").split()
        kept = tuple(int(word) for word in words if word.isdecimal() and len(word) < 10)
        if len(kept) != len(words) or list(kept) != sorted(set(kept)) or not kept:
            self._refuse(f"kept of {name!r} is {held['kept']!r}", "channel numbers that rise")
        if kept[-1] >= before:
            self._refuse(f"{name!r} keeps channel {kept[-1]}", f"0 to {before - 1}")
        return KeptChannels(group=name, before=before, kept=kept)

    def _object(self, held: object, name: str) -> dict[str, object]:
        if not isinstance(held, dict):
            self._refuse(f"{name} is missing or no object", "an object")
        return cast("dict[str, object]", held)

    def _text(self, held: dict[str, object], name: str) -> str:
        value = held.get(name)
        if not isinstance(value, str):
            self._refuse(f"{name} is missing or no text", "a text")
        return value

    def _count(self, held: dict[str, object], name: str) -> int:
        value = held.get(name)
        if type(value) is not int or value < 0:
            self._refuse(f"{name} is missing or no count", "a whole number, 0 or more")
        return value

    def _refuse(self, found: str, accepted: str) -> NoReturn:
        raise InputRefused(
            f"{self._path}: {found}",
            accepted=accepted,
            remedy="give the NAME.plan.json that fpgaflow wrote",
        )
