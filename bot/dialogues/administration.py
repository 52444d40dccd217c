"""Service administration (XEP-0133, version 1.3.1), which clients have menus for.

    #announce         to those of a list who are known to be online
    #announce-all     to all of a list
    #set-welcome      what whoever joins is told, in words of its own
    #delete-welcome   that again no more

Each is one form, as that specification has it, with its names of fields. What is meant
is the list at whose address it is called, at the service's own the default list. As
ejabberd has it, `#announce-all` also reaches those who are away.

docs/conformance.md, Commands: administration
"""

from collections.abc import Collection

from bot.desk.verbs.announcing import (
    COUNT_ONLINE,
    ONLINE,
    SCHEDULE,
    Online,
    OnlineWish,
)
from bot.desk.verbs.welcomes import LOOK, REMOVE, SET, WelcomeOf, WelcomeText
from bot.dialogues.choices import one_of
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import Command, Dialogue, Level, Said, Talk, admins
from bot.domain import timestamps
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Counted, Phrase
from bot.domain.schedule import Origin
from bot.service.readers.welcomes import nothing_to_remove
from bot.service.requests.request import ScheduleRequest

NS = "http://jabber.org/protocol/admin"

_SUBJECT: Field[Words] = Field(
    name="subject",
    type=FieldType.LINE,
    label=Phrase("Subject"),
    help=Phrase("Some clients show it, some do not."),
)
_ANNOUNCEMENT: Field[Words] = Field(
    name="announcement",
    type=FieldType.TEXT,
    label=Phrase("Text"),
    help=Phrase("It goes out at once. A line with a single . becomes an empty one."),
    required=True,
)
_WELCOME: Field[Words] = Field(
    name="welcome",
    type=FieldType.TEXT,
    label=Phrase("Welcome"),
    help=Phrase("Whoever joins is told it. A line with a single . is an empty one."),
    required=True,
)
_SURE = one_of(
    "sure",
    Phrase("Take it away?"),
    {"no": Phrase("No, it stays"), "yes": Phrase("Yes, take it away")},
    Phrase("From then on whoever joins is no longer told this."),
)


async def _announce(talk: Talk) -> Dialogue:
    """Who hides his presence is not told, so it says how many are."""
    online = talk.desk.online()
    found = await talk.look(COUNT_ONLINE(_online(talk, online)))
    given = yield Form(
        heading=(
            Phrase(
                "To those of {title} known to be online: {online} of {readers}.",
                title=found.entry.title,
                online=found.online,
                readers=found.readers,
            ),
            Phrase("Whoever hides it, or is away, is not told."),
        ),
        fields=(_SUBJECT, _ANNOUNCEMENT),
        is_last=True,
    )
    wanted = Online(request=_request(given, talk), online=talk.desk.online())
    report, told = await talk.ask(ONLINE(wanted), once=True)
    yield Said(
        Counted(
            "It goes out now, as #{reference}, to {count} who is online.",
            "It goes out now, as #{reference}, to {count} who are online.",
            told,
            reference=report.id,
        )
    )


async def _announce_to_all(talk: Talk) -> Dialogue:
    found = await talk.look(COUNT_ONLINE(_online(talk, ())))
    given = yield Form(
        heading=(
            Counted(
                "To {title}, all of it: {count} reader, online or not.",
                "To {title}, all of it: {count} readers, online or not.",
                found.readers,
                title=found.entry.title,
            ),
        ),
        fields=(_SUBJECT, _ANNOUNCEMENT),
        is_last=True,
    )
    report, _ = await talk.ask(SCHEDULE(_request(given, talk)), once=True)
    yield Said(
        Counted(
            "It goes out now, as #{reference}, to {title}: {count} reader.",
            "It goes out now, as #{reference}, to {title}: {count} readers.",
            found.readers,
            reference=report.id,
            title=found.entry.title,
        )
    )


def _online(talk: Talk, online: Collection[str]) -> OnlineWish:
    return OnlineWish(list_name=talk.list_name, online=online)


def _request(given: Answers, talk: Talk) -> ScheduleRequest:
    """In words without a language: the list's is put on them."""
    subject = given.given("subject")
    return ScheduleRequest(
        origin=Origin.COMMAND,
        list_name=talk.list_name,
        to=talk.desk.policy.addresses.own if talk.list_name is None else None,
        subjects=(("", subject),) if subject else (),
        bodies=(("", given.text("announcement")),),
        deliver_at=timestamps.format(talk.desk.clock.now()),
    )


async def _set_welcome(talk: Talk) -> Dialogue:
    found = await talk.look(LOOK(WelcomeOf(list_name=talk.list_name)))
    entry = found.entry
    heading: tuple[Words, ...] = (
        Phrase("What is whoever joins {title} told?", title=entry.title),
    )
    if entry.welcome is not None:
        heading += (
            Phrase(
                "It stands in place of the template {template!r}.",
                template=entry.welcome,
            ),
        )
    given = yield Form(
        heading=heading,
        fields=(_WELCOME,),
        values={"welcome": found.text} if found.text else {},
        is_last=True,
    )
    text = given.text("welcome")
    await talk.ask(SET(WelcomeText(list_name=talk.list_name, text=text)))
    yield Said(
        Phrase("From now on whoever joins {title} is told this.", title=entry.title)
    )


async def _delete_welcome(talk: Talk) -> Dialogue:
    """A template that the list names is not taken away here."""
    wish = WelcomeOf(list_name=talk.list_name)
    found = await talk.look(LOOK(wish))
    entry = found.entry
    if found.text is None:
        raise nothing_to_remove(entry)
    given = yield Form(
        heading=(
            Phrase("This is what whoever joins {title} is told:", title=entry.title),
        ),
        shows=(found.text or "",),
        fields=(_SURE,),
        is_last=True,
    )
    if given.text("sure") == "no":
        yield Said(Phrase("Nothing was changed."), Level.WARN)
        return
    await talk.ask(REMOVE(wish))
    if entry.welcome is None:
        yield Said(
            Phrase(
                "From now on whoever joins {title} is told nothing.", title=entry.title
            )
        )
    else:
        yield Said(
            Phrase(
                "From now on whoever joins {title} is told what the template"
                " {template!r} says.",
                title=entry.title,
                template=entry.welcome,
            )
        )


COMMANDS = (
    Command(
        node=f"{NS}#announce",
        name=Phrase("Announce to those online"),
        for_whom=admins,
        dialogue=_announce,
    ),
    Command(
        node=f"{NS}#announce-all",
        name=Phrase("Announce to all"),
        for_whom=admins,
        dialogue=_announce_to_all,
    ),
    Command(
        node=f"{NS}#set-welcome",
        name=Phrase("Set the welcome"),
        for_whom=admins,
        dialogue=_set_welcome,
    ),
    Command(
        node=f"{NS}#delete-welcome",
        name=Phrase("Take the welcome away"),
        for_whom=admins,
        dialogue=_delete_welcome,
    ),
)
