"""Who has an account, in pages."""

from xml.etree import ElementTree as ET

import pytest

from tests.e2e.xml_client import XmlClient
from tests.modules.scene import ANNOUNCE, Component, X, condition, fresh
from tests.servers.ejabberd import Ejabberd
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

RSM = "{http://jabber.org/protocol/rsm}"


def accounts(component: Component, attributes: str, page: str = "") -> ET.Element:
    return component.ask_server(
        "get",
        f"<accounts xmlns='{ANNOUNCE}' {attributes}>"
        f"<set xmlns='{RSM[1:-1]}'>{page}</set></accounts>",
    )


def jids(answer: ET.Element) -> list[str]:
    return [one.text or "" for one in answer.iter(f"{X}jid")]


def test_pages(equipped: XmppServer, component: Component) -> None:
    """All once, in order, with their number; after the last there is nothing."""
    mine = set(equipped.register_many(5, f"page{fresh()}"))
    found: list[str] = []
    after = ""
    while True:
        answer = accounts(component, "kind='all'", f"<max>2</max>{after}")
        page = jids(answer)
        assert len(page) <= 2
        count = int(answer.findtext(f".//{RSM}count", "-1"))
        if not page:
            break
        assert answer.findtext(f".//{RSM}last") == page[-1]
        found += page
        after = f"<after>{page[-1]}</after>"
    assert len(found) == len(set(found)) == count
    assert mine <= set(found)
    none = accounts(component, "kind='all'", "<max>0</max>")
    assert jids(none) == []
    assert none.findtext(f".//{RSM}count") == str(count)


def test_online(equipped: XmppServer, component: Component) -> None:
    """Who is there now, once however many clients he has."""
    name = f"there{fresh()}"
    equipped.register(name)
    with (
        XmlClient(equipped, user=name, resource="one"),
        XmlClient(equipped, user=name, resource="two"),
    ):
        online = jids(accounts(component, "kind='online'", "<max>1000</max>"))
        assert online.count(equipped.jid(name)) == 1


def test_seen(equipped: XmppServer, component: Component) -> None:
    """Who was there within so many days, on a server that keeps it."""
    used, unused = f"used{fresh()}", f"unused{fresh()}"
    for name in (used, unused):
        equipped.register(name)
    with XmlClient(equipped, user=used):
        pass
    answer = accounts(component, "kind='seen' days='1'")
    if isinstance(equipped, Ejabberd):
        assert equipped.jid(used) in jids(answer)
        assert equipped.jid(unused) not in jids(answer)
        assert condition(accounts(component, "kind='seen'")) == "modify bad-request"
    else:
        assert condition(answer) == "cancel feature-not-implemented"


def test_what_it_cannot_tell(component: Component) -> None:
    """And it says so."""
    for kind in ("room", "odd"):
        answer = accounts(component, f"kind='{kind}'")
        assert condition(answer) == "cancel feature-not-implemented", kind
