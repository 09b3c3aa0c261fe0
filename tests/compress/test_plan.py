"""A plan's file: read as it was written, and refused where it is not whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fpgaflow.compress.plan import (
    BlockStep,
    Figures,
    KeptChannels,
    Plan,
    Source,
    channel_step,
    plan_json,
    read_plan,
)
from fpgaflow.errors import InputRefused


def small_plan() -> Plan:
    return Plan(
        method="compress",
        source=Source(
            file="m.safetensors", sha256="ab" * 32, architecture="resnet8", input_shape=(1, 8, 8)
        ),
        settings={"target_drop": 0.005, "seed": 0, "data": "digits", "augment": None},
        steps=(
            channel_step({"layer1.0.conv1": [0, 2]}, {"layer1.0.conv1": 8, "x": 1}, "sparse"),
            BlockStep(block="layer1.1", why="fewest channels (2); layer1.0 takes over"),
        ),
        before=Figures(accuracy=0.95, macs=1000, parameters=100),
        after=Figures(accuracy=0.94, macs=500, parameters=40),
    )


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "m.plan.json"
    path.write_text(plan_json(small_plan()))
    assert read_plan(path) == small_plan()


def test_a_channel_step_knows_what_was_there() -> None:
    step = small_plan().steps[0]
    assert not isinstance(step, BlockStep)
    assert step.groups == (KeptChannels(group="layer1.0.conv1", before=8, kept=(0, 2)),)
    assert step.keep == {"layer1.0.conv1": (0, 2)}


def set_at(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(held: Any) -> None:
        for key in path[:-1]:
            held = held[key]
        held[path[-1]] = value

    return change


GROUP = ("steps", 0, "groups", 0)


@pytest.mark.parametrize(
    ("change", "found", "accepted"),
    [
        (set_at("schema", value=2), "the schema is 2", "schema 1"),
        (
            set_at("method", value="magic"),
            "method is 'magic'",
            "prune, slim, fuse, compress, control",
        ),
        (set_at("steps", value=None), "steps is missing or no list", "a list of steps"),
        (set_at("steps", 0, value=7), "steps[0] is missing or no object", "an object"),
        (set_at("source", value=[]), "source is missing or no object", "an object"),
        (
            set_at("source", "input_shape", value=[1, 0, 8]),
            "input_shape is no list of three or four sizes",
            "channels, height, width, of clips with frames in front",
        ),
        (
            set_at("settings", "seed", value=[]),
            "the setting 'seed' is no plain value",
            "a number or a text",
        ),
        (
            set_at("after", "macs", value=-1),
            "macs is missing or no count",
            "a whole number, 0 or more",
        ),
        (
            set_at("before", "accuracy", value="high"),
            "accuracy is missing or no number",
            "from 0 to 1",
        ),
        (
            set_at("steps", 0, "remove", value="wires"),
            "a step removes 'wires'",
            "channels with groups, or block",
        ),
        (set_at("steps", 1, "block", value=3), "block is missing or no text", "a text"),
        (
            set_at(*GROUP, "kept", value="2 0"),
            "kept of 'layer1.0.conv1' is '2 0'",
            "channel numbers that rise",
        ),
        (
            set_at(*GROUP, "kept", value=""),
            "kept of 'layer1.0.conv1' is ''",
            "channel numbers that rise",
        ),
        (set_at(*GROUP, "kept", value="0 8"), "'layer1.0.conv1' keeps channel 8", "0 to 7"),
    ],
)
def test_a_damaged_plan_is_refused(
    change: Callable[[Any], None], found: str, accepted: str, tmp_path: Path
) -> None:
    path = tmp_path / "m.plan.json"
    held = json.loads(plan_json(small_plan()))
    change(held)
    path.write_text(json.dumps(held))
    with pytest.raises(InputRefused) as caught:
        read_plan(path)
    assert str(caught.value) == (
        f"{path}: {found}\n  accepted: {accepted}\n"
        "  what to do: give the NAME.plan.json that fpgaflow wrote"
    )


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="No such file or directory"):
        read_plan(tmp_path / "none.json")
    (tmp_path / "list.json").write_text("[1, 2]")
    with pytest.raises(InputRefused, match="the schema is None"):
        read_plan(tmp_path / "list.json")
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(InputRefused, match="is no JSON file"):
        read_plan(tmp_path / "text.json")
