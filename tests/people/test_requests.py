"""Draft §5.2, §10 and §11 between two people, by request, on both servers."""

import pytest

from tests.e2e.xml_client import C
from tests.modules.scene import S, condition, described, fresh
from tests.people.conftest import Town

OMEMO = (
    "<encrypted xmlns='eu.siacs.conversations.axolotl' xmlns:q='urn:q' q:at='1'>"
    "<header sid='1'/></encrypted>"
)
EME = "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/>"


def test_delivered_as_the_sender(place: Town) -> None:
    """Once in both archives, a carbon for the sender's other client, all as given."""
    anna, bert = place.person("anna"), place.person("bert")
    job = fresh()
    texts = "<body xml:lang='en'>Good luck</body><body xml:lang='pl'>Powodzenia</body>"
    answer = place.schedule(anna, bert.bare, job, f"{texts}{OMEMO}")
    assert answer.findtext(f"{S}schedule/{S}status") == "scheduled"
    told = bert.message()
    assert told.get("from") == anna.bare
    assert told.get("type") == "chat"
    assert sorted(one.text or "" for one in told.findall(f"{C}body")) == [
        "Good luck",
        "Powodzenia",
    ]
    [encrypted] = told.findall("{eu.siacs.conversations.axolotl}encrypted")
    assert encrypted.attrib == {"{urn:q}at": "1"}
    by = told.find(f"{S}scheduled-by")
    assert by is not None
    assert by.findtext(f"{S}scheduler") == place.service.address
    assert by.findtext(f"{S}id") == job
    assert anna.update(job) == "sent"
    assert [one.get("id") for one in anna.carbons()] == [told.get("id")]
    assert bert.archived == [told.get("id")]
    assert anna.archived.count(told.get("id") or "") == 1


def test_who_declines_is_as_who_does_not_exist(place: Town) -> None:
    """In condition, type and words."""
    anna, bert = place.person("anna"), place.person("bert")
    nobody = place.schedule(anna, f"nobody{fresh()}@{place.server.domain}", fresh())
    place.choose(bert, "who='nobody'")
    declined = place.schedule(anna, bert.bare, fresh())
    place.choose(bert, "who='everyone'", f"<block jid='{anna.bare}'/>")
    blocked = place.schedule(anna, bert.bare, fresh())
    assert described(nobody) == described(declined) == described(blocked)
    assert condition(nobody) == "cancel not-allowed"


def test_contacts(place: Town) -> None:
    """His server says who they are; a stranger is refused."""
    anna, bert, carl = (place.person(name) for name in ("anna", "bert", "carl"))
    place.choose(bert, "who='contacts'")
    assert condition(place.schedule(anna, bert.bare, fresh())) == "cancel not-allowed"
    place.befriend(bert, carl)
    job = fresh()
    assert condition(place.schedule(carl, bert.bare, job)) == "result"
    assert bert.message().get("from") == carl.bare


def test_encrypted_only(place: Town) -> None:
    """What stands beside it in clear does not reach him."""
    anna, bert = place.person("anna"), place.person("bert")
    place.choose(bert, "who='encrypted'")
    for content in ("", f"<body>clear</body>{OMEMO}", f"<body>clear</body>{EME}"):
        refused = place.schedule(anna, bert.bare, fresh(), content)
        assert condition(refused) == "cancel not-allowed"
    sent = place.schedule(anna, bert.bare, fresh(), f"<body>clear</body>{OMEMO}{EME}")
    assert condition(sent) == "result"
    told = bert.message()
    assert told.find("{eu.siacs.conversations.axolotl}encrypted") is not None
    assert "encrypted" in told.findtext(f"{C}body", "")
    assert "clear" not in told.findtext(f"{C}body", "")


@pytest.mark.parametrize("verdict", ["approve", "refuse"])
def test_ask_me_first(place: Town, verdict: str) -> None:
    """It waits; the sender sees no difference until it is due."""
    anna, bert = place.person("anna"), place.person("bert")
    place.choose(bert, "who='ask'")
    job = fresh()
    answer = place.schedule(anna, bert.bare, job, seconds=3)
    assert answer.findtext(f"{S}schedule/{S}status") == "scheduled"
    [waiting] = place.requests(bert)
    assert waiting.get("from") == anna.bare
    assert not list(waiting), "no content before it is approved"
    reference = waiting.get("ref") or ""
    assert condition(place.answer(anna, reference, "approve")) == (
        "cancel item-not-found"
    )
    assert condition(place.answer(bert, reference, verdict)) == "result"
    if verdict == "approve":
        assert bert.message().get("from") == anna.bare
        assert anna.update(job) == "sent"
    else:
        assert anna.update(job) == "failed"
        assert bert.archived == []


def test_asked_again_when_due(place: Town) -> None:
    """Who blocks the sender meanwhile gets nothing, and the sender is told."""
    anna, bert = place.person("anna"), place.person("bert")
    job = fresh()
    assert condition(place.schedule(anna, bert.bare, job, seconds=3)) == "result"
    place.choose(bert, "who='everyone'", f"<block jid='{anna.bare}'/>")
    assert anna.update(job) == "failed"
    assert bert.archived == []
