"""The running service among raw clients: who asks, and what the answers say."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.e2e.play import play
from tests.e2e.service import Service
from tests.e2e.xml_client import STANZAS, C, XmlClient
from tests.servers.xmpp_server import XmppServer

SCHEDULING, ANNOUNCE = "urn:xmpp:scheduling:0", "urn:x-carillon:announce:0"
S, X = f"{{{SCHEDULING}}}", f"{{{ANNOUNCE}}}"
BODY, SOON = "<body>x</body>", "<delay-seconds>900</delay-seconds>"
RSM = "{http://jabber.org/protocol/rsm}"
LISTS = """
timezone = "Asia/Tokyo"
publishers = ["{publisher}"]
[lists.weather]
type = "headline"
welcome = ""
[lists.staff]
kind = "closed"
type = "normal"
welcome = ""
[notify]
jids = ["{notified}"]
"""


@dataclass
class Stage:
    """One service and five people: an admin, one who may announce to `news`, a
    reader, one who is told what goes wrong, and an auditor.
    """

    server: XmppServer
    mode: str
    service: Service
    admin: XmlClient
    publisher: XmlClient
    reader: XmlClient
    notified: XmlClient
    auditor: XmlClient

    @property
    def address(self) -> str:
        return self.service.address

    @property
    def contact(self) -> str:
        return self.address.partition("/")[0]

    def speaker(self, name: str = "news") -> str:
        """Who says what a list says."""
        component = self.mode == "component"
        return f"{name}@{self.address}" if component else self.address

    def play(self, script: str, **more: object) -> list[ET.Element]:
        """`more` people, and names for what the script has in braces."""
        people = {
            name: one for name, one in vars(self).items() if isinstance(one, XmlClient)
        }
        people |= {n: one for n, one in more.items() if isinstance(one, XmlClient)}
        names = {
            "service": self.address,
            "contact": self.contact,
            "present": f"{self.contact}/carillon",  # either mode's resource
            "scheduling": SCHEDULING,
            "announce": ANNOUNCE,
            "speaker": self.speaker(),
            "stanzas": STANZAS[1:-1],
        }
        names |= {n: str(one) for n, one in more.items() if n not in people}
        return play(script, people, names)

    def create(
        self, content: str, *, who: XmlClient | None = None, attributes: str = ""
    ) -> ET.Element:
        return self.request(
            f"<schedule xmlns='{SCHEDULING}'>{content}</schedule>",
            "set",
            who,
            attributes,
        )

    def query(self, content: str, *, who: XmlClient | None = None) -> ET.Element:
        payload = f"<schedule-query xmlns='{SCHEDULING}'>{content}</schedule-query>"
        return self.request(payload, "get", who)

    def request(
        self,
        payload: str,
        kind: str,
        who: XmlClient | None = None,
        attributes: str = "",
    ) -> ET.Element:
        return (who or self.admin).ask(self.address, kind, payload, attributes)


def fresh() -> str:
    """An id that nobody has used."""
    return secrets.token_hex(6)


def meta(content: str) -> str:
    """Our elements, in <metadata/>."""
    return f"<metadata>{content}</metadata>"


def to_list(name: str = "news") -> str:
    return f"<list xmlns='{ANNOUNCE}'>{name}</list>"


def to_people(*jids: str) -> str:
    people = "".join(f"<jid>{jid}</jid>" for jid in jids)
    return f"<audience xmlns='{ANNOUNCE}'>{people}</audience>"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a client's clock


def ahead() -> datetime:
    """Nine o'clock on the first of the month after next: a month away or two."""
    first = now().replace(day=1, hour=9, minute=0, second=0, microsecond=0)
    for _ in range(2):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


def written(moment: datetime) -> str:
    """As the draft has it, in UTC; fractions are cut."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def at_once() -> str:
    """A moment that has just passed."""
    return f"<deliver-at>{written(now())}</deliver-at>"


def job(
    client_id: str, *, delay: int = 0, target: str = to_list(), more: str = ""
) -> str:
    """A request with one body, due at once or after a delay in seconds."""
    when = f"<delay-seconds>{delay}</delay-seconds>" if delay else at_once()
    return f"<body>hello</body>{when}<id>{client_id}</id>{more}{meta(target)}"


def payload(answer: ET.Element) -> ET.Element:
    """The one child of a result."""
    assert answer.get("type") == "result", ET.tostring(answer)
    [found] = list(answer)
    return found


def names(element: ET.Element) -> list[str]:
    """The children's names, without the draft's namespace."""
    return [child.tag.removeprefix(S) for child in element]


def refusal(answer: ET.Element) -> tuple[str, str]:
    """(condition, type) of an error, which has a text in some language."""
    error = answer.find(f"{C}error")
    assert error is not None, ET.tostring(answer)
    [condition] = [
        child.tag.removeprefix(STANZAS)
        for child in error
        if child.tag.startswith(STANZAS) and child.tag != f"{STANZAS}text"
    ]
    text = error.find(f"{STANZAS}text")
    assert text is not None
    assert text.text
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang")
    return condition, error.get("type", "")


def said(answer: ET.Element) -> str:
    return answer.findtext(f"{C}error/{STANZAS}text") or ""


@contextmanager
def staged(
    server: XmppServer,
    mode: str,
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[Stage]:
    """`environment` of the process; `options` of the service."""
    users = {name: f"{name[0]}{secrets.token_hex(4)}" for name in Stage.__annotations__}
    people = ("admin", "publisher", "reader", "notified", "auditor")
    for name in people:
        server.register(users[name])
    service = Service(
        folder,
        server,
        mode,
        admins=[server.jid(users["admin"])],
        auditors=[server.jid(users["auditor"])],
        web="127.0.0.1:0",
        **options,
    )
    with ExitStack() as stack:
        stack.callback(service.close)
        with service.file.open("a") as file:
            jids = {name: server.jid(users[name]) for name in people}
            file.write(LISTS.format(**jids))
        service.start(environment)
        service.wait_until_connected()
        clients = {
            name: stack.enter_context(XmlClient(server, user=users[name]))
            for name in people
        }
        stage = Stage(server=server, mode=mode, service=service, **clients)
        arrive(stage)
        yield stage
        assert not service.is_running or service.stop() == 0


def arrive(stage: Stage) -> None:
    """Until the service answers for itself: it is connected a little before."""
    info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    for _ in range(50):
        answer = stage.admin.ask(stage.address, "get", info)
        if f'var="{SCHEDULING}"' in ET.tostring(answer, "unicode"):
            return
        stage.admin.settle()
    raise TimeoutError("the service tells nothing of itself")


def about(client_id: str) -> Callable[[ET.Element], bool]:
    """The delivery of that job."""
    return lambda one: one.findtext(f"{S}scheduled-by/{S}id") == client_id
