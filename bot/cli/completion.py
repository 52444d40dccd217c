"""`carillon completion`: what makes a shell complete, in the shell's own language.

Each asks the program, whose answer is `bot.cli.completing`. What is offered stands on
the line as it is, so the shells have nothing to quote; a word that ends with `=` goes
on, so no blank follows it.
"""

from enum import StrEnum
from typing import Annotated

import typer

#: variables by which the scripts below ask
SHELL, LINE, BREAKS = "_CARILLON_COMPLETE", "_CARILLON_LINE", "_CARILLON_BREAKS"
_BASH = r"""
_carillon_completion() {
    local found one
    found=$(_CARILLON_COMPLETE=bash _CARILLON_LINE="${COMP_LINE:0:COMP_POINT}" \
        _CARILLON_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null </dev/null) ||
        compopt -o default
    COMPREPLY=()
    while IFS=$'\t' read -r one _; do
        [[ $one ]] && COMPREPLY+=("$one")
        [[ $one == *= ]] && compopt -o nospace
    done <<<"$found"
    return 0
}
complete -o nosort -F _carillon_completion carillon
"""
_ZSH = r"""
#compdef carillon
_carillon_completion() {
    local found one value
    local -a whole open
    found="$(_CARILLON_COMPLETE=zsh _CARILLON_LINE="${(j: :)words[1,CURRENT]}" \
        carillon 2>/dev/null </dev/null)" || { _files; return }
    for one in ${(f)found}; do
        value="${one%%$'\t'*}"
        [[ $one == *$'\t'* ]] && one="${value//:/\\:}:${one#*$'\t'}" ||
            one="${value//:/\\:}"
        [[ $value == *= ]] && open+=("$one") || whole+=("$one")
    done
    (( $#whole )) && _describe -V carillon whole
    (( $#open )) && _describe -V carillon open -S ''
}
compdef _carillon_completion carillon
"""
_FISH = r"""
function __carillon_completion
    set -l found (env _CARILLON_COMPLETE=fish _CARILLON_LINE=(commandline -cp) \
        carillon 2>/dev/null </dev/null)
    if test $status -ne 0
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        printf '%s\n' $found
    end
end
complete --command carillon --no-files --keep-order \
    --arguments '(__carillon_completion)'
"""


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_SCRIPTS = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


def completion(
    shell: Annotated[Shell, typer.Argument(help="The shell that is to complete.")],
) -> None:
    """Print what makes a shell complete commands and options.

    bash: source <(carillon completion bash), in ~/.bashrc

    zsh: source <(carillon completion zsh), in ~/.zshrc after compinit

    fish: carillon completion fish | source, in ~/.config/fish/config.fish
    """
    typer.echo(_SCRIPTS[shell].strip())
