"""Private XMPP servers with `mod_carillon`, installed as operators install it.

They keep people's files for a day.

What differs between the two is here; `tests/modules` tests both by the same words.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ejabberd import Ejabberd
from tests.servers.folders import temporary_folder
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

CONTRIB = Path(__file__).resolve().parents[2] / "contrib"
FAULTS = Path(__file__).with_name("faults")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the module's configuration says; `spares[0]` is a helper's domain."""

    #: seconds until the component has not answered, and until it is told again
    timeout: int = 3
    retry: int = 1
    parts: tuple[str, ...] = ("divert", "deliver", "bounce", "relation", "accounts")
    archives: bool = True
    #: how many ids of `deliver` are remembered
    memory: int = 50_000


@contextmanager
def prosody(
    options: Options, more: str = "", *, broken: str | None = None
) -> Iterator[Prosody]:
    """The folder lies where Prosody looks for plugins.

    `more`: lines behind it all; `broken`: a part that does not load.
    """
    with temporary_folder() as folder:
        modules = folder / "modules"
        shutil.copytree(CONTRIB / "prosody" / "mod_carillon", modules / "mod_carillon")
        if broken:
            (modules / "mod_carillon" / f"{broken}.lib.lua").write_text("error('x')")
        for fault in FAULTS.glob("*.lua"):
            shutil.copy(fault, modules)
        parts = ", ".join(f'"{part}"' for part in options.parts)
        lines = f"""
modules_enabled = {{ "carillon" }}
delegations = {{
  ["urn:xmpp:scheduling:0"] = {{ jid = "announce.prosody.test" }};
  ["urn:x-carillon:announce:0"] = {{ jid = "announce.prosody.test" }};
}}
carillon_component = "announce.prosody.test"
carillon_helpers = {{ "spare1.prosody.test" }}
carillon_timeout = {options.timeout}
carillon_retry = {options.retry}
carillon_memory = {options.memory}
carillon_parts = {{ {parts} }}
{more}
Component "upload.prosody.test" "http_file_share"
  http_file_share_expires_after = 86400
"""
        with Prosody(folder, modules=lines, mam=options.archives) as server:
            yield server


@contextmanager
def ejabberd(options: Options) -> Iterator[Ejabberd]:
    """Compiled and loaded by the running server."""
    with Ejabberd(mam=options.archives) as server:
        server.install_module(CONTRIB / "ejabberd" / "mod_carillon")
        server.reconfigure(f"""
  mod_carillon:
    component: announce.ejabberd.test
    helpers: [spare1.ejabberd.test]
    timeout: {options.timeout}
    retry: {options.retry}
    memory: {options.memory}
    parts: [{", ".join(options.parts)}]
  mod_http_upload: {{put_url: "https://@HOST@:5443/upload", docroot: "{server.folder}"}}
  mod_http_upload_quota: {{max_days: 1}}
""")
        yield server


#: how each server is started with the module
STARTED: dict[str, Callable[[Options], AbstractContextManager[XmppServer]]] = {
    "prosody": prosody,
    "ejabberd": ejabberd,
}


@contextmanager
def without_module(server: XmppServer) -> Iterator[None]:
    """Meanwhile it is not loaded, as after a mistake in the configuration."""
    if isinstance(server, Prosody):
        server.control("shell", f'module:unload("carillon", "{server.domain}")')
        yield
        server.control("shell", f'module:load("carillon", "{server.domain}")')
    else:
        assert isinstance(server, Ejabberd)
        before = server.modules
        server.reconfigure("")
        yield
        server.reconfigure(before)


@contextmanager
def delegating(server: XmppServer) -> Iterator[None]:
    """Meanwhile it delegates our namespaces to the component, once that connects."""
    if isinstance(server, Prosody):
        hosts = server.domain, server.component
        for host in hosts:
            server.control("shell", f'module:load("delegation", "{host}")')
        yield
        for host in hosts:
            server.control("shell", f'module:unload("delegation", "{host}")')
    else:
        assert isinstance(server, Ejabberd)
        before = server.modules
        server.reconfigure(f"""{before}
  mod_delegation:
    namespaces:
      "urn:xmpp:scheduling:0": {{access: announce}}
      "urn:x-carillon:announce:0": {{access: announce}}
""")
        yield
        server.reconfigure("")  # it has taken our module's IQs
        server.reconfigure(before)


@contextmanager
def failing_diverts(server: XmppServer) -> Iterator[None]:
    """Meanwhile whatever is diverted fails within the module."""
    if isinstance(server, Prosody):
        server.control("shell", f'module:load("failing_diverts", "{server.domain}")')
        yield
        server.control("shell", f'module:unload("failing_diverts", "{server.domain}")')
    else:
        assert isinstance(server, Ejabberd)
        if not (server.sources / "mod_failing_diverts").is_dir():
            server.install_module(FAULTS / "mod_failing_diverts")
        before = server.modules
        server.reconfigure(f"{before}\n  mod_failing_diverts: {{}}")
        yield
        server.reconfigure(before)
