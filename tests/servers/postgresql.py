"""A private PostgreSQL."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg import sql

from tests.servers import programs
from tests.servers.environment import environment
from tests.servers.ports import HOST, free_port
from tests.servers.processes import Process, ServerError
from tests.servers.server import Server

# Nothing here need survive a power cut; without waiting for disks it is fast.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def created(
    connection: psycopg.Connection, name: str, *, like: str = "template1"
) -> None:
    """A new database, a copy of one to which nobody is connected."""
    # Copying the files takes half as long as writing each page into the log; before
    # PostgreSQL 15 there was no other way.
    by_files = connection.info.server_version >= 150_000
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(like)
    )
    connection.execute(made + sql.SQL(" STRATEGY file_copy") if by_files else made)


class PostgreSQL(Server):
    """One cluster, started by `with`; its only user `carillon` needs no password.

    PostgreSQL refuses to run as root: then it runs as nobody, to whom the
    folder is given.
    """

    name: ClassVar[str] = "postgresql"
    goodbye: ClassVar[signal.Signals] = signal.SIGINT  # "fast": ends who is connected

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        """`durable`: with the safe, slower settings that PostgreSQL comes with."""
        super().__init__(folder)
        self.durable = durable
        self.port = free_port()
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None

    def _prepare(self) -> None:
        if self._user is not None:
            os.chown(self.folder, self._user, self._user)
        self._root = self._reachable_programs()
        self._initialise()

    def _launch(self) -> Process:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "jit": "off",
            **({} if self.durable else FORGETFUL),
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Process(
            [self._bin / "postgres", "-D", self.folder / "data", *options],
            log=self.log,
            cwd=self.folder,
            env=self._environment,
            user=self._user,
            at_parents_death=signal.SIGQUIT,  # ends its children, too
        )

    def _wait_until_up(self, process: Process) -> None:
        process.wait_for_ports([self.port])
        self._wait_for_recovery()

    def kill(self) -> None:
        """End it as a power cut would; its children notice, and end too."""
        left = {Path(f"/proc/{child}") for child in self._children()}
        super().kill()
        deadline = time.monotonic() + 10
        while any(child.exists() for child in left) and time.monotonic() < deadline:
            time.sleep(0.01)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Meanwhile it takes connections and answers nothing, as on a dead disk."""
        processes = [self.pid]
        os.kill(self.pid, signal.SIGSTOP)  # first, so that it starts no more of them
        processes += self._children()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _children(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        # not there where it ended by itself
        listed = children.read_text() if children.exists() else ""
        return [int(child) for child in listed.split()]

    def database(self, name: str) -> str:
        """Make a new, empty database; returns its SQLAlchemy URL."""
        with self._connect() as connection:
            created(connection, name)
        return f"postgresql+psycopg://carillon@{HOST}:{self.port}/{name}"

    def dump(self, name: str) -> bytes:
        """Of a database, as text: what a restore is made from."""
        done = subprocess.run(
            [
                self._bin / "pg_dump",
                *("-h", HOST, "-p", str(self.port), "-U", "carillon", name),
            ],
            env=environment(self.folder, self._environment),
            capture_output=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def files(self, name: str) -> Iterator[Path]:
        """In which the server keeps a database, and its log of writes."""
        with self._connect() as connection:
            connection.execute("CHECKPOINT")
            number = "SELECT oid FROM pg_database WHERE datname = %s"
            found = connection.execute(number, (name,)).fetchone()
        assert found is not None
        data = self.folder / "data"
        yield from (data / "base" / str(found[0])).iterdir()
        yield from (data / "pg_wal").iterdir()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=HOST, port=self.port, user="carillon", dbname="postgres",
            autocommit=True, connect_timeout=10,
        )  # fmt: skip

    def _wait_for_recovery(self, timeout: float = 60) -> None:
        """After a `kill` the port opens before the server is ready."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _initialise(self) -> None:
        data = self.folder / "data"
        if data.exists():
            return
        made = subprocess.run(
            [
                self._bin / "initdb",
                *("-D", data, "-U", "carillon", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            cwd=self.folder,
            env=environment(self.folder, self._environment),
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if made.returncode != 0:
            raise ServerError(f"initdb: {made.stdout}\n{made.stderr}")

    @property
    def _bin(self) -> Path:
        found = programs.find(self.name, "usr/lib/postgresql/*/bin/postgres").parent
        return self._root / found.relative_to(self._origin(found))

    @property
    def _environment(self) -> dict[str, str]:
        path = programs.library_path(self.name)
        origin = str(programs.roots(self.name)[0])
        return {"LD_LIBRARY_PATH": path.replace(origin, str(self._root))}

    def _origin(self, path: Path) -> Path:
        return next(r for r in programs.roots(self.name) if path.is_relative_to(r))

    def _reachable_programs(self) -> Path:
        """The root of the programs; a copy where nobody may not look, as in /root."""
        found = programs.find(self.name, "usr/lib/postgresql/*/bin/postgres")
        origin = self._origin(found)
        closed = [p for p in found.parents if not p.stat().st_mode & 0o001]
        if self._user is None or not closed:
            return origin
        return Path(shutil.copytree(origin, self.folder / "programs", symlinks=True))
