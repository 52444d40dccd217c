"""Who may schedule messages to whom, through each way that there is to ask."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from bot.desk.verbs import announcing
from bot.domain.access import Access
from bot.domain.consent import ApprovalState, Consent, Who
from bot.domain.errors import NotAllowed
from bot.domain.jid import domain_of
from bot.domain.schedule import Origin
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import People
from bot.xmpp.stanzas.delegation import NAMESPACES
from bot.xmpp.stanzas.namespaces import ANNOUNCE, COMPONENT, STANZAS
from bot.xmpp.stanzas.scheduling import NS
from tests.fuzz.asked import Server
from tests.fuzz.standing import Rows, Standing
from tests.permissions.consent_table import DOORS, Case, cases
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    SERVICE,
    STRANGER,
    USER,
    a_policy,
)

RECIPIENT = "rhea@example.org"
#: whose domain is another that is trusted: with a server that may speak for it, without
ALLY, FRIEND = "ann@allied.example", "friend@partner.example"
PEOPLE = {
    "user": USER,
    "publisher": PUBLISHER,
    "auditor": AUDITOR,
    "admin": ADMIN,
    "ally": ALLY,
}
SEALED = (
    "<encrypted xmlns='urn:xmpp:omemo:2'/>"
    "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>"
)
WHEN = "<delay-seconds>3600</delay-seconds><id>job</id>"
#: what a refusal may add to
APART = {"audit", "request_count", "sqlite_sequence"}


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    policy = a_policy(
        access=Access(
            admins=frozenset({ADMIN}),
            publishers=frozenset({PUBLISHER}),
            auditors=frozenset({AUDITOR}),
            domains=frozenset({"example.org", "allied.example", "partner.example"}),
        ),
        people=People(servers=frozenset({"example.org", "allied.example"})),
    )
    with closing(Standing(policy)) as found:
        yield found


def request(door: str, sender: str, to: str, more: str = "") -> ET.Element:
    """The stanza by which a message is asked for, as it comes to the service."""
    full, server = f"{sender}/x", domain_of(sender)
    client = "xmlns='jabber:client'"
    said = f"<body>Hello</body>{more}"
    job = f"<schedule xmlns='{NS}'>{{}}{WHEN}</schedule>"
    asked = job.format(f"<to>{to}</to>{said}")
    if door == "request":
        return stanza(full, asked)
    if door == "inline":
        message = (
            f"<message {client} from='{full}' to='{to}' type='chat' id='m'>"
            f"{said}{job.format('')}</message>"
        )
        return stanza(server, forwarded("divert", ANNOUNCE, message))
    iq = f"<iq {client} from='{full}' to='{sender}' type='set' id='i'>{asked}</iq>"
    return stanza(server, forwarded("delegation", NAMESPACES[0], iq))


def forwarded(name: str, namespace: str, content: str) -> str:
    return (
        f"<{name} xmlns='{namespace}'><forwarded xmlns='urn:xmpp:forward:0'>"
        f"{content}</forwarded></{name}>"
    )


def stanza(sender: str, payload: str, kind: str = "set") -> ET.Element:
    return ET.fromstring(
        f"<iq xmlns='{COMPONENT}' type='{kind}' id='outer' from='{sender}'"
        f" to='{SERVICE}'>{payload}</iq>"
    )


@dataclass(frozen=True)
class Outcome:
    """What came of one request."""

    #: the table's word, or the error's type and condition
    verdict: str
    #: all that the caller is told, but for marks of the moment
    told: str
    #: of whom
    scheduled: tuple[str, ...]
    #: who are asked
    waiting: tuple[str, ...]
    #: what was written down of a refusal, without its number
    trail: str
    #: tables that have changed, but for those apart
    changed: frozenset[str]


def outcome(standing: Standing, asked: ET.Element, recipient: str) -> Outcome:
    """The one answer to it; what it did is taken back."""
    before = standing.database.rows()
    sent, after = standing.put(asked)
    if after is standing.before:  # it has written nothing
        after = before
    [answer] = [one for one in sent if one.tag.endswith("iq")]
    added = {name: rows - before[name] for name, rows in after.items()}
    approvals = [dict(row) for row in added["approval"]]
    assert {one["state"] for one in approvals} <= {ApprovalState.WAITING.value}
    error = next((one for one in answer.iter() if one.tag.endswith("error")), None)
    verdict = "ask" if approvals else "yes"
    if error is not None:
        condition = next(one for one in error if STANZAS in one.tag)
        verdict = f"{error.get('type')} {condition.tag.rpartition('}')[2]}"
    return Outcome(
        verdict=verdict,
        told=ET.canonicalize(ET.tostring(answer)),
        scheduled=tuple(dict(row)["owner"] for row in added["schedule"]),
        waiting=tuple(one["recipient"] for one in approvals),
        trail=trail(added, recipient),
        changed=frozenset(
            name for name in after if after[name] != before[name]
        ).difference(APART),
    )


def trail(added: Rows, recipient: str) -> str:
    """What is written down of a refusal, whoever it was meant for."""
    entries = [dict(row) for row in added["audit"]]
    for entry in entries:
        entry["about"] = entry["about"].replace(recipient, "TO")
    columns = ("about", "caller", "detail", "door", "result", "role", "reference")
    return str([[entry[name] for name in columns] for entry in entries])


def chosen(case: Case, sender: str) -> Consent | None:
    """What the case's recipient has chosen, None for nothing."""
    if case.choice == "usual" and not case.named:
        return None
    # who chose nothing has named nobody: he names somebody beside the usual
    who = Who.SERVER if case.choice == "usual" else Who(case.choice)
    allowed = {"allowed": {sender}, "both": {domain_of(sender)}}.get(case.named, set())
    blocked = {"blocked": {domain_of(sender)}, "both": {sender}}.get(case.named, set())
    return Consent(who=who, allowed=frozenset(allowed), blocked=frozenset(blocked))


def choose(standing: Standing, jid: str, consent: Consent) -> None:
    now = standing.now()
    standing.database.call(lambda uow: uow.consents.put(jid, consent, now))


def asked(standing: Standing, case: Case) -> Outcome:
    """What comes of the message of a case."""
    sender = PEOPLE[case.sender]
    recipient = sender if case.himself else RECIPIENT
    consent = chosen(case, sender)
    if consent is not None:
        choose(standing, recipient, consent)
    standing.server = SERVERS.get(case.relation) or Server(subscription=case.relation)
    more = SEALED if case.sealed else ""
    return outcome(standing, request(case.door, sender, recipient, more), recipient)


#: what the recipient's server says where it says of no subscription
SERVERS = {
    "absent": Server(exists=False),
    "untold": Server(parts=("deliver",)),
    "silent": Server(subscription=""),
}
VERDICTS = {
    "yes": "yes",
    "ask": "ask",
    "no": "cancel not-allowed",
    "wait": "wait resource-constraint",
}


def test_the_table(standing: Standing) -> None:
    """Each message meets what the table says. What is refused leaves nothing, and says
    the same, here and in the trail, as of somebody who does not exist; who is asked
    first makes no difference to the sender.
    """
    refused, accepted = defaultdict(set), defaultdict(set)
    for case in cases():
        found = asked(standing, case)
        assert found.verdict == VERDICTS[case.verdict], (case, found)
        if case.verdict in {"no", "wait"}:
            assert not found.changed, (case, found)
            which = (case.sender, case.door, case.verdict)
            # the trail knows which server is silent
            written = found.trail if case.verdict == "no" else ""
            refused[which].add((found.told, written))
            continue
        assert found.scheduled == (PEOPLE[case.sender],), (case, found)
        asks = (RECIPIENT,) if case.verdict == "ask" else ()
        assert found.waiting == asks, (case, found)
        if not case.sealed:  # of which there is a warning
            accepted[case.sender, case.door].add(found.told)
    assert {which: told for which, told in refused.items() if len(told) != 1} == {}
    assert {which: told for which, told in accepted.items() if len(told) != 1} == {}
    assert len(refused) == 2 * 6 + 3
    assert len(accepted) == 6 + 3


#: caller, door -> what he is told, whoever is meant
NOT_HEARD = {
    (FRIEND, "request"): "cancel not-allowed",
    (FRIEND, "inline"): "auth forbidden",
    (FRIEND, "delegated"): "auth forbidden",
    (STRANGER, "request"): "auth forbidden",
    (STRANGER, "inline"): "auth forbidden",
    (STRANGER, "delegated"): "auth forbidden",
}


@pytest.mark.parametrize(("sender", "door"), NOT_HEARD)
def test_no_server_speaks_for_him(standing: Standing, sender: str, door: str) -> None:
    """He is told the same whoever is meant, whatever that one has chosen, himself
    included; no server is asked.
    """
    told = set()
    everyone = Consent(who=Who.EVERYONE, allowed=frozenset({sender}))
    for server in (Server(), Server(exists=False), Server(subscription="")):
        standing.server = server
        for recipient in (RECIPIENT, sender, "far@remote.example"):
            choose(standing, recipient, everyone)
            found = outcome(standing, request(door, sender, recipient), recipient)
            assert found.verdict == NOT_HEARD[sender, door]
            assert not found.changed
            told.add(found.told)
        assert not server.asked
    assert len(told) == 1


def test_the_operator_has_no_name(standing: Standing) -> None:
    """On the command line nobody can be written to in anybody's name."""
    for verb in (announcing.SCHEDULE, announcing.DRAFT):
        wanted = verb(
            ScheduleRequest(
                origin=Origin.CLI,
                to=RECIPIENT,
                bodies=(("en", "Hello"),),
                delay_seconds="3600",
            )
        )
        try:
            with pytest.raises(NotAllowed, match="operator has none"):
                standing.desk.ask_here(wanted)
        finally:
            standing.database.undo()


@pytest.mark.parametrize("door", DOORS)
def test_people_of_other_servers(standing: Standing, door: str) -> None:
    """The operator's choice stands for them, and their own where they could make one;
    no server is asked about them.
    """
    for recipient, who, verdict in (
        ("far@remote.example", None, "yes"),
        (FRIEND, None, "yes"),
        (FRIEND, Who.NOBODY, "cancel not-allowed"),
        (FRIEND, Who.CONTACTS, "cancel not-allowed"),
        (FRIEND, Who.ASK, "ask"),
    ):
        if who is not None:
            choose(standing, recipient, Consent(who=who))
        standing.server = Server(subscription="")
        found = outcome(standing, request(door, USER, recipient), recipient)
        assert found.verdict == verdict, recipient
