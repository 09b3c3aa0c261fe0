"""What the compression benchmark collects and writes, without any training."""

from __future__ import annotations

import json
import math
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import pytest
import torch
from compression_collect import collect
from compression_figures import draw_figures
from compression_json import figures_json
from compression_measure import paired
from compression_page import refresh, section, terminal_tables
from compression_recipes import RECIPES, Recipe, Step
from compression_records import differences, read_record
from compression_steps import Place, arguments_of, command_line, run_recipe
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.compress.blocks import remove_block
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.plan import BlockStep, Figures, Plan, Source, plan_json
from fpgaflow.compress.record import record_json
from fpgaflow.compress.training_history import EpochRow, History, history_json
from fpgaflow.zoo import build
from tests.report.test_compression_page import small_record

RECIPE = Recipe(
    title="Small",
    images="noise",
    start="base",
    steps=(
        Step(name="base", arguments=("train", "--data", "noise-train.npz", "--epochs", "1")),
        Step(name="less", arguments=("compress", "base.safetensors", "--target-drop", "1.0")),
        Step(name="later", arguments=("fuse", "less.safetensors")),
    ),
)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_paired_error_is_that_of_the_differences(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array(part) for part in zip(*pairs, strict=True))
    found = paired(first, second)
    each = first.astype(float) - second.astype(float)
    assert found.drop_points == pytest.approx(100 * each.mean())
    error = 100 * each.std() / math.sqrt(len(each))
    # The square root of a rounding error is what remains where every difference is equal.
    assert found.standard_error_points == pytest.approx(error, abs=1e-5)


@pytest.mark.parametrize(
    ("recipe", "step"),
    [(recipe, step) for recipe in RECIPES.values() for step in recipe.steps],
    ids=lambda part: part.name if isinstance(part, Step) else part.images,
)
def test_every_published_command_is_one(recipe: Recipe, step: Step) -> None:
    name, *arguments = arguments_of(recipe, step, "checkpoints")
    import_module(f"fpgaflow.cli.{name}").command.make_context(name, arguments)


def test_published_commands_name_no_place_of_this_machine() -> None:
    recipe = RECIPES["resnet56"]
    line = command_line(recipe, recipe.steps[0])
    assert line.startswith(
        "fpgaflow compress DATA_DIR/checkpoints/resnet56-cifar10jpeg.pt --data data/"
    )
    assert line.endswith(" -o r56.safetensors")


def test_options_that_differ_from_the_recipe_are_told() -> None:
    arguments = ("fuse", "m", "--max-drop", "3", "--patience", "0", "--no-short", "--data", "a.npz")
    step = Step(name="m", arguments=(*arguments, "--mean", "0.5,0.25", "--kind", "l1"))
    written = {"max_drop": 0.03, "patience": None, "short": False, "data": "data/a.npz"}
    assert differences(step, {**written, "mean": "0.5,0.25"}) == ()
    changed = {**written, "max_drop": 0.02, "patience": 20, "short": True, "data": "b.npz"}
    assert differences(step, changed) == (
        "--no-short: True",
        "--max-drop 3: 0.02",
        "--patience 0: 20",
        "--data a.npz: 'b.npz'",
    )


def test_a_record_of_another_version_is_read(tmp_path: Path) -> None:
    held = json.loads(record_json(small_record(), {"settings": {"seed": 3}}))
    del held["fused_from"]
    held["trials"][0]["new"] = 1
    (tmp_path / "m.history.json").write_text(json.dumps(held), encoding="utf-8")
    record = read_record(tmp_path, "m")
    assert record is not None
    assert (record.epochs, record.seconds, record.fused_from) == (2, 4000.0, None)
    assert record.trials == small_record().trials
    assert read_record(tmp_path, "n") is None


def test_what_is_there_is_collected_and_written(tmp_path: Path) -> None:
    place = _small_run(tmp_path)
    found = collect("small", RECIPE, place, lambda _: None)
    assert [(one.name, one.role, one.blocks) for one in found.networks] == [
        ("base", "trained", 0),
        ("less", "fused", 2),
    ]
    assert found.missing == ("later",)
    held = figures_json(found)
    assert json.loads(json.dumps(held)) == held
    start, less = held["networks"]
    assert start["drop"]["untouched"]["points"] == 0
    assert (less["fused_convolutions"], less["convolutions"]) == (4, 15)
    assert (
        start["accuracy"]["test"]
        == (10 * start["accuracy"]["chosen_on"] + 6 * start["accuracy"]["untouched"]) / 16
    )
    drawn = draw_figures(found, tmp_path / "figures")
    assert [one.path.name for one in drawn] == [
        f"small-{kind}.png" for kind in ("curves", "macs", "widths")
    ]
    assert len(terminal_tables(found)) == 4
    text = section(found, tmp_path, tmp_path / "small.json", drawn)
    assert "| **base** | trained | 2.52 M |" in text
    assert "less was run otherwise than its recipe: --target-drop 1.0: 0.005." in text
    assert "Not run yet: later." in text
    assert "](figures/small-macs.png)" in text


def test_a_section_is_written_anew_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- begin a -->\nold\n<!-- end a -->\nafter\n", encoding="utf-8")
    for text in ("first", "second"):
        refresh(page, "a", text)
    assert page.read_text(encoding="utf-8") == (
        "before\n<!-- begin a -->\nsecond\n<!-- end a -->\nafter\n"
    )
    with pytest.raises(click.ClickException) as raised:
        refresh(page, "b", "text")
    assert raised.value.message == (
        f"{page} has no lines <!-- begin b --> and <!-- end b -->, in this order"
    )


def test_a_recipe_without_its_start_tells(tmp_path: Path) -> None:
    place = Place(source=tmp_path, work=tmp_path, threads=1)
    with pytest.raises(click.ClickException, match=r"r20-pruned\.safetensors is not there"):
        run_recipe(RECIPES["fusion"], place, lambda _: None)


def test_finished_steps_are_not_run_again(tmp_path: Path) -> None:
    for step in RECIPE.steps:
        (tmp_path / f"{step.name}.safetensors").touch()
    said: list[str] = []
    run_recipe(RECIPE, Place(source=tmp_path, work=tmp_path, threads=1), said.append)
    assert said == ["base: is there", "less: is there", "later: is there"]


def _small_run(folder: Path) -> Place:
    """Write what `base` and `less` of the recipe would leave."""
    rng = np.random.default_rng(0)
    (folder / "data").mkdir()
    for part, count in (("val", 10), ("held", 6)):
        images = rng.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
        labels = rng.integers(0, 10, count)
        np.savez(folder / "data" / f"noise-{part}.npz", images=images, labels=labels)
    torch.manual_seed(0)
    base = build("resnet20", in_channels=1)
    _write(folder / "base.safetensors", base)
    (folder / "base.training").mkdir()
    row = EpochRow(epoch=1, loss=2.0, accuracy=0.1, learning_rate=0.1, seconds=3.0)
    text = history_json(History().with_row(row), [("seed", 0), ("epochs", 1)])
    (folder / "base.training" / "history.json").write_text(text, encoding="utf-8")
    plan = _plan()
    less = base
    for step in plan.steps:
        assert isinstance(step, BlockStep)
        less = remove_block(less, step.block)
    _write(folder / "less.safetensors", less)
    (folder / "less.plan.json").write_text(plan_json(plan), encoding="utf-8")
    text = record_json(small_record(), {"settings": {"target_drop": 0.005}})
    (folder / "less.history.json").write_text(text, encoding="utf-8")
    return Place(source=folder, work=folder, threads=1)


def _plan() -> Plan:
    figures = Figures(accuracy=0.1, macs=1, parameters=1)
    return Plan(
        method="compress",
        source=Source(file="base", sha256="0", architecture="resnet20", input_shape=(1, 8, 8)),
        settings={},
        steps=tuple(BlockStep(block=name, why="small") for name in ("layer1.1", "layer2.1")),
        before=figures,
        after=figures,
    )


def _write(path: Path, network: torch.nn.Module) -> None:
    note = ModelNote(input_shape=(1, 8, 8), mean=(0.0,), std=(1.0,))
    path.write_bytes(model_file(network, note))
