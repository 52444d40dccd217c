"""Where the servers' programs are: unpacked in .cache/servers, or the machine's.

`tests/install.sh` unpacks what the machine lacks, so one server may have its
parts in both places (its own packages here, a library in /usr).
"""

import re
import sysconfig
from pathlib import Path

UNPACKED = Path(__file__).resolve().parents[2] / ".cache" / "servers"


class ProgramMissingError(Exception):
    """A server is neither unpacked nor installed; the text says what to run."""


def roots(server: str) -> list[Path]:
    """The folders that stand for "/", the private one first."""
    return [UNPACKED / server, Path("/")]


def find(server: str, pattern: str) -> Path:
    """The newest file or folder matching `pattern` (a glob, relative to "/")."""
    for root in roots(server):
        if matches := sorted(root.glob(pattern), key=_by_version):
            return matches[-1]
    raise ProgramMissingError(f"{server}: no /{pattern}; run `make install`")


def folders(server: str, *relative: str) -> list[str]:
    """Every existing folder of that name, in the order of `roots`."""
    found = (root / name for root in roots(server) for name in relative)
    return [str(folder) for folder in found if folder.is_dir()]


def library_path(server: str) -> str:
    """For LD_LIBRARY_PATH: only the private libraries, "" if there are none."""
    private = UNPACKED / server
    names = (f"usr/lib/{multiarch()}", "usr/lib", f"lib/{multiarch()}", "lib")
    return ":".join(str(private / name) for name in names if (private / name).is_dir())


def faketime() -> Path:
    """The library for LD_PRELOAD that moves a program's clock; see man faketime."""
    return find("faketime", f"usr/lib/{multiarch()}/faketime/libfaketime.so.1")


def multiarch() -> str:
    """Debian's folder of libraries for this architecture: "x86_64-linux-gnu"."""
    machine = sysconfig.get_platform().removeprefix("linux-").replace("-", "_")
    return f"{machine}-linux-gnu"


def _by_version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]
