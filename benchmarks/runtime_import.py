"""How long `import fpgaflow.runtime` takes, beside `import numpy`, which it cannot do without.

    python benchmarks/runtime_import.py --json runtime_import.json

Each runs in fresh processes, in turn. What counts is the processor's time (user and system), and of
that the least: another program on the machine can only add to it. It needs NumPy and click alone,
so that it runs on a board too.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import click
import numpy as np

PYTHON, NUMPY, RUNTIME = "pass", "import numpy", "import fpgaflow.runtime"


@click.command()
@click.option("--rounds", default=10, show_default=True, help="Processes of each.")
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False),
    help="Import the runtime from this bundle; by default from where fpgaflow is installed.",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(*, rounds: int, bundle: str | None, json_file: Path | None) -> None:
    """Time the import of the runtime."""
    work = {PYTHON: PYTHON, NUMPY: NUMPY, RUNTIME: RUNTIME}
    if bundle is not None:
        work[RUNTIME] = f"import sys; sys.path.insert(0, {f'{bundle}/runtime'!r}); {RUNTIME}"
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, code in work.items():
            best[name] = min(best[name], processor_seconds(code))
    ratio = best[RUNTIME] / best[NUMPY]
    click.echo(f"Python {platform.python_version()}, NumPy {np.__version__}, best of {rounds}")
    for name, seconds in best.items():
        click.echo(f"{name:26}{1e3 * seconds:8.1f} ms")
    click.echo(f"the runtime takes {ratio:.2f} times as long as NumPy alone")
    if json_file is not None:
        figures = {
            "python_seconds": best[PYTHON],
            "numpy_seconds": best[NUMPY],
            "runtime_seconds": best[RUNTIME],
            "runtime_to_numpy": ratio,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "from_bundle": bundle is not None,
            "rounds": rounds,
        }
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def processor_seconds(code: str) -> float:
    """Run Python code in a process of its own and return its processor time.

    Raises:
        click.ClickException: it fails.
    """
    # os.wait4 gives the times of this one child.
    child = subprocess.Popen([sys.executable, "-c", code])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise click.ClickException(f"`{code}` failed")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
