"""The top command: help, version, completion, and what it costs to start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import Result

from fpgaflow.cli.group import COMMANDS, cli
from fpgaflow.version import __version__
from tests.cli.conftest import Invoke


def test_version(invoke: Invoke) -> None:
    assert invoke("--version").output == f"fpgaflow {__version__}\n"


def test_help_lists_every_command(invoke: Invoke) -> None:
    text = invoke("--help").output
    listed = re.findall(r"^  (\w+) {2,}[A-Z].*\.$", text.split("Commands:")[1], re.MULTILINE)
    assert listed == list(COMMANDS)
    assert "Exit codes:" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_is_true(name: str) -> None:
    command = import_module(COMMANDS[name]).command
    assert isinstance(command, click.Command)
    assert command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, invoke: Invoke) -> None:
    result: Result = invoke(name, "--help")
    assert result.exit_code == 0
    examples = result.output.split("Examples:\n")[1]
    assert f"fpgaflow {name}" in examples


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "completion"])
def test_every_option_in_an_example_exists(name: str, invoke: Invoke) -> None:
    command = import_module(COMMANDS[name]).command
    known = {spelled for option in command.params for spelled in option.opts}
    examples = invoke(name, "--help").output.split("Examples:\n")[1].split("Options:")[0]
    assert set(re.findall(r" (--?[a-z][a-z-]*)", examples)) <= known


def test_every_output_is_named_by_o() -> None:
    for module in COMMANDS.values():
        for option in import_module(module).command.params:
            assert ("-o" in option.opts) == ("--output" in option.opts)


def test_an_unknown_command_is_a_usage_error(invoke: Invoke) -> None:
    result = invoke("compil")
    assert result.exit_code == 2
    assert "No such command 'compil'" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, invoke: Invoke) -> None:
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert f"_FPGAFLOW_COMPLETE={shell}_complete" in result.output


def test_completion_answers_the_shell() -> None:
    environment = os.environ | {
        "_FPGAFLOW_COMPLETE": "bash_complete",
        "COMP_WORDS": "fpgaflow sim",
        "COMP_CWORD": "1",
    }
    script = "import sys; sys.argv = ['fpgaflow']; from fpgaflow.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "plain,simulate\n"


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_answering_loads_nothing_heavy(argument: str) -> None:
    script = (
        "import sys, atexit\n"
        "heavy = {'numpy', 'torch', 'hls4ml', 'rich', 'onnx', 'matplotlib'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        f"sys.argv = ['fpgaflow', '{argument}']\n"
        "from fpgaflow.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == "[]\n"


def test_the_module_runs_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fpgaflow", "--version"], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"fpgaflow {__version__}\n"
    assert cli.name == "fpgaflow"
