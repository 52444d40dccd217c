"""A throw-away certificate authority and a server certificate signed by it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers import programs
from tests.servers.environment import environment

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Paths of PEM files; `ca_file` is what clients must trust."""

    ca_file: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, domain: str) -> Certificates:
    """Valid for `domain`, its subdomains and 127.0.0.1, for a week."""
    made = Certificates(
        ca_file=folder / "ca.pem",
        certificate=folder / "server.pem",
        key=folder / "server.key",
    )
    config = folder / "openssl.cnf"
    config.write_text("[req]\ndistinguished_name = name\n[name]\n")
    ca_key = folder / "ca.key"
    request = ["req", "-config", str(config), "-x509", "-days", "7", *NEW_KEY]
    _openssl(
        folder,
        [
            *request,
            *("-subj", "/CN=Carillon test CA"),
            *("-addext", "basicConstraints=critical,CA:true"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", ca_key, "-out", made.ca_file),
        ],
    )
    names = f"DNS:{domain},DNS:*.{domain},IP:127.0.0.1"
    _openssl(
        folder,
        [
            *request,
            *("-subj", f"/CN={domain}"),
            *("-CA", made.ca_file, "-CAkey", ca_key),
            *("-addext", "basicConstraints=critical,CA:false"),
            *("-addext", f"subjectAltName={names}"),
            *("-keyout", made.key, "-out", made.certificate),
        ],
    )
    return made


def _openssl(folder: Path, arguments: list[str | Path]) -> None:
    # openssl comes with either XMPP server, whichever is there
    for server in ("prosody", "ejabberd"):
        try:
            program = programs.find(server, "usr/bin/openssl")
        except programs.ProgramMissingError:
            continue
        subprocess.run(
            [program, *arguments],
            check=True,
            capture_output=True,
            env=environment(folder, {"LD_LIBRARY_PATH": programs.library_path(server)}),
            timeout=30,
        )
        return
    raise programs.ProgramMissingError("no openssl; run `make install`")
