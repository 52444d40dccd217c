"""Images built and run without a daemon, by buildah, on a base made by debootstrap."""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import programs, tools
from tests.servers.folders import temporary_folder

CACHE = programs.UNPACKED.parent / "images"
SCRIPT = Path(__file__).with_name("base.sh")
KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"
#: stands for what the Dockerfiles start from
BASE = "docker.io/library/base"
PATIENCE = 400.0


class CannotError(Exception):
    """Not possible on this machine; the text says why."""


def base() -> Path:
    """The folder with base.tar and docker-compose; made once. Raises CannotError."""
    if os.geteuid() != 0:
        raise CannotError("images are built as root only: they are made by chroot")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, made = CACHE / "made", SCRIPT.read_text()
        if stamp.exists() and stamp.read_text() == made:
            return CACHE
        if (ran := _run("unshare", "-m", "true")).returncode != 0:
            raise CannotError(f"mounting is forbidden here: {ran.stderr}")
        keyring = programs.find("tools", KEYRING)
        scripts = programs.find("tools", "usr/share/debootstrap")
        ran = _run(
            "unshare", "-m", "bash", SCRIPT, CACHE, keyring,
            env={"DEBOOTSTRAP_DIR": str(scripts)},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        stamp.write_text(made)
    return CACHE


class Images:
    """buildah, with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "policy.json").write_text(
            '{"default": [{"type": "insecureAcceptAnything"}]}'
        )
        (folder / "registries.conf").touch()
        self.environment = tools.environment(
            BUILDAH_ISOLATION="chroot",
            STORAGE_DRIVER="vfs",
            CONTAINERS_REGISTRIES_CONF=str(folder / "registries.conf"),
            TMPDIR=str(folder),
        )
        empty = self("from", "scratch")
        self("add", "-q", empty, base() / "base.tar", "/")
        self("commit", "-q", *self._policy, empty, BASE)
        self("rm", empty)

    @property
    def _policy(self) -> list[str]:
        return ["--signature-policy", f"{self._folder}/policy.json"]

    def command(self, *words: str | Path) -> list[str | Path]:
        store: list[str | Path] = [
            "--root",
            self._folder / "store",
            "--runroot",
            self._folder / "run",
        ]
        return [tools.find("buildah"), *store, *words]

    def __call__(self, *words: str | Path) -> str:
        """What it prints; it has to succeed."""
        ran = subprocess.run(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        return ran.stdout.strip()

    def build(self, name: str, context: Path, file: str = "Dockerfile") -> None:
        """Nothing is pulled; as Docker's own format, which has health checks."""
        self(
            "build", *self._policy, "--pull-never", "--network", "host",
            "--format", "docker", "--build-arg", f"BASE={BASE}",
            "-t", name, "-f", context / file, context,
        )  # fmt: skip

    def config(self, name: str) -> dict[str, Any]:
        told = json.loads(self("inspect", "--type", "image", name))
        config: dict[str, Any] = told["Docker"]["config"]
        return config

    def container(self, name: str) -> str:
        return self("from", "--pull-never", *self._policy, name)

    def running(
        self, container: str, *words: str, files: Mapping[str, Path] = {}, **env: str
    ) -> list[str | Path]:
        """The command that runs `words` there, with files at places of its own."""
        volumes = [f"--volume={file}:{place}:ro" for place, file in files.items()]
        variables = [f"--env={name}={value}" for name, value in env.items()]
        return self.command("run", *volumes, *variables, "--", container, *words)


@contextmanager
def images() -> Iterator[Images]:
    with temporary_folder() as folder:
        yield Images(folder)


def _run(
    *command: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**tools.environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
