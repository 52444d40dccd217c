"""A message in somebody's own name, as his server is given it."""

from datetime import datetime
from typing import Any

from bot.domain.message import Announcement, MessageType, Text
from bot.domain.payloads import FALLBACK
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.writing.letter import Letter
from tests.world import NOON, SERVICE, USER

TO = "rhea@example.org"
SID = "urn:xmpp:sid:0"
SEALED = "<encrypted xmlns='urn:xmpp:omemo:2' xmlns:q='urn:q' q:at='1'/>"
ORIGIN = f"<origin-id xmlns='{SID}' id='mine'/>"


def letter(*texts: Text, payloads: tuple[str, ...] = (), **more: Any) -> Letter:
    return Letter.of(
        Announcement(
            sender=USER,
            type=MessageType.CHAT,
            texts=texts,
            payloads=payloads,
            scheduler=SERVICE,
            job="job",
            in_senders_name=True,
            **more,
        )
    )


def said(found: Letter, moment: datetime = NOON) -> list[tuple[str, str, str]]:
    """Name, language and text of subjects and bodies."""
    message = found.message(TO, "ours", moment)
    return [
        (one.tag.rpartition("}")[2], one.get(LANG, ""), one.text or "")
        for one in message
        if one.tag.startswith(f"{{{CLIENT}}}")
    ]


def test_one_language() -> None:
    """It is the message's own, and so is the type; the service says who sent it."""
    found = letter(Text(language="de", subject="Zum Tag", body="Alles Gute"))
    message = found.message(TO, "ours", NOON)
    given = {"from": USER, "to": TO, "id": "ours", "type": "chat", LANG: "de"}
    assert message.attrib == given
    assert said(found) == [("subject", "", "Zum Tag"), ("body", "", "Alles Gute")]
    by = message.find(f"{{{NS}}}scheduled-by")
    assert by is not None
    assert [one.text for one in by] == [SERVICE, "job", "2026-03-01T12:00:00Z"]


def test_several_languages() -> None:
    """Each body has its own; a subject that all share is said once, in none."""
    texts = (
        Text(language="", subject="Hi", body="Good luck"),
        Text(language="pl", subject="Hi", body="Powodzenia"),
    )
    assert said(letter(*texts)) == [
        ("subject", "", "Hi"),
        ("body", "", "Good luck"),
        ("body", "pl", "Powodzenia"),
    ]


def test_ids() -> None:
    """The first keeps what its sender gave it; a later one has the service's own in
    both places, since the old one is that of another message.
    """
    for kept, expected in (("theirs", ("theirs", "mine")), (None, ("ours", "ours"))):
        found = letter(Text(language="", body="x"), payloads=(ORIGIN,), id=kept)
        message = found.message(TO, "ours", NOON)
        [origin] = message.findall(f"{{{SID}}}origin-id")
        assert (message.get("id"), origin.get("id")) == expected


def test_without_words() -> None:
    """Of the sender's own words none is left, in no language; what is sealed stays."""
    texts = (
        Text(language="", subject="psst", body="our secret"),
        Text(language="de", body="unser Geheimnis"),
    )
    found = letter(*texts, payloads=(SEALED,)).without_words()
    assert said(found) == [("body", "", FALLBACK)]
    message = found.message(TO, "ours", NOON)
    [sealed] = message.findall("{urn:xmpp:omemo:2}encrypted")
    assert sealed.attrib == {"{urn:q}at": "1"}
