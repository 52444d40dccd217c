"""Requests as XML, read into what the use cases take."""

from xml.etree import ElementTree as ET

import pytest

from bot.domain.errors import Invalid, NotFound, NotOffered
from bot.service.requests.request import ScheduleRequest
from bot.xmpp.doors.scheduling.requests import (
    CancelRequest,
    QueryRequest,
    read_query,
    read_schedule,
)
from bot.xmpp.stanzas.result_sets import PageWish, read_wish

S = "urn:xmpp:scheduling:0"
X = "urn:x-carillon:announce:0"


def schedule(content: str, attributes: str = "") -> ET.Element:
    return ET.fromstring(f"<schedule xmlns='{S}' {attributes}>{content}</schedule>")


def read(content: str, attributes: str = "", language: str = "") -> ScheduleRequest:
    request = read_schedule(schedule(content, attributes), language)
    assert isinstance(request, ScheduleRequest)
    return request


def query(content: str) -> QueryRequest:
    return read_query(
        ET.fromstring(f"<schedule-query xmlns='{S}'>{content}</schedule-query>")
    )


def wish(content: str) -> PageWish:
    element = f"<set xmlns='http://jabber.org/protocol/rsm'>{content}</set>"
    return read_wish(ET.fromstring(element))


def metadata(content: str) -> str:
    return f"<metadata>{content.replace('/>', f' xmlns=@{X}@/>')}</metadata>".replace(
        "@", "'"
    )


def template(fields: str) -> str:
    announce = f"<announce xmlns='{X}' template='t'>{fields}</announce>"
    return f"<metadata>{announce}</metadata>"


def test_every_element_is_read() -> None:
    """The draft's elements arrive as given, blanks around values left out."""
    request = read(
        """
        <to>news@announce.example.org</to>
        <subject xml:lang='en'>Disks</subject>
        <body xml:lang='en'> New disks </body>
        <body xml:lang='de'>Neue Platten</body>
        <deliver-at> 2026-12-01T09:00:00Z
        </deliver-at>
        <delay-seconds>5</delay-seconds>
        <timezone>Europe/Warsaw</timezone>
        <recurrence>FREQ=DAILY</recurrence>
        <expires>2027-01-01T00:00:00Z</expires>
        <id> my id </id>
        """
    )
    assert request.to == "news@announce.example.org"
    assert request.subjects == (("en", "Disks"),)
    assert request.bodies == (("en", " New disks "), ("de", "Neue Platten"))
    assert request.deliver_at == "2026-12-01T09:00:00Z"
    assert request.delay_seconds == "5"
    assert request.timezone == "Europe/Warsaw"
    assert request.recurrence == "FREQ=DAILY"
    assert request.expires == "2027-01-01T00:00:00Z"
    assert request.client_id == " my id "
    assert request.updates
    assert not request.urgent
    assert request.metadata is None


def test_our_metadata_are_read() -> None:
    """List, audience, template, lateness and updates come from <metadata/>."""
    request = read(
        f"""<metadata xmlns:x='{X}'>
        <x:list>news</x:list>
        <x:audience>
          <x:jid>a@example.org</x:jid><x:jid> b@example.org </x:jid>
        </x:audience>
        <x:announce template='maintenance'>
          <x:field var='start'><x:value>2026-12-05T22:00:00Z</x:value></x:field>
          <x:field var='summary'><x:value xml:lang='en'>New</x:value
            ><x:value xml:lang='de'>Neu</x:value></x:field>
        </x:announce>
        <x:late policy='run' within='60'/>
        <x:urgent/>
        <x:updates wanted='false'/>
        </metadata>"""
    )
    assert request.list_name == "news"
    assert request.people == ("a@example.org", "b@example.org")
    assert request.template == "maintenance"
    assert request.values == {
        "start": {"": "2026-12-05T22:00:00Z"},
        "summary": {"en": "New", "de": "Neu"},
    }
    assert (request.late_policy, request.late_within) == ("run", "60")
    assert request.urgent
    assert not request.updates


def test_metadata_are_kept_verbatim() -> None:
    """What others put into <metadata/> is kept, namespaces included."""
    request = read(
        "<metadata>one <tag xmlns='urn:example' xmlns:o='urn:other' o:a='1'>"
        "w&amp;ekly</tag></metadata>"
    )
    assert request.metadata is not None
    kept = ET.fromstring(request.metadata)
    assert kept.text == "one "
    assert kept[0].tag == "{urn:example}tag"
    assert kept[0].attrib == {"{urn:other}a": "1"}
    assert kept[0].text == "w&ekly"


def test_languages_are_inherited() -> None:
    """A text without xml:lang has that of <schedule/>, else the stanza's."""
    body = "<body>Hello</body>"
    assert read(body, language="de").language == "de"
    assert read(body, "xml:lang='fr'", "de").language == "fr"
    assert read(body).bodies == (("", "Hello"),)


def test_payloads_are_kept_verbatim_and_unknown_elements_ignored() -> None:
    """Foreign elements are content; the draft's own unknown ones are not."""
    request = read(
        "<body>Hello</body><priority>high</priority>"
        f"<late xmlns='{X}'/>"
        "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/></encrypted>"
    )
    assert request.payloads == (
        '<encrypted xmlns="urn:xmpp:omemo:2"><header sid="1"/></encrypted>',
    )


@pytest.mark.parametrize(
    "name",
    ["id", "to", "deliver-at", "delay-seconds", "timezone", "recurrence", "expires"],
)
def test_single_elements_are_refused_when_repeated_or_empty(name: str) -> None:
    """What may stand once is refused twice, and empty; the refusal names it."""
    with pytest.raises(Invalid, match=name):
        read(f"<{name}>1</{name}><{name}>1</{name}>")
    with pytest.raises(Invalid, match=name):
        read(f"<{name}> </{name}>")


@pytest.mark.parametrize(
    "name", ["list", "audience", "announce", "late", "urgent", "updates"]
)
def test_our_elements_are_refused_when_repeated(name: str) -> None:
    """So is whatever of ours stands twice in <metadata/>."""
    with pytest.raises(Invalid, match=name):
        read_schedule(schedule(metadata(f"<{name}/><{name}/>")), "")


@pytest.mark.parametrize(
    "content",
    [
        "<metadata/><metadata/>",
        metadata("<list/>"),
        metadata("<audience/>"),
        metadata("<announce/>"),
        metadata("<updates wanted='perhaps'/>"),
        metadata("<urgent wanted='perhaps'/>"),
        template("<field/>"),
        template("<field var='a'/><field var='a'/>"),
        template("<field var='a'><value/><value/></field>"),
        "<body xmlns='jabber:client'>Hello</body>",
        "<body xmlns=''>Hello</body>",
    ],
)
def test_malformed_requests_are_refused(content: str) -> None:
    """What has no sense in its place is refused rather than passed over."""
    with pytest.raises(Invalid):
        read(content)


def test_signed_requests_are_not_offered() -> None:
    """`signed='true'` is refused as not offered, `false` is as if it were absent."""
    for value in ("true", "1"):
        with pytest.raises(NotOffered):
            read("<body>Hello</body>", f"signed='{value}'")
        with pytest.raises(NotOffered):
            read_schedule(schedule("<cancel>1</cancel>", f"signed='{value}'"), "")
    assert read("<body>Hello</body>", "signed='false'").bodies
    with pytest.raises(Invalid):
        read("<body>Hello</body>", "signed='perhaps'")


def test_cancel_stands_alone() -> None:
    """<cancel/> goes with the owner, and with no content."""
    owner = f"<metadata><owner xmlns='{X}'>bob@example.org</owner></metadata>"
    element = schedule(f"<cancel>job</cancel>{owner}")
    cancel = CancelRequest(client_id="job", owner="bob@example.org")
    assert read_schedule(element, "") == cancel
    for content in (
        "<body>Hello</body>",
        "<body/>",
        "<subject/>",
        "<id>1</id>",
        "<to>a@example.org</to>",
        "<e xmlns='urn:example'/>",
        "<cancel>other</cancel>",
        metadata("<owner/><owner/>"),
    ):
        with pytest.raises(Invalid, match=r"cancel|owner"):
            read_schedule(schedule(f"<cancel>job</cancel>{content}"), "")


def test_queries_are_read() -> None:
    """A query names one job, perhaps another's, or asks for a page of a status."""
    owner = f"<metadata><owner xmlns='{X}'>bob@example.org</owner></metadata>"
    one = query(f"<id>job</id>{owner}")
    assert (one.client_id, one.owner) == ("job", "bob@example.org")
    several = query(
        "<status>scheduled</status>"
        "<set xmlns='http://jabber.org/protocol/rsm'><max>5</max></set>"
    )
    assert (several.client_id, several.status) == (None, "scheduled")
    assert several.wish.paging.limit == 5
    for content in ("<id>1</id><id>2</id>", "<id>1</id><status>sent</status>"):
        with pytest.raises(Invalid):
            query(content)


def test_wishes_are_read() -> None:
    """XEP-0059: forwards, backwards, the last page, the count alone, never too many."""
    assert read_wish(None).paging.limit == 50
    assert wish("<max>1000</max>").paging.limit == 100
    assert wish("<max>0</max>").count_only
    assert wish("<after>7</after>").paging.after == 7
    assert wish("<after/>").paging.after is None
    assert wish("<before>7</before>").paging.before == 7
    assert wish("<before/>").paging.before == 0
    assert wish("").paging.before is None


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<max>ten</max>", Invalid),
        ("<max>-1</max>", Invalid),
        ("<max>1</max><max>2</max>", Invalid),
        ("<after>1</after><before>5</before>", Invalid),
        ("<after>job</after>", NotFound),
        ("<before>٣</before>", NotFound),
        ("<index>10</index>", NotOffered),
    ],
)
def test_bad_wishes_are_refused(content: str, error: type[Exception]) -> None:
    """What cannot be paged is refused as XEP-0059 says (§2.2, §2.6)."""
    with pytest.raises(error):
        wish(content)
