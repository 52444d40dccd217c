"""`carillon completion`: what makes a shell complete commands and options."""

from enum import StrEnum
from typing import Annotated

import typer

# what Typer's own --show-completion does, for the shell that is named
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script

PROGRAM = "carillon"
#: the shells' own variable: set, the program completes instead of running
VARIABLE = "_CARILLON_COMPLETE"


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(help="The shell that is to complete.")],
) -> None:
    """Print what makes a shell complete commands and options.

    bash: source <(carillon completion bash), in ~/.bashrc

    zsh: source <(carillon completion zsh), in ~/.zshrc after compinit

    fish: carillon completion fish | source, in ~/.config/fish/config.fish
    """
    script = get_completion_script(
        prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value
    )
    typer.echo(script)


def prepare() -> None:
    """Answer what the shells' scripts ask."""
    completion_init()
