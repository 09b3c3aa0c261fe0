"""`fpgaflow doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fpgaflow.cli.options import json_option
from fpgaflow.errors import ToolMissing


@click.command("doctor", short_help="Show which programs and packages were found.")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show which programs and packages were found, and what the missing ones are for.

    Leaves with exit code 6 when `fpgaflow compile` lacks something.

    \b
    Examples:
      fpgaflow doctor
      fpgaflow doctor --json
    """
    from fpgaflow.api.doctor import can_compile, examine
    from fpgaflow.cli.table import format_table

    findings = examine()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        rows = [(f.name, f.found or "missing", f.needed_for) for f in findings]
        click.echo(format_table(("what", "found", "needed for"), rows))
        for finding in findings:
            if finding.found is None:
                click.echo(f"{finding.name}: {finding.remedy}")
    if not can_compile(findings):
        ctx.exit(ToolMissing.exit_code)
