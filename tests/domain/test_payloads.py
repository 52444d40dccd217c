"""What a message is beside its words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import payloads
from bot.domain.message import Text

AXOLOTL = "eu.siacs.conversations.axolotl"
OMEMO = "urn:xmpp:omemo:2"
WEEK, DAY = timedelta(days=7), timedelta(days=1)
SOURCE = (
    "<sources><url-data xmlns='http://jabber.org/protocol/url-data'"
    " target='https://sfs.example/1'/></sources>"
)
UPLOADS = {
    "https://upload.example.org:5281/file_share/": WEEK,
    "https://files.example/up": DAY,
}


def eme(namespace: str) -> str:
    return f"<encryption xmlns='urn:xmpp:eme:0' namespace='{namespace}'/>"


def sealed(namespace: str) -> str:
    return f"<encrypted xmlns='{namespace}'><header sid='1'/></encrypted>"


@pytest.mark.parametrize(
    ("given", "is_encrypted", "seems"),
    [
        ((eme(AXOLOTL), sealed(AXOLOTL)), True, True),
        ((sealed(OMEMO), eme(OMEMO)), True, True),
        ((eme("urn:example:new"), "<e xmlns='urn:example:new'/>"), True, True),
        ((eme(AXOLOTL), sealed(OMEMO), eme(OMEMO)), True, True),
        ((eme(AXOLOTL), sealed(OMEMO)), False, True),
        ((eme(AXOLOTL),), False, True),
        ((sealed(AXOLOTL),), False, True),
        ((eme("urn:xmpp:eme:0"),), False, True),
        ((eme(""), "<e/>"), False, True),
        ((f"<x xmlns='urn:x'>{eme(OMEMO)}{sealed(OMEMO)}</x>",), False, False),
        (("<encryption xmlns='urn:x' namespace='urn:x'/>",), False, False),
        (("<store xmlns='urn:xmpp:hints'/>",), False, False),
        (("<broken",), False, False),
        ((), False, False),
    ],
)
def test_encrypted(given: tuple[str, ...], is_encrypted: bool, seems: bool) -> None:
    """It says so and has a payload in the namespace it names; it seems so, else."""
    assert payloads.is_encrypted(given) == is_encrypted
    assert payloads.seems_encrypted(given) == seems


@pytest.mark.parametrize(
    ("element", "refers"),
    [
        ("<reply xmlns='urn:xmpp:reply:0' to='a@b' id='1'/>", True),
        ("<reactions xmlns='urn:xmpp:reactions:0' id='1'/>", True),
        ("<replace xmlns='urn:xmpp:message-correct:0' id='1'/>", True),
        ("<retract xmlns='urn:xmpp:message-retract:1' id='1'/>", True),
        ("<retract xmlns='urn:xmpp:message-retract:0'/>", True),
        ("<apply-to xmlns='urn:xmpp:fasten:0' id='1'/>", True),
        ("<reply xmlns='urn:x' id='1'/>", False),
        ("<origin-id xmlns='urn:xmpp:sid:0' id='1'/>", False),
        ("<thread xmlns='urn:xmpp:reply:0'/>", False),
        ("<", False),
    ],
)
def test_about_another(element: str, refers: bool) -> None:
    """An answer, a reaction, a correction, a retraction name another message."""
    assert payloads.refers(("<a xmlns='urn:a'/>", element)) == refers


def test_links() -> None:
    """Those of the words without what ends the sentence, then of the payloads."""
    texts = (
        Text(language="", body="See (https://a.example/x.png), HTTP://b.example/?q=1!"),
        Text(language="de", body="<https://a.example/x.png> aesgcm://c.example/1#00"),
    )
    given = (
        "<x xmlns='jabber:x:oob'><url> https://oob.example/1 </url><desc>d</desc></x>",
        "<x xmlns='jabber:x:oob'><url>ftp://oob.example/2</url></x>",
        f"<file-sharing xmlns='urn:xmpp:sfs:0'>{SOURCE}</file-sharing>",
        "<reference xmlns='urn:xmpp:reference:0' type='data' uri='xmpp:a@b'/>",
        "<reference xmlns='urn:xmpp:reference:0' uri='https://ref.example/1'/>",
        "<url xmlns='urn:x'>https://other.example/</url>",
        "<broken",
    )
    assert payloads.links(texts, given) == (
        "https://a.example/x.png",
        "HTTP://b.example/?q=1",
        "aesgcm://c.example/1#00",
        "https://oob.example/1",
        "https://sfs.example/1",
        "https://ref.example/1",
    )


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://upload.example.org:5281/file_share/1/x.png", WEEK),
        ("HTTPS://Upload.Example.org:5281/file_share/1/x.png", WEEK),
        ("aesgcm://upload.example.org:5281/file_share/1/x#0", WEEK),
        ("https://files.example:443/up/1", DAY),
        ("https://files.example/up", None),
        ("https://files.example/upside", None),
        ("https://files.example:8443/up/1", None),
        ("http://files.example/up/1", None),
        ("https://upload.example.org/file_share/1", None),
        ("https://upload.example.org:5281.evil.example/file_share/1", None),
        ("https://upload.example.org:5281@evil.example/file_share/1", None),
        ("https://[::1/up/1", None),
        ("https://files.example:x/up/1", None),
        ("https://", None),
    ],
)
def test_kept_for(link: str, kept: timedelta | None) -> None:
    """As long as the service keeps files whose address it lies under, and no other."""
    assert payloads.kept_for(link, UPLOADS) == kept


@given(st.text(max_size=60))
def test_any_words(text: str) -> None:
    """Whatever somebody writes, links are found in it, and are part of it."""
    for words in (text, f"https://{text}", f"https://files.example/up/{text}"):
        for link in payloads.links((Text(language="", body=words),), ()):
            assert link in words
            payloads.kept_for(link, UPLOADS)
            assert payloads.host_of(link)
