"""What is handed out, made as at a release: an sdist, the wheel made from it."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Distribution:
    sdist: Path
    wheel: Path


def build(folder: Path) -> Distribution:
    """Both, in `folder`; with the pinned hatchling, so that nothing is fetched."""
    call([sys.executable, "-m", "build", "--no-isolation", "-o", folder, ROOT])
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Distribution(sdist, wheel)


def install(wheel: Path, folder: Path) -> Path:
    """The program in a new environment, which nobody may write to afterwards."""
    venv.create(folder, symlinks=True)
    # our pip installs there; one of its own would be the slowest part
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", folder]
    pip += ["install", "-q"]
    call([*pip, "--require-hashes", "-r", ROOT / "requirements.lock"])
    call([*pip, "--no-deps", wheel])
    call(["chmod", "-R", "a-w", folder])
    return folder / "bin" / "carillon"


def confined(*command: str | Path) -> list[str | Path]:
    """The command as somebody whom file modes bind, also if that is root."""
    if os.geteuid() != 0:
        return [*command]
    return ["setpriv", "--bounding-set", "-dac_override", "--", *command]


def call(command: Sequence[str | Path], cwd: Path = Path("/")) -> str:
    """What it prints; it has to succeed, and knows nothing of this checkout."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CARILLON_", "PYTHON"))
    }
