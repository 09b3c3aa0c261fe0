"""A collected recipe as JSON: everything that its tables and figures show."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from compression_collect import Collected, Network, StepFound
from compression_measure import Paired
from compression_where import commit, machine


def figures_json(found: Collected) -> dict[str, object]:
    """Return what --json writes; accuracies from 0 to 1, drops in percentage points."""
    return {
        "recipe": found.key,
        "title": found.recipe.title,
        "date": datetime.now().astimezone().date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "images": {"chosen_on": found.images[0], "untouched": found.images[1]},
        "start": found.start.name,
        "networks": [_network(found, network) for network in found.networks],
        "steps": [_step(step) for step in found.steps],
        "missing": list(found.missing),
    }


def _network(found: Collected, network: Network) -> dict[str, object]:
    measured, start = network.measured, found.start.measured
    parts = {
        "chosen_on": (measured.right_chosen_on, found.chosen_on(network)),
        "untouched": (measured.right_untouched, found.untouched(network)),
        "test": (measured.right, found.test(network)),
    }
    return {
        "name": network.name,
        "role": network.role,
        "step": network.step,
        "result": network.result,
        "architecture": measured.architecture,
        "input_shape": list(measured.input_shape),
        "macs": measured.costs.macs,
        "paper_flops": measured.costs.paper_flops,
        "parameters": measured.costs.parameters,
        "read_write_mb": measured.costs.read_write_mb,
        "convolutions": measured.convolutions,
        "fused_blocks": network.blocks,
        "fused_convolutions": fused_convolutions(found, network),
        "macs_less": 1 - measured.costs.macs / start.costs.macs,
        "parameters_less": 1 - measured.costs.parameters / start.costs.parameters,
        "cpu_ms_per_image": measured.cpu_ms,
        "accuracy": {name: float(right.mean()) for name, (right, _) in parts.items()},
        "drop": {name: _paired(pair) for name, (_, pair) in parts.items()},
    }


def fused_convolutions(found: Collected, network: Network) -> int:
    """Return how many convolutions a network has lost with its blocks."""
    return found.start.measured.convolutions - network.measured.convolutions


def _paired(pair: Paired) -> dict[str, object]:
    return {
        "points": pair.drop_points,
        "standard_error_points": pair.standard_error_points,
        "lost": pair.lost,
        "gained": pair.gained,
        "images": pair.images,
    }


def _step(step: StepFound) -> dict[str, object]:
    record = step.record
    return {
        "name": step.name,
        "command": step.command,
        "differs_from_recipe": list(step.differences),
        "seed": record.settings.get("seed"),
        "trainings": [
            {
                "name": one.name,
                "seconds": sum(row.seconds for row in one.epochs),
                "accuracy": [row.accuracy for row in one.epochs],
                "loss": [row.loss for row in one.epochs],
            }
            for one in record.trainings
        ],
        "epochs": record.epochs,
        "seconds": record.seconds,
        "run": None if step.run is None else asdict(step.run),
        "target": record.target,
        "trials": [asdict(row) for row in record.trials],
        "fused_from": record.fused_from,
        "fused": [asdict(row) for row in record.fused],
        "widths": [asdict(row) for row in record.widths],
    }
