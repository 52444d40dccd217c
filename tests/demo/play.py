"""The play: who does what, and what must come of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from tests.demo import DemoError
from tests.demo.people import CLIENT, XML_LANG, Person
from tests.demo.service import Service
from tests.demo.telling import Teller

S = "{urn:xmpp:scheduling:0}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
JOB = "disk-maintenance"
#: seconds from the request to the first announcement
AHEAD = 5
REQUEST = """\
<schedule xmlns='urn:xmpp:scheduling:0'>
  <to>{to}</to>
  <deliver-at>{at}</deliver-at>
  <timezone>Europe/Warsaw</timezone>
  <recurrence>FREQ=DAILY;COUNT=3</recurrence>
  <id>{job}</id>
  <metadata>
    <announce xmlns='urn:x-carillon:announce:0' template='maintenance'>
      <field var='summary'>
        <value xml:lang='en'>New disks</value><value xml:lang='de'>Neue Platten</value>
      </field>
      <field var='start'><value>{start}</value></field>
      <field var='duration'><value>90m</value></field>
    </announce>
  </metadata>
</schedule>"""
QUERY = "<schedule-query xmlns='urn:xmpp:scheduling:0'><id>{job}</id></schedule-query>"


class Play:
    def __init__(
        self, teller: Teller, service: Service, domain: str, admin: Person
    ) -> None:
        self._tell = teller
        self._service = service
        self._domain = domain
        self._list = f"maintenance@{domain}"
        self._admin = admin

    async def subscribe(self, reader: Person) -> None:
        request = await reader.subscribe(self._list)
        self._tell.stanza(f"{reader.user} ({reader.language}) →", request)
        welcome = await reader.message("the welcome", _in(reader.language))
        self._tell.stanza(f"→ {reader.user}", welcome)
        self._tell.fact(f"{reader.user} is subscribed and welcomed")

    async def schedule(self) -> datetime:
        """Ask for three announcements; when the first is due."""
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the real one
        due = now + timedelta(seconds=AHEAD)
        start = (now + timedelta(days=4)).replace(hour=20, minute=0, second=0)
        request = REQUEST.format(to=self._list, at=_z(due), start=_z(start), job=JOB)
        iq, result = await self._admin.ask("set", self._domain, ET.fromstring(request))
        self._tell.stanza("admin →", iq.xml)
        self._tell.stanza("→ admin", result.xml)
        self._expect(_text(result.xml, "status"), "scheduled", "status of the request")
        self._tell.fact(f"accepted; due at {due:%H:%M:%S} UTC")
        return due

    async def receive(self, readers: list[Person], due: datetime) -> None:
        found = await asyncio.gather(*(self._announcement(r) for r in readers))
        late = datetime.now(UTC) - due  # noqa: TID251 - the real one
        if late < timedelta():
            raise DemoError(f"the announcement came {-late} before its time")
        for reader, message in zip(readers, found, strict=True):
            self._tell.stanza(f"→ {reader.user} ({reader.language})", message)
            self._tell.fact(f"{reader.user} reads:")
            for part in ("subject", "body"):
                self._tell.block(message.findtext(f"{CLIENT}{part}") or "")
        bodies = {message.findtext(f"{CLIENT}body") for message in found}
        if len(bodies) != len(readers):
            raise DemoError("two languages, and yet the same text")
        self._tell.fact("each in the reader's language, marked <scheduled-by/>")

    async def _announcement(self, reader: Person) -> ET.Element:
        def wanted(message: ET.Element) -> bool:
            told_by = message.findtext(f"{S}scheduled-by/{S}id")
            return told_by == JOB and _in(reader.language)(message)

        return await reader.message("the announcement", wanted)

    async def reply(self, reader: Person) -> None:
        sent = reader.say(self._list, "Danke! Geht auch Sonntag?")
        self._tell.stanza(f"{reader.user} →", sent)
        bounce = await reader.message(
            "the bounce", lambda message: message.get("id") == sent.get("id")
        )
        self._tell.stanza(f"→ {reader.user}", bounce)
        self._expect(bounce.get("type"), "error", "type of the answer")
        error = bounce.find(f"{CLIENT}error")
        if error is None or error.find(f"{STANZAS}service-unavailable") is None:
            raise DemoError("the reply bounced without service-unavailable")
        if not error.findtext(f"{STANZAS}text"):
            raise DemoError("the bounce says nothing to the person")
        self._tell.fact("nobody reads replies, and the writer is told so")

    async def ask(self, due: datetime) -> None:
        query = ET.fromstring(QUERY.format(job=JOB))
        iq, result = await self._admin.ask("get", self._domain, query)
        self._tell.stanza("admin →", iq.xml)
        self._tell.stanza("→ admin", result.xml)
        self._expect(_text(result.xml, "status"), "scheduled", "status of the job")
        following = _text(result.xml, "deliver-at") or "nothing"
        if datetime.fromisoformat(following) <= due:
            raise DemoError(f"the next moment is {following}, not after {due}")
        self._tell.fact(f"sent once, goes on: next at {following}")

    async def look_ahead(self) -> None:
        owner = self._admin.boundjid.bare
        words = ("schedules", "preview", JOB, "--owner", owner)
        status, output = await self._service.run(*words)
        self._tell.block(f"$ carillon {' '.join(words)}\n{output}")
        self._expect(status, 0, "exit code of the preview")

    def _expect(self, found: object, wanted: object, what: str) -> None:
        if found != wanted:
            raise DemoError(f"{what}: {found!r} instead of {wanted!r}")


def _in(language: str) -> Callable[[ET.Element], bool]:
    """A message with a body in that language."""

    def matches(message: ET.Element) -> bool:
        body = message.find(f"{CLIENT}body")
        if body is None:
            return False
        return (body.get(XML_LANG) or message.get(XML_LANG)) == language

    return matches


def _text(iq: ET.Element, name: str) -> str | None:
    return iq.findtext(f".//{S}{name}")


def _z(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
