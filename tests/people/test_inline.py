"""A message that one person writes now and another gets later (draft 1.0.0, §5.1, §10).

The servers have our module, the service is their component, and the people's clients
know nothing of either: they put `<schedule/>` on an ordinary message.
"""

import json
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from bot.domain.schedule import ScheduleState
from tests.e2e.service import Service
from tests.e2e.speaking import about, names, now, payload, refusal, said, written
from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import Component, Pair, S, X, delivered, fresh, pair
from tests.people.between import (
    DUE,
    LATER,
    QUIET,
    SID,
    SOON,
    asked,
    heard,
    job_of,
    leave,
    request,
    scheduled,
    send_now,
    steer,
    unregister,
    update,
)
from tests.people.conftest import Town

pytestmark = pytest.mark.e2e

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OMEMO = (
    "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='27183'><keys jid='a@b.c'>"
    "<key rid='31415' n:kex='true' xmlns:n='urn:n'>b64</key></keys></header>"
    "<payload>&lt;&amp;ü</payload></encrypted>"
)


@pytest.fixture
def service(place: Town) -> Service:
    """Running."""
    if not place.service.is_running:
        place.service.start()
        place.service.wait_until_connected()
    return place.service


@pytest.fixture
def people(place: Town, service: Service) -> Iterator[Pair]:
    """Two with two clients each, on the server of the running service."""
    assert service.is_running
    with pair(place.server) as found:
        yield found


def test_inline(people: Pair, service: Service) -> None:
    """§5.1: before its moment nobody has anything of it, then each has it once, from
    the sender's own JID and with its id; he hears of both.
    """
    sender, recipient = people.sender, people.recipient
    job, number = fresh(), fresh()
    origin = f"<origin-id xmlns='{SID}' id='{number}'/>"
    content = scheduled(f"{LATER}<timezone>Europe/Warsaw</timezone><id>{job}</id>")
    people.schedule(recipient.bare, content + origin, id=number)
    told = {update(one, job, "scheduled") for one in (sender, people.second)}
    assert heard(people, *told) == {}
    edit = f"<edit xmlns='{X[1:-1]}'>{scheduled(f'{SOON}<id>{job}</id>')}</edit>"
    assert payload(asked(sender, service, edit)).findtext(f"{S}status") == "scheduled"
    message = recipient.message(about(job))
    recipient.waiting.append(message)
    told |= {update(one, job, "sent") for one in (sender, people.second)}
    assert heard(people, *told) == delivered(number)
    assert (message.get("from"), message.get("id")) == (sender.bare, number)
    assert (message.get("type"), message.findtext(f"{C}body")) == ("chat", "later")
    assert message.find(f"{S}schedule") is None
    [told_origin] = message.findall(f"{{{SID}}}origin-id")
    assert told_origin.get("id") == number
    held_by = message.find(f"{S}scheduled-by")
    assert held_by is not None
    assert names(held_by) == ["scheduler", "id", "delivered-at"]
    assert held_by.findtext(f"{S}scheduler") == service.address
    done = payload(job_of(sender, service, job))
    assert done.findtext(f"{S}status") == "sent"


def test_verbatim(people: Pair) -> None:
    """§10: all that stands in the message comes as it was, be it without a body; a
    forged <scheduled-by/> does not, and each repetition has an id of its own.
    """
    job, number = fresh(), fresh()
    every = f"{SOON}<recurrence>FREQ=DAILY;COUNT=1</recurrence><id>{job}</id>{QUIET}"
    forged = f"<scheduled-by xmlns='{S[1:-1]}'><id>other</id></scheduled-by>"
    people.sender.send(
        f"<message to='{people.recipient.full}' type='normal' id='{number}'"
        f" xml:lang='de'>{OMEMO}{forged}<thread parent='e'>t</thread>"
        f"<subject>S</subject><body>eins</body><body xml:lang='en'>one</body>"
        f"{scheduled(every)}</message>"
    )
    message = people.recipient.message(about(job))
    assert (message.get("id"), message.get("type", "normal")) == (number, "normal")
    [encrypted] = message.findall("{urn:xmpp:omemo:2}encrypted")
    assert ET.canonicalize(ET.tostring(encrypted), rewrite_prefixes=True) == (
        ET.canonicalize(OMEMO, rewrite_prefixes=True)
    )
    [thread] = message.findall(f"{C}thread")
    assert (thread.get("parent"), thread.text) == ("e", "t")
    bodies = {one.get(LANG): one.text for one in message.findall(f"{C}body")}
    assert bodies == {"de": "eins", "en": "one"}
    assert [one.text for one in message.findall(f"{C}subject")] == ["S"]
    [held_by] = message.findall(f"{S}scheduled-by")
    assert held_by.findtext(f"{S}id") == job


REFUSED_ALIKE = {
    "the past": "<deliver-at>2020-01-01T00:00:00Z</deliver-at>",
    "no time": "",
    "both times": f"{LATER}<delay-seconds>5</delay-seconds>",
    "zone": f"{LATER}<timezone>Mars/Base</timezone>",
    "rule": f"{LATER}<recurrence>FREQ=HOURLY</recurrence>",
    "expired before": f"{LATER}<expires>{written(now())}</expires>",
    "too far": f"<deliver-at>{DUE.year + 3}-01-01T00:00:00Z</deliver-at>",
    "an empty id": f"{LATER}<id/>",
    "a list": f"{LATER}<metadata><list xmlns='{X[1:-1]}'>news</list></metadata>",
    "a template": f"{LATER}<metadata><announce xmlns='{X[1:-1]}' template='maintenance'"
    "/></metadata>",
}


def test_refused_as_by_iq(people: Pair, service: Service) -> None:
    """What a request by IQ is refused for, a message is: in the same words, with the
    same limit, in the message's language; and nothing is left of it.
    """
    sender, to = people.sender, people.recipient.bare
    nobody = f"{fresh()}@{people.server.domain}"
    cases = [*((to, when) for when in REFUSED_ALIKE.values()), (nobody, LATER)]
    for target, when in cases:
        number = people.schedule(target, scheduled(when), **{"xml:lang": "de"})
        inline = people.error(number)
        by_iq = sender.ask(
            service.address,
            "set",
            scheduled(f"<to>{target}</to><body>later</body>{when}"),
            "xml:lang='de'",
        )
        if "template" in when or "empty" in when:
            assert refusal(inline)[0] == refusal(by_iq)[0]
            continue
        assert (refusal(inline), said(inline)) == (refusal(by_iq), said(by_iq))
        limits = [one.find(f"{C}error/{X}limit") for one in (inline, by_iq)]
        given = [None if one is None else one.attrib for one in limits]
        assert given[0] == given[1]
        text = inline.find(f"{C}error/*[@{LANG}]")
        assert text is not None
        assert text.get(LANG) == "de"
    assert refusal(inline) == ("not-allowed", "cancel")
    everything = asked(sender, service, f"<schedule-query xmlns='{S[1:-1]}'/>")
    assert payload(everything).findall(f"{S}schedule") == []
    assert heard(people) == {}


def test_refused_by_its_form(people: Pair) -> None:
    """What only a message can have wrong: its schedule says what it says itself, it is
    for a group chat, it is signed, it has two schedules, or an id without end.
    """
    to = people.recipient.bare
    room = f"room@conference.{people.server.domain}"
    occupant = "<x xmlns='http://jabber.org/protocol/muc#user'/>"
    long = "i" * 300
    for attributes, content, condition in (
        ({}, scheduled(f"{LATER}<to>{to}</to>"), "bad-request"),
        ({}, scheduled(f"{LATER}<body>x</body>"), "bad-request"),
        ({}, scheduled("<cancel>x</cancel>"), "bad-request"),
        ({}, scheduled(LATER) * 2, "bad-request"),
        ({"id": long}, scheduled(f"{LATER}<id>short</id>"), "bad-request"),
        ({}, scheduled(LATER, "signed='true'"), "feature-not-implemented"),
        ({"type": "groupchat", "to": room}, scheduled(LATER), "not-allowed"),
        ({"to": f"{room}/nick"}, scheduled(LATER) + occupant, "not-allowed"),
    ):
        number = people.schedule(content=content, **{"to": to, **attributes})
        assert refusal(people.error(number))[0] == condition, content
    assert heard(people) == {}


def test_a_repeat(people: Pair, service: Service) -> None:
    """The same message again is the same job, of which nobody hears again; another one
    of the same id is refused. Without an id given it has that of the stanza.
    """
    sender, to, job = people.sender, people.recipient.bare, fresh()
    for _ in range(2):
        people.schedule(to, scheduled(LATER), id=job)
    told = {update(one, job, "scheduled") for one in (sender, people.second)}
    people.schedule(to, scheduled(SOON), id=job)
    assert refusal(people.error(job))[0] == "conflict"
    listed = payload(asked(sender, service, f"<schedule-query xmlns='{S[1:-1]}'/>"))
    [item] = listed.findall(f"{S}schedule")
    assert item.findtext(f"{S}id") == job
    assert item.findtext(f"{S}to") == to
    assert heard(people, *told) == {}


def test_too_many(people: Pair) -> None:
    """Its sender's limits hold, whatever his server hands over at once; each message
    beyond them comes back, and the rest are kept.
    """
    to, count = people.recipient.bare, 35
    for _ in range(count):
        people.schedule(to, scheduled(LATER))
    answers = [
        people.sender.message(lambda one: one.get("type") != "chat")
        for _ in range(count)
    ]
    limits = [one.find(f"{C}error/{X}limit") for one in answers]
    told = Counter("kept" if one is None else one.get("name") for one in limits)
    assert told == {"kept": 25, "deliveries-per-day": 10}


def test_managed_like_any_other(people: Pair, service: Service, place: Town) -> None:
    """Its owner looks at it, pauses and cancels it by IQ, and the operator by command;
    an admin learns whose and whose to it is, and never what it says.
    """
    sender, to, job = people.sender, people.recipient.bare, fresh()
    people.schedule(to, scheduled(f"{LATER}<id>{job}</id>"))
    update(sender, job, "scheduled")
    told = payload(job_of(sender, service, job))
    assert told.findtext(f"{S}deliver-at") == written(DUE)
    nobody = job_of(people.recipient, service, job)
    assert refusal(nobody) == ("item-not-found", "cancel")
    shown = json.loads(
        service.command("schedules", "show", job, "--owner", sender.bare, "--json")
    )
    assert (shown["origin"], shown["people"]) == ("inline", [to])
    assert shown["in_owners_name"]
    with XmlClient(people.server, user=place.admin) as chief:
        owner = f"<owner xmlns='{X[1:-1]}'>{sender.bare}</owner>"
        seen = job_of(chief, service, job, f"<metadata>{owner}</metadata>")
    assert "later" not in ET.tostring(seen, "unicode")
    assert payload(seen).findtext(f"{S}to") == to
    assert payload(seen).findtext(f"{S}metadata/{X}owner") == sender.bare
    for verb, state in (("pause", "scheduled"), ("resume", "scheduled")):
        done = payload(steer(sender, service, verb, job))
        assert done.findtext(f"{S}status") == state
    cancel = request(sender, service, f"<cancel>{job}</cancel>")
    assert payload(cancel).findtext(f"{S}status") == "cancelled"


def test_it_comes_back(people: Pair, service: Service) -> None:
    """What the recipient's client returns is told to the sender in words, and to nobody
    as a stanza; the counts change, the state does not.
    """
    sender, job = people.sender, fresh()
    people.schedule(people.recipient.bare, scheduled(f"{SOON}<id>{job}</id>{QUIET}"))
    message = people.recipient.message(about(job))
    # whose only message comes back before it is over has failed
    service.until(
        lambda: payload(job_of(sender, service, job)).findtext(f"{S}status") == "sent"
    )
    people.recipient.send(
        f"<message type='error' to='{sender.bare}' id='{message.get('id')}'>"
        "<error type='cancel'>"
        "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    )
    report = sender.message(lambda one: one.get("from") == service.address)
    text = report.findtext(f"{C}body") or ""
    assert f"({job}) to {people.recipient.bare}" in text
    assert "was not delivered: the address no longer exists (gone)" in text
    told = payload(job_of(sender, service, job))
    assert told.findtext(f"{S}status") == "sent"
    progress = told.find(f"{S}metadata/{X}progress")
    assert progress is not None
    assert (progress.get("sent"), progress.get("failed")) == ("0", "1")
    assert [one for one in sender.waiting if one.get("type") == "error"] == []


def test_somebody_is_gone(people: Pair, service: Service, place: Town) -> None:
    """Whose account is gone when it is due gets nothing, and the sender is told as of
    anybody who takes nothing; of a sender who is gone nothing goes out any more.
    """
    sender, recipient, server = people.sender, people.recipient, people.server
    first, second = fresh(), fresh()
    people.schedule(recipient.bare, scheduled(f"{LATER}<id>{first}</id>"))
    daily = "<recurrence>FREQ=DAILY;COUNT=9</recurrence>"
    people.schedule(
        server.jid(place.admin), scheduled(f"{LATER}{daily}<id>{second}</id>")
    )
    update(sender, first, "scheduled")
    update(sender, second, "scheduled")
    leave(recipient, people.other)
    unregister(server, recipient.bare)
    payload(steer(sender, service, "send-now", first))
    update(sender, first, "failed")
    report = sender.message(lambda one: "was not delivered" in _body(one))
    assert "(not-allowed)" in _body(report)
    leave(sender, people.second)
    unregister(server, sender.bare)
    job = send_now(service, sender.bare, second)
    service.until(lambda: service.schedule(job).is_final)
    assert service.schedule(job).state is ScheduleState.FAILED
    assert [one.condition for one in service.failures(job)] == ["sender-gone"]


def _body(message: ET.Element) -> str:
    return message.findtext(f"{C}body") or ""


def test_from_anybody_else(people: Pair, service: Service) -> None:
    """Divert and bounce count from servers alone, about their own people: all else is
    forbidden, in the same words whoever is meant, and counted.
    """
    before = service.metric("carillon_stanzas_discarded_total", reason="forbidden")
    sender, there = people.sender, people.recipient.bare
    nobody = f"{fresh()}@{people.server.domain}"
    answers = set()
    count = 0
    with Component(people.server, people.server.spares[0]) as stranger:
        for whose in (sender.full, nobody, f"a@{people.server.spares[0]}", "", "@"):
            message = (
                f"<message xmlns='jabber:client' from='{whose}' to='{there}' id='x'>"
                f"<body>later</body>{scheduled()}</message>"
            )
            forwarded = f"<forwarded xmlns='urn:xmpp:forward:0'>{message}</forwarded>"
            for name in ("divert", "bounce"):
                element = f"<{name} xmlns='{X[1:-1]}'>{forwarded}</{name}>"
                for client in (sender, stranger):
                    answer = client.ask(service.address, "set", element)
                    answers.add((refusal(answer), said(answer)))
                    count += 1
    [(error, _)] = answers
    assert error == ("forbidden", "auth")
    after = service.metric("carillon_stanzas_discarded_total", reason="forbidden")
    assert after == before + count


def test_the_service_is_killed(people: Pair, service: Service) -> None:
    """While it is away a message comes back with one error, and is sent by nobody."""
    service.kill()
    service.until(lambda: _is_known_to_be_away(people.sender, service))
    number = people.schedule(people.recipient.bare, scheduled())
    error = people.error(number)
    assert refusal(error) == ("service-unavailable", "wait")
    assert "not scheduled and not sent" in said(error)
    assert heard(people) == {}


def _is_known_to_be_away(client: XmlClient, service: Service) -> bool:
    """The server writes for a while to a connection that nobody reads any more."""
    try:
        answer = client.ask(
            service.address, "get", "<ping xmlns='urn:xmpp:ping'/>", seconds=1
        )
    except TimeoutError:
        return False
    return answer.get("type") == "error"
