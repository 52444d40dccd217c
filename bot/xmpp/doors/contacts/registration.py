"""Joining, leaving and preferences at a list's own address (XEP-0077), for clients that
have a menu for this and none for commands.

    get               the form of the command `preferences`, and words beside it
    set, a form       what is chosen; whoever does not stand on the list joins it
    set               he joins
    set, <remove/>    he leaves

All by the verbs that commands have. Where he may know of no list it is as at an address
where nobody is.

docs/conformance.md, Discovery and delivery: registration
"""

from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.desk.desk import Desk
from bot.desk.verbs.places import JOIN, LEAVE, MINE, OwnPlace, PlacesOf
from bot.dialogues import preferences
from bot.dialogues.forms import Typed
from bot.dialogues.play import Asking, Play
from bot.dialogues.talk import Level, Said, Talk
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.lists import Place
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.commands import forms
from bot.xmpp.doors.commands.directory import CommandDirectory
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas import registration
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.verbatim import serialised


class RegistrationDoor:
    """`directory`: whose language and clocks, as for commands."""

    def __init__(
        self, connection: Connection, desk: Desk, directory: CommandDirectory
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._directory = directory

    def open(self) -> None:
        self._connection.serve(f"iq/{registration.QUERY}", self._serve)

    async def _serve(self, iq: StanzaBase) -> None:
        addresses = self._desk.policy.addresses
        address = addresses.meant(iq["to"].full)
        name = addresses.list_at(address)
        asked = isinstance(iq, Iq) and iq["type"] in {"get", "set"}
        if not asked or name is None:  # the service itself is no list
            iq.unhandled()
            return
        assert isinstance(iq, Iq)  # noqa: S101 - looked at above
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                payload = await self._handle(iq.xml, address, name)
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                reply = refusal(iq, error, reference)
            else:
                reply = iq.reply()
                reply.xml.extend(payload)
        self._connection.send(serialised(reply.xml, CLIENT))

    async def _handle(
        self, iq: ET.Element, address: str, name: str
    ) -> list[ET.Element]:
        """The payload of the result; raises any CarillonError."""
        caller = caller_of(iq.get("from", ""), self._desk.policy)
        person = await self._directory.person(caller, address)
        talk = Talk(
            self._desk,
            caller.owner,
            language=self._directory.language(person, address, iq.get(LANG, "")),
            zone=person.zone,
            list_name=name,
            door=Origin.IQ,
        )
        places = await talk.look(MINE(PlacesOf()))
        place = next((one for one in places if one.entry.name == name), None)
        if place is None:
            raise NotFound(Phrase("There is no list at this address."))
        query = iq[0]
        if iq.get("type") == "get":
            return [await _offered(talk, place)]
        if registration.removes(query):
            await talk.ask(LEAVE(OwnPlace(list_name=name)))
        elif not registration.is_cancelled(query):
            await _taken(talk, place, registration.submitted(query))
        return []


async def _offered(talk: Talk, place: Place) -> ET.Element:
    command = preferences.COMMAND
    turn = await Play(talk, command).begin()
    if not isinstance(turn, Asking):
        raise _refused(turn)
    kind = forms.form_type(command.node)
    fields = forms.fields_of(turn, kind, talk.said)
    form = forms.asking(turn, command.name, fields, talk.said)
    return registration.offered(
        form,
        talk.said(_words(place)),
        registered=place.since is not None,
    )


async def _taken(talk: Talk, place: Place, given: Typed) -> None:
    """What is chosen first, so that nobody joins by a form that is refused; but nothing
    is chosen by whoever may not join.
    """
    join = JOIN(OwnPlace(list_name=place.entry.name))
    if place.since is None and place.entry.is_closed:
        await talk.ask(join)
    if given:
        play = Play(talk, preferences.COMMAND)
        turn = await play.begin()
        if isinstance(turn, Asking):
            turn = await play.on(given)
        if isinstance(turn, Asking):
            raise Invalid(turn.reason or Phrase("please fill this in."))
        if not isinstance(turn, Said) or turn.level is Level.ERROR:
            raise _refused(turn)
    if place.since is None:
        await talk.ask(join)


def _refused(turn: object) -> NotAllowed:
    """What a command ends with that cannot be mended."""
    words = turn.words if isinstance(turn, Said) else None
    if isinstance(words, Phrase):
        return NotAllowed(words)
    return NotAllowed(Phrase("You may not do this here."))


def _words(place: Place) -> Phrase:
    """For clients that show no form, and above it in those that do."""
    if place.since is not None:
        return Phrase(
            "You receive the announcements of {title}. Here you choose how.",
            title=place.entry.title,
        )
    return Phrase(
        "Send this, and you receive the announcements of {title}.",
        title=place.entry.title,
    )
