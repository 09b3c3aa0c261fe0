"""`fpgaflow completion`."""

from __future__ import annotations

import click


@click.command("completion", short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands and options.

    \b
    Examples:
      eval "$(fpgaflow completion bash)"      in ~/.bashrc
      eval "$(fpgaflow completion zsh)"       in ~/.zshrc
      fpgaflow completion fish > ~/.config/fish/completions/fpgaflow.fish
    """
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    assert completion is not None, shell
    script = completion(ctx.find_root().command, {}, "fpgaflow", "_FPGAFLOW_COMPLETE")
    click.echo(script.source())
