"""Programs that look at what is handed out: unpacked as the servers are."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers import programs

#: where Debian and Ubuntu have them, today and before /bin became a link
_FOLDERS = ("usr/bin", "usr/sbin", "bin", "sbin")


def find(name: str) -> Path:
    """Raises ProgramMissingError."""
    for folder in _FOLDERS:
        try:
            return programs.find("tools", f"{folder}/{name}")
        except programs.ProgramMissingError:
            continue
    raise programs.ProgramMissingError(f"no {name}; run `make install`")


def environment(**more: str) -> dict[str, str]:
    """Ours, with the tools and their libraries in front."""
    folders = programs.folders("tools", *_FOLDERS)
    libraries = [programs.library_path("tools")]
    libraries += programs.folders("tools", f"usr/lib/{programs.multiarch()}/systemd")
    return {
        **os.environ,
        "PATH": ":".join([*folders, os.environ["PATH"]]),
        "LD_LIBRARY_PATH": ":".join(filter(None, libraries)),
        **more,
    }


def run(
    name: str, *args: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find(name), *args],
        env={**environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
