"""A compression's page: whole, and without anything from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.compress.record import FusedRow, Record, SparsityRow, TrialRow, Tuning, WidthRow
from fpgaflow.compress.training_history import EpochRow, History
from fpgaflow.report.compression_page import render_compression
from tests.compress.test_plan import small_plan
from tests.report.test_page import HOSTILE, outline


def small_record() -> Record:
    history = History()
    for epoch in (1, 2):
        row = EpochRow(
            epoch=epoch, loss=1 / epoch, accuracy=0.9, learning_rate=0.01, seconds=2000.0
        )
        history = history.with_row(row)
    trials = tuple(
        TrialRow(
            iteration=1,
            number=number,
            upper=1.0,
            lower=0.5,
            threshold=0.75,
            removed=3,
            macs=700,
            accuracy=0.9,
            reached=reached,
        )
        for number, reached in ((1, True), (2, False))
    )
    fused = FusedRow(
        blocks=4,
        convolutions=8,
        macs=500,
        parameters=40,
        accuracy=0.94,
        within=True,
        chosen=True,
    )
    return Record(
        target=0.945,
        sparsity=(SparsityRow(group="layer1.0.conv1", zeros=(0.1, 0.9)),),
        trials=trials,
        fused=(fused,),
        fused_from=0.95,
        widths=(WidthRow(layer="layer1.0.conv1", before=8, after=2),),
        tunings=(Tuning(name="prune-1-01", history=history),),
    )


def test_the_page_shows_everything_and_loads_nothing() -> None:
    text = render_compression(small_plan(), small_record(), "m")
    found = outline(text)
    assert "script" not in found.tags
    assert all(target.startswith("#") for target in found.loads)
    for title in ("Widths", "Sparsity", "Trials", "Fused layers", "Learning curves"):
        assert f"<h2>{title}</h2>" in text
    assert "<title>m: m.safetensors, compressed – fpgaflow</title>" in text
    assert "was 95.00 %, -1.00 points" in text
    assert "was 1000, 50.0 % gone" in text
    assert "1:06:40 h:min:s" in text
    assert '<td class="text">2 of 8 channels</td>' in text
    assert '<td class="text">fewest channels (2); layer1.0 takes over</td>' in text
    assert (
        '<tr><th scope="row">layer1.0.conv1</th><td>8</td><td>2</td>'
        "<td>50.0 %</td><td>10.0 %</td><td>90.0 %</td><td>1</td></tr>"
    ) in text.replace("\n", "")
    assert "<th>channels above 75.00 %</th>" in text
    assert text == render_compression(small_plan(), small_record(), "m")


def test_what_did_not_happen_is_not_shown() -> None:
    text = render_compression(replace(small_plan(), steps=()), Record(), "m")
    outline(text)
    assert "<p>Nothing.</p>" in text
    assert "<h2>Trials</h2>" not in text
    assert "<svg" not in text


def test_names_are_text_everywhere() -> None:
    plan = small_plan()
    plan = replace(plan, source=replace(plan.source, file=HOSTILE, architecture=HOSTILE))
    record = replace(small_record(), widths=(WidthRow(layer=HOSTILE, before=1, after=1),))
    assert "script" not in outline(render_compression(plan, record, HOSTILE)).tags
