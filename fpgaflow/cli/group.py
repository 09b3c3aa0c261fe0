"""The top command. Commands are imported when they are asked for, so that it answers at once."""

from __future__ import annotations

from importlib import import_module

import click

from fpgaflow.cli.errors import one_place_for_errors
from fpgaflow.version import __version__

COMMANDS = {
    "compile": "fpgaflow.cli.compile",
    "inspect": "fpgaflow.cli.inspect",
    "simulate": "fpgaflow.cli.simulate",
    "synthesize": "fpgaflow.cli.synthesize",
    "calibrate": "fpgaflow.cli.calibrate",
    "cosim": "fpgaflow.cli.cosim",
    "bundle": "fpgaflow.cli.bundle",
    "emulate": "fpgaflow.cli.emulate",
    "run": "fpgaflow.cli.run",
    "disassemble": "fpgaflow.cli.disassemble",
    "assemble": "fpgaflow.cli.assemble",
    "train": "fpgaflow.cli.train",
    "evaluate": "fpgaflow.cli.evaluate",
    "compare": "fpgaflow.cli.compare",
    "compress": "fpgaflow.cli.compress",
    "prune": "fpgaflow.cli.prune",
    "fuse": "fpgaflow.cli.fuse",
    "slim": "fpgaflow.cli.slim",
    "control": "fpgaflow.cli.control",
    "explore": "fpgaflow.cli.explore",
    "boards": "fpgaflow.cli.boards",
    "doctor": "fpgaflow.cli.doctor",
    "demo": "fpgaflow.cli.demo",
    "completion": "fpgaflow.cli.completion",
}
"""The module of each command; it holds a click command named `command`."""


class LazyGroup(click.Group):
    """A group whose commands are modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(module).command
        assert isinstance(command, click.Command), module
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; every error leaves through one place."""
        with one_place_for_errors(ctx):
            return super().invoke(ctx)


EXIT_CODES = """\b
Exit codes:
  0  all went well             6  a program or package is missing
  1  internal error            7  a program failed
  2  wrong command line        8  verification failed
  3  input refused             9  the board failed
  4  unsupported operator    130  interrupted
  5  does not fit the board  143  terminated
"""


@click.group(
    "fpgaflow",
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, "-V", "--version", message="fpgaflow %(version)s")
def cli() -> None:
    """From a trained network to a small FPGA board, every integer proven.

    \b
    Examples:
      fpgaflow demo
      fpgaflow inspect model.pt
      fpgaflow compile model.pt --board pynq-z2 --calibration cifar10:data/cifar10
      fpgaflow simulate model-pynq-z2 --images 8
    """
