"""Requests of Message Scheduling as any client may make them, by slixmpp alone."""

import secrets
from typing import Literal
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError

SCHEDULING = "urn:xmpp:scheduling:0"
ANNOUNCE = "urn:x-carillon:announce:0"
S = f"{{{SCHEDULING}}}"

Kind = Literal["get", "set"]


async def ask(client: ClientXMPP, to: str, kind: Kind, payload: str) -> ET.Element:
    """The payload of the result; raises slixmpp's IqError."""
    iq = client.make_iq(ito=to, itype=kind)
    iq["id"] = secrets.token_hex(8)
    iq.append(ET.fromstring(payload))
    answer = await iq.send(timeout=20)
    [found] = list(answer.xml)
    return found


async def refused(client: ClientXMPP, to: str, kind: Kind, payload: str) -> str:
    """The condition of the error."""
    try:
        await ask(client, to, kind, payload)
    except IqError as error:
        return str(error.condition)
    raise AssertionError("it was not refused")


def schedule(
    client_id: str, bodies: dict[str, str], *, delay: int = 1, extra: str = ""
) -> str:
    """To the list `news`."""
    texts = "".join(
        f"<body xml:lang='{language}'>{text}</body>"
        for language, text in bodies.items()
    )
    return (
        f"<schedule xmlns='{SCHEDULING}'><delay-seconds>{delay}</delay-seconds>"
        f"{texts}<id>{client_id}</id>{extra}"
        f"<metadata><list xmlns='{ANNOUNCE}'>news</list></metadata></schedule>"
    )


def query(client_id: str) -> str:
    return f"<schedule-query xmlns='{SCHEDULING}'><id>{client_id}</id></schedule-query>"


def cancel(client_id: str) -> str:
    return f"<schedule xmlns='{SCHEDULING}'><cancel>{client_id}</cancel></schedule>"


def status(answer: ET.Element) -> str | None:
    return answer.findtext(f"{S}status")
