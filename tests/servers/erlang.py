"""Erlang as the private ejabberd brings it: its emulator, and what else it can do."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers import programs
from tests.servers.environment import environment as surroundings

NAME = "ejabberd"


def emulator() -> Path:
    """The folder of `erlexec`; raises ProgramMissingError."""
    return programs.find(NAME, "usr/lib/erlang/erts-*/bin/erlexec").parent


def environment() -> Mapping[str, str]:
    """What `erlexec` finds its libraries by, and ejabberd's."""
    folder = emulator()
    libraries = programs.folders(
        NAME, "usr/lib/erlang/lib", f"usr/lib/{programs.multiarch()}"
    )
    return {
        "ROOTDIR": str(folder.parents[1]),
        "BINDIR": str(folder),
        "EMU": "beam",
        "PROGNAME": "erl",
        "ERL_LIBS": ":".join(libraries),
        "ERL_CRASH_DUMP_BYTES": "0",
        "LD_LIBRARY_PATH": programs.library_path(NAME),
    }


def output(expressions: str, folder: Path) -> str:
    """What they print, evaluated in that folder; raises CalledProcessError."""
    done = subprocess.run(
        [
            emulator() / "erlexec",
            *("-noinput", "-noshell", "-eval", f"{expressions}, halt()."),
        ],
        cwd=folder,
        env=surroundings(folder, environment()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
