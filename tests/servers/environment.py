"""What a server finds in its environment, and how it is found by it."""

import os
from collections.abc import Mapping
from pathlib import Path

# Marks a server and whatever it starts with the process id of its owner.
MARK = "CARILLON_SERVER_OF"


def environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """A small environment: nothing of the user's reaches a server."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        MARK: str(os.getpid()),
        **{name: value for name, value in extra.items() if value},
    }


def servers_of(owner: int) -> dict[int, str]:
    """{process id: command} of all servers the owner started and their children."""
    mark = f"{MARK}={owner}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(folder.name)] = command.decode(errors="replace").strip()
        except OSError:
            continue  # ended meanwhile, or another user's
    return found
