"""The terminal summary."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from fpgaflow.report.schema import CSimulation, Verification
from fpgaflow.report.terminal import print_report, render_text
from tests.golden_files import check_golden
from tests.report.small_reports import compressed_report, oversize_report, tiny_report


def test_golden_text() -> None:
    check_golden("report/terminal.txt", render_text(tiny_report()))


def test_golden_text_of_a_network_that_does_not_fit() -> None:
    check_golden("report/terminal_oversize.txt", render_text(oversize_report()))


def test_golden_text_of_what_compression_saved() -> None:
    text = render_text(compressed_report())
    check_golden("report/terminal_compression.txt", text[text.index("What compression saved") :])


def test_without_a_plan_nothing_is_said_of_accuracy_and_blocks() -> None:
    text = render_text(compressed_report(plan=False))
    assert "accuracy on" not in text
    assert "original: m.safetensors (resnet10)\n" in text
    assert "gone: 4 convolutions, and 4 of 28 channels of the others\n" in text


def test_what_was_not_run_is_said() -> None:
    report = tiny_report()
    quantization = replace(
        report.quantization, images=0, top1_agreement=None, top1_float=None, top1_fixed=None
    )
    text = render_text(replace(report, quantization=quantization, verification=Verification()))
    assert "C-simulation                 not run" in text
    assert "not measured: no images were given" in text


def test_a_difference_is_shown() -> None:
    csim = CSimulation(
        images=2,
        layers_compared=6,
        mismatches=3,
        first_mismatch="stem[0, 1, 2]: 5 in the C-simulation, 6 in the interpreter",
        seconds_per_image=1.0,
    )
    text = render_text(replace(tiny_report(), verification=Verification(csim=csim)))
    assert "3 differ" in text
    assert "stem[0, 1, 2]: 5 in the C-simulation, 6 in the interpreter" in text


def test_markup_in_names_is_plain_text() -> None:
    report = tiny_report()
    text = render_text(replace(report, model=replace(report.model, name="[bold]net[/]")))
    assert "[bold]net[/] (ResNet-4)" in text


def test_it_prints_to_the_console_that_is_given() -> None:
    target = StringIO()
    print_report(tiny_report(), Console(file=target, width=100))
    assert "Top-1" not in target.getvalue()
    assert "top-1 agreement" in target.getvalue()
