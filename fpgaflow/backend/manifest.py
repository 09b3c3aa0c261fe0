"""What a project says of itself, for whoever simulates it: ports, and values that can be traced."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path

from fpgaflow.errors import InputRefused

FILE = "csim/manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A value of the graph.

    Attributes:
        name: the node's name.
        shape: of one image's value.
        element: its format, as `FixedType` prints it.
    """

    name: str
    shape: tuple[int, ...]
    element: str

    @property
    def numbers(self) -> int:
        """Numbers of one image."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The interface of a simulation.

    Attributes:
        project: name of the top function.
        input: the image.
        outputs: in the order in which the simulation writes them.
        traced: in the order in which a trace holds them; a trace has one copy of what several
            nodes share.
        counters: the accelerator's registers, in the order in which the simulation writes them;
            empty where the network is simulated alone.
        accesses: what the simulation counts by itself, for each layer weight reads, reads and
            writes, by the names of the registers that must show the same; None for one that the
            layer lacks, whose count must be zero.
        beat_bits: width of the accelerator's streams; None where the network is simulated alone.
    """

    project: str
    input: Port
    outputs: tuple[Port, ...]
    traced: tuple[tuple[Port, ...], ...]
    counters: tuple[str, ...] = ()
    accesses: tuple[tuple[str | None, ...], ...] = ()
    beat_bits: int | None = None


def write_manifest(project: Path, manifest: Manifest) -> None:
    """Write the manifest into the project's folder."""
    (project / FILE).write_text(json.dumps(asdict(manifest), indent=1) + "\n")


def read_manifest(project: Path) -> Manifest:
    """Read the manifest of a project.

    Raises:
        InputRefused: the folder holds no project of ours.
    """
    path = project / FILE
    try:
        found = json.loads(path.read_text())
        return Manifest(
            project=str(found["project"]),
            input=_port(found["input"]),
            outputs=tuple(_port(port) for port in found["outputs"]),
            traced=tuple(tuple(_port(port) for port in ports) for ports in found["traced"]),
            counters=tuple(str(name) for name in found["counters"]),
            accesses=tuple(
                tuple(None if name is None else str(name) for name in names)
                for names in found["accesses"]
            ),
            beat_bits=None if found["beat_bits"] is None else int(found["beat_bits"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputRefused(
            f"{path}: not the manifest of a project ({error})",
            accepted="a folder that fpgaflow compile wrote",
            remedy="compile the network again",
        ) from error


def _port(found: dict[str, object]) -> Port:
    shape = found["shape"]
    if not isinstance(shape, list):
        raise TypeError("a shape is a list")
    return Port(
        name=str(found["name"]),
        shape=tuple(int(str(size)) for size in shape),
        element=str(found["element"]),
    )
