"""The shells complete commands, options and values, as `completion` says."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.store import upgrade
from tests.cli.workplace import Workplace
from tests.servers import programs, tools
from tests.world import SERVICE

PROMPT = "ready> "
#: what each runs when it starts; zsh's parts are not where it looks for them
BASH = f"""
source <(carillon completion bash)
PS1='{PROMPT}'
"""
ZSH = f"""
module_path=(ROOT/usr/lib/*/zsh/*(/N) $module_path)
fpath=(ROOT/usr/share/zsh/functions/**/*(/N) $fpath)
autoload -Uz compinit && compinit -u -D
source <(carillon completion zsh)
PS1='{PROMPT}'
"""
FISH = f"""
carillon completion fish | source
function fish_prompt; echo -n '{PROMPT}'; end
"""
#: seconds, each time; a shell's question is given up after three (`completing`), which
#: a machine under load may not keep to: then the line is typed again
PATIENCE = 30.0
TRIES = 3


class Terminal:
    """A shell on a terminal, with a home of its own."""

    def __init__(self, command: list[str | Path], home: Path) -> None:
        self._ours, theirs = pty.openpty()
        program = Path(sys.executable).parent
        path = f"{program}:{os.environ['PATH']}"
        more = {"HOME": str(home), "ZDOTDIR": str(home), "TERM": "xterm"}
        more["CARILLON_CONFIG"] = str(home / "carillon.toml")
        self._shell = subprocess.Popen(
            ["setsid", "--ctty", "--", *command],  # the terminal is its own
            cwd=home,
            env=tools.environment(**more) | {"PATH": path},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self.seen = ""
        self._known = 0

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, text: str) -> None:
        """Wait for it, beyond what was waited for before."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.seen.find(text, self._known)) < 0:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {text!r} in {self.seen!r}")
            if select.select([self._ours], [], [], 1)[0]:
                try:
                    read = os.read(self._ours, 65_536)
                except OSError:  # Linux: the last process on it has gone
                    raise AssertionError(f"it ended: {self.seen}") from None
                self.seen += read.decode(errors="replace")
        self._known = found + len(text)

    def told(self, line: str, printed: str) -> None:
        """Type the line, and wait for what its command prints."""
        for left in reversed(range(TRIES)):
            self.type(line)
            try:
                self.until(printed)
            except TimeoutError:
                if not left:
                    raise
            else:
                break

    def close(self) -> None:
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait(10)
        os.close(self._ours)


def _start(shell: str, home: Path) -> Terminal:
    if shell == "bash":
        (home / "rc").write_text(BASH)
        return Terminal(["bash", "--noprofile", "--rcfile", home / "rc", "-i"], home)
    if shell == "zsh":
        root = str(programs.UNPACKED / "tools")
        (home / ".zshrc").write_text(ZSH.replace("ROOT", root))
        return Terminal([tools.find("zsh"), "-i"], home)
    return Terminal([_fish(home), "--init-command", FISH, "-i"], home)


def _fish(home: Path) -> Path:
    """It looks for its parts around itself, with its settings beside them."""
    program = tools.find("fish")
    root = program.parents[2]
    if root == Path("/"):
        return program
    (home / "fish" / "bin").mkdir(parents=True)
    (home / "fish" / "share").symlink_to(root / "usr" / "share")
    (home / "fish" / "etc").symlink_to(root / "etc")
    return Path(shutil.copy(program, home / "fish" / "bin" / "fish"))


#: what is typed, and what the command that results prints; each has what is typed in
#: another place, or as another word
TYPED = [
    ("carillon sched\tli\t--he\t\r", "Usage: carillon schedules list"),
    ("carillon subscribers li\tne\t--js\t\r", '"language_seen": null'),
    ("carillon schedules show di\t--js\t\r", '"id": "disks"'),
    ("carillon subscribers remove news bob@ex\t\r", "1 removed from news"),
    (
        "carillon templates render ne\t--set he\tSoon --set te\tMore --js\t\r",
        '"body": "Soon',
    ),
    ("carillon templates render news --tz=Europe/War\t--x\r", "No such option"),
    ("carillon -c carillon.t\tdb current\r", "at 0"),
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab(shell: str, tmp_path: Path) -> None:
    """Tab completes a command, an option or a value; what results runs."""
    place = Workplace(tmp_path)
    upgrade.upgrade(f"sqlite:///{tmp_path}/carillon.db", SERVICE)
    place.done("subscribers", "add", "news", "bob@example.org", "eve@example.org")
    announced = ("--body", "New disks.", "--in", "2h", "--id", "disks", "--yes")
    place.done("announce", "news", *announced)
    terminal = _start(shell, tmp_path)
    try:
        for typed, printed in TYPED:
            terminal.until(PROMPT)
            terminal.told(typed, printed)
    finally:
        terminal.close()
