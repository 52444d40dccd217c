"""What is answered to a `<command/>` (XEP-0050, 1.3.0), step after step.

    no session          a new one, at its first form
    prev                the form before, as it was filled in
    cancel              over
    anything else       on: clients send `execute`, `next`, `complete` or nothing

Once a command is known nobody gets an IQ error: of the clients there are, one shows
it as done, others lose the form (docs/explanation/clients.md). What is wrong is said
above the same form, or as a note at the end.

docs/conformance.md, Commands: sessions
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from xml.etree import ElementTree as ET

from bot.desk.desk import Desk
from bot.dialogues.everything import BY_NODE
from bot.dialogues.play import Asking, Play, Turn
from bot.dialogues.talk import Level, Said, Talk
from bot.domain.access import Role
from bot.domain.errors import Invalid, NotFound
from bot.domain.phrase import Phrase
from bot.texts import language_for, said
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.commands import forms, spacing
from bot.xmpp.doors.commands.directory import CommandDirectory, address_of
from bot.xmpp.doors.commands.sessions import Session, Sessions
from bot.xmpp.stanzas.commands import MAX_ID, Answer, Asked
from bot.xmpp.stanzas.errors import unforeseen
from bot.xmpp.stanzas.namespaces import LANG

#: what a client may say to go on
_ONWARD = frozenset({"execute", "next", "complete"})
_OVER = Phrase("This form is no longer open, and nothing was done. Please start anew.")
_STRANGER = Phrase("This service takes requests from trusted domains only.")


class Conversations:
    """One for all clients; knows no connection. `clock` is monotonic, in seconds."""

    def __init__(
        self, desk: Desk, directory: CommandDirectory, clock: Callable[[], float]
    ) -> None:
        self._desk = desk
        self._policy = desk.policy
        self._directory = directory
        self.sessions = Sessions(clock)

    async def answer(self, iq: ET.Element, reference: str) -> ET.Element:
        """The `<command/>` of the result; raises a CarillonError where there is no
        such command. `reference`: what the log calls the request.
        """
        if iq.get("type") != "set":
            what = Phrase(
                "<{name}/> goes with type={wanted!r}.", name="command", wanted="set"
            )
            raise Invalid(what)
        asked = Asked.of(iq[0])
        if asked.session is None and asked.action != "cancel":
            return await self._begin(iq, asked, reference)
        address = self._address(iq)
        found = self.sessions.find(asked.session or "", iq.get("from", ""), address)
        if found is None or found.play.command.node != asked.node:
            return self._over(asked, language_for(iq.get(LANG, "")))
        async with found.lock:
            if not self.sessions.has(found):  # the tap before was the last
                return self._over(asked, found.play.talk.language)
            return await self._step(found, asked, reference)

    async def _begin(self, iq: ET.Element, asked: Asked, reference: str) -> ET.Element:
        owner, address, tag = (
            iq.get("from", ""),
            self._address(iq),
            iq.get(LANG, ""),
        )
        caller = caller_of(owner, self._policy)
        person = await self._directory.person(caller, address)
        command = BY_NODE.get(asked.node)
        if command is None or not person.finds_it:
            raise NotFound(Phrase("There is no such command here."))
        talk = Talk(
            self._desk,
            caller.owner,
            language=self._directory.language(person, address, tag),
            zone=person.zone,
            list_name=self._policy.addresses.list_at(address),
        )
        play = Play(talk, command)
        id_ = secrets.token_urlsafe(16)
        turn: Turn = Said(_STRANGER, Level.ERROR)
        if caller.role is not Role.STRANGER:
            turn = await _turn(play.begin(), reference)
        session = Session(id=id_, owner=owner, address=address, play=play)
        if isinstance(turn, Asking):
            self.sessions.open(session)
        return _told(session, turn)

    async def _step(self, session: Session, asked: Asked, reference: str) -> ET.Element:
        play, sent = session.play, asked.values if asked.action in _ONWARD else None
        if asked.action == "cancel":
            self.sessions.close(session)
            return _answer_of(session.id, play).canceled()
        if asked.action == "prev":
            turn = await _turn(play.back(asked.values), reference)
        elif asked.action in _ONWARD:
            turn = await _turn(play.on(asked.values), reference)
        else:
            turn = play.again(Phrase("There is no such way on."))
        if not isinstance(turn, Asking):
            self.sessions.close(session)
        return _told(session, turn, spacing.left(session.fields, sent))

    def _over(self, asked: Asked, language: str) -> ET.Element:
        """There is no such session, it is another's, or it is over."""
        answer = Answer(
            node=asked.node, session=(asked.session or "")[:MAX_ID], language=language
        )
        if asked.action == "cancel":
            return answer.canceled()
        return answer.noted(Level.WARN, said(_OVER, language))

    def _address(self, iq: ET.Element) -> str:
        shared = not self._policy.addresses.lists_have_addresses
        return address_of(iq.get("to", ""), shared=shared)


async def _turn(turn: Awaitable[Turn], reference: str) -> Turn:
    """What nobody foresaw is told as a reference, and logged under it."""
    try:
        return await turn
    except Exception as error:  # noqa: BLE001 - whatever it is, the form must end
        return Said(unforeseen(error, "in a command", reference).text, Level.ERROR)


def _answer_of(id_: str, play: Play) -> Answer:
    return Answer(node=play.command.node, session=id_, language=play.talk.language)


def _told(
    session: Session, turn: Turn, before: Sequence[spacing.Left] = ()
) -> ET.Element:
    """`before`: what is left of the form that was answered."""
    play = session.play
    answer, talk, command = _answer_of(session.id, play), play.talk, play.command
    if isinstance(turn, Asking):
        kind = forms.form_type(command.node)
        fields = list(forms.fields_of(turn, kind, talk.said))
        session.fields = spacing.spaced(fields, before)
        form = forms.asking(turn, command.name, session.fields, talk.said)
        return answer.executing(form, is_last=turn.form.is_last, has_back=turn.has_back)
    if isinstance(turn, Said):
        return answer.noted(turn.level, talk.said(turn.words))
    parts = spacing.spaced(list(forms.parts_of(turn, talk.said)), before)
    return answer.shown(forms.shown(turn, play.running.name, parts, talk.said))
