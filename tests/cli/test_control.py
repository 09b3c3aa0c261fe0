"""control, from a compressed model file to one of the same MACs."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgaflow.api.compression_control import ControlJob, control_file
from fpgaflow.compress.plan import Figures, Plan, Source, channel_step, plan_json
from fpgaflow.compress.record import Record, Tuning, record_json
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.compress.training_history import EpochRow, History
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo import count_macs
from tests.api.test_compression import Interrupting
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.compress.small_models import SHAPE, digits, save
from tests.compress.test_control_widths import tiny_resnet

ENDINGS = (".safetensors", ".plan.json", ".history.json", ".html")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with images, a residual network, and what pruning would have made of it."""
    folder = tmp_path_factory.mktemp("models")
    for name, part in zip(("train", "test"), digits(), strict=True):
        np.savez(folder / f"{name}.npz", images=part.images[:150], labels=part.labels[:150])
    module = tiny_resnet()
    model = save(module, folder / "m.safetensors")
    keep = {"layer1.0.conv1": (1, 3), "layer2.0.conv1": (0, 2, 4, 5, 7)}
    step = channel_step(keep, {"layer1.0.conv1": 4, "layer2.0.conv1": 8}, "sparse")
    network = keep_channels(module, SHAPE, keep)
    save(network, folder / "c.safetensors")
    before, after = (
        Figures(accuracy=0.9, macs=count_macs(each, SHAPE), parameters=1)
        for each in (module, network)
    )
    plan = Plan(
        method="prune",
        source=Source(
            file="m.safetensors",
            sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
            architecture="resnet8",
            input_shape=SHAPE,
        ),
        settings={
            "mean": "0.3",
            "std": "0.37",
            **TrainSettings(
                batch=32, learning_rate=0.02, weight_decay=0.001, augment="crop"
            ).as_json(),
        },
        steps=(step,),
        before=before,
        after=after,
    )
    (folder / "c.plan.json").write_text(plan_json(plan))
    row = EpochRow(epoch=1, loss=1.0, accuracy=0.5, learning_rate=0.1, seconds=1.0)
    tunings = tuple(
        Tuning(name=f"prune-1-{count}", history=History(rows=(row,) * count)) for count in (2, 1)
    )
    (folder / "c.history.json").write_text(record_json(Record(tunings=tunings), {}))
    return folder


@pytest.fixture
def compressed(models: Path) -> Path:
    """What came of trials of 2 epochs and 1, of which one was thrown away."""
    return models / "c.safetensors"


def data(models: Path) -> tuple[object, ...]:
    return ("--data", models / "train.npz", "--validation", models / "test.npz")


def weights(path: Path) -> dict[str, torch.Tensor]:
    return load_model(path).payload.state_dict()  # pyright: ignore


def test_scratch(invoke: Invoke, models: Path, compressed: Path, tmp_path: Path) -> None:
    result = invoke(
        "control", models / "m.safetensors", "--like", compressed, "--kind", "scratch",
        *data(models), "--json", "-q", "-o", tmp_path / "s.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert left_behind(tmp_path) == sorted(f"s{ending}" for ending in ENDINGS)
    plan = json.loads((tmp_path / "s.plan.json").read_text())
    theirs = json.loads((models / "c.plan.json").read_text())
    assert plan["steps"] == theirs["steps"]
    assert plan["after"]["macs"] == theirs["after"]["macs"]
    settings = plan["settings"]
    wanted = {
        "kind": "scratch",
        "like": "c.safetensors",
        "like_method": "prune",
        "epochs": 3,
        "epochs_from": "all 2 trainings in c.history.json",
        "restart_epochs": None,
        "patience": None,
        "batch": 32,
        "learning_rate": 0.025,
        "weight_decay": 0.001,
        "augment": "crop",
        "mean": "0.3",
    }
    assert {name: settings[name] for name in wanted} == wanted
    made = json.loads((tmp_path / "s.history.json").read_text())
    assert [tuning["name"] for tuning in made["tunings"]] == ["control-scratch"]
    assert len(made["tunings"][0]["history"]["rows"]) == 3
    old, new = weights(compressed), weights(tmp_path / "s.safetensors")
    assert {name: v.shape for name, v in old.items()} == {n: v.shape for n, v in new.items()}
    assert not bool((old["conv1.weight"] == new["conv1.weight"]).any())
    assert "m.safetensors, a control experiment" in (tmp_path / "s.html").read_text()
    assert json.loads(result.stdout)["method"] == "control"


@pytest.mark.parametrize("kind", ["random", "l1"])
def test_other_channels(
    kind: str, invoke: Invoke, models: Path, compressed: Path, tmp_path: Path
) -> None:
    output = tmp_path / "o.safetensors"
    result = invoke(
        "control", models / "m.safetensors", "--like", compressed, "--kind", kind, *data(models),
        "--epochs", 1, "--batch", 50, "--augment", "none", "--min-channels", 2, "-o", output,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "of the channels of every group that prune takes, " in result.stderr
    assert f"control-{kind}: training for 1 epoch" in result.stderr
    plan = json.loads((tmp_path / "o.plan.json").read_text())
    target = json.loads((models / "c.plan.json").read_text())["after"]["macs"]
    settings = plan["settings"]
    assert plan["after"]["macs"] <= settings["target_macs"] == target
    assert (settings["epochs"], settings["epochs_from"]) == (1, "--epochs")
    assert (settings["batch"], settings["augment"], settings["learning_rate"]) == (50, "none", 0.02)
    assert settings["min_channels"] == 2
    again = tmp_path / "again.safetensors"
    result = invoke(
        "prune", models / "m.safetensors", "--replay", tmp_path / "o.plan.json", "-o", again
    )
    assert result.exit_code == 0, result.output
    assert {name: value.shape for name, value in weights(again).items()} == {
        name: value.shape for name, value in weights(output).items()
    }
    result = invoke("compare", compressed, output, "--data", models / "test.npz", "--json")
    assert result.exit_code == 0, result.output
    assert f'"macs": {plan["after"]["macs"]}' in result.stdout


def test_an_interrupted_control_goes_on_to_the_same_bits(
    models: Path, compressed: Path, tmp_path: Path
) -> None:
    def job(name: str) -> ControlJob:
        return ControlJob(
            model=models / "m.safetensors",
            like=compressed,
            kind="random",
            data=str(models / "train.npz"),
            validation=str(models / "test.npz"),
            output=tmp_path / f"{name}.safetensors",
            limits=Limits(),
            epochs=2,
        )

    control_file(job("a"))
    with pytest.raises(KeyboardInterrupt):
        control_file(job("b"), Interrupting(1))
    assert left_behind(tmp_path) == sorted([*(f"a{ending}" for ending in ENDINGS), "b.work"])
    control_file(job("b"), Interrupting(-1))
    one, two = (tmp_path / f"{name}.safetensors" for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    assert left_behind(tmp_path) == sorted(f"{name}{end}" for name in "ab" for end in ENDINGS)


def test_refusals(invoke: Invoke, models: Path, compressed: Path, tmp_path: Path) -> None:
    def refused(model: Path, like: Path, *more: object) -> str:
        result = invoke(
            "control", model, "--like", like, "--kind", "l1", *data(models), *more,
            "-o", tmp_path / "o.safetensors",
        )  # fmt: skip
        assert result.exit_code == 3, result.output
        assert not list(tmp_path.glob("o*"))
        return result.stderr

    model, own = models / "m.safetensors", tmp_path / "c.safetensors"
    assert refused(model, own) == (
        f"error: {own} is no file\n  accepted: NAME.safetensors that a compression wrote\n"
    )
    shutil.copy(compressed, own)
    assert refused(model, own) == (
        f"error: there is no {tmp_path / 'c.plan.json'}, which says how {own} was made\n"
        "  accepted: NAME.safetensors with NAME.plan.json beside it, as the compression wrote "
        "them\n"
    )
    shutil.copy(models / "c.plan.json", tmp_path)
    assert refused(model, own) == (
        f"error: there is no {tmp_path / 'c.history.json'}, which says how long the compression "
        "trained\n"
        "  accepted: NAME.safetensors with NAME.history.json beside it, as the compression wrote "
        "them\n"
        "  what to do: give --epochs N\n"
    )
    plan = json.loads((models / "c.plan.json").read_text())
    digests = [load_model(compressed).sha256, plan["source"]["sha256"]]
    assert refused(own, own, "--epochs", 1) == (
        f"error: {own} has SHA-256 {digests[0]}, and {own} was made from another file\n"
        f"  accepted: m.safetensors, SHA-256 {digests[1]}\n"
    )
    shutil.copy(model, own)
    shape = list(weights(own)["layer1.0.conv1.weight"].shape)
    left = list(weights(compressed)["layer1.0.conv1.weight"].shape)
    assert refused(model, own, "--epochs", 1) == (
        f"error: {own} is not what {tmp_path / 'c.plan.json'} makes: layer1.0.conv1.weight is of "
        f"shape {shape}\n"
        f"  accepted: layer1.0.conv1.weight of shape {left}\n"
        "  what to do: keep both files as the compression wrote them\n"
    )
    shutil.copy(compressed, own)
    del plan["settings"]["batch"]
    (tmp_path / "c.plan.json").write_text(json.dumps(plan))
    assert refused(model, own, "--epochs", 1) == (
        f"error: {tmp_path / 'c.plan.json'}: the setting batch is None\n"
        "  accepted: a whole number\n"
        "  what to do: give --batch\n"
    )


def test_other_images_are_refused(
    invoke: Invoke, models: Path, compressed: Path, tmp_path: Path
) -> None:
    # A state_dict does not tell the size of its images; the plan does.
    model, own = tmp_path / "m.pt", tmp_path / "c.safetensors"
    torch.save(weights(models / "m.safetensors"), model)
    shutil.copy(compressed, own)
    plan = json.loads((models / "c.plan.json").read_text())
    plan["source"]["sha256"] = load_model(model).sha256
    (tmp_path / "c.plan.json").write_text(json.dumps(plan))
    np.savez(tmp_path / "w.npz", images=np.zeros((40, 8, 12, 1), np.uint8), labels=[0] * 40)
    result = invoke(
        "control", model, "--like", own, "--kind", "scratch", "--data", tmp_path / "w.npz",
        "--epochs", 1, "-o", tmp_path / "o.safetensors",
    )  # fmt: skip
    assert result.exit_code == 3, result.output
    assert result.stderr.endswith(
        "error: the images are 1x8x12 (channels, height, width)\n"
        f"  accepted: 1x8x8, on which {own} was made\n"
    )
