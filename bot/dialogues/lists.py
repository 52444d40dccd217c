"""The lists, and where somebody stands: chosen, joined, left."""

from collections.abc import Iterator, Mapping

from bot.desk.verbs.places import JOIN, LEAVE, MINE, OwnPlace, PlacesOf
from bot.dialogues import lines
from bot.dialogues.choices import ONWARD, one_of, pages
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Level,
    Part,
    Said,
    Shown,
    Talk,
    everybody,
    on_with,
)
from bot.domain.lists import ListKind, Place
from bot.domain.phrase import Phrase
from bot.service.readers.joining import Joined, Outcome

#: characters of a title, where words stand beside it in a choice
MAX_TITLE = 15
#: what a list of that kind is to whoever does not stand on it
_MEANT: Mapping[ListKind, Phrase] = {
    ListKind.OPEN: Phrase("Everybody may join it."),
    ListKind.REQUEST: Phrase("An admin lets in whoever asks."),
    ListKind.CLOSED: Phrase("Only admins put people there."),
    ListKind.MANDATORY: Phrase("Nobody leaves it."),
}


async def _lists(talk: Talk) -> Dialogue:
    places = {one.entry.name: one for one in await talk.look(MINE(PlacesOf()))}
    if not places:
        yield Said(Phrase("There are no lists."), Level.WARN)
        return
    # at a list's own address it is filled in
    here = sorted(places, key=lambda name: name != talk.list_name)
    for options in pages((name, _label(places[name])) for name in here):
        given = yield Form(
            heading=(Phrase("Choose a list; what can be done comes next."),),
            fields=(one_of("list", Phrase("List"), options),),
        )
        if given.text("list") != ONWARD:
            break
    yield on_with(_one, given.text("list"))


def _label(place: Place) -> Words:
    title = lines.cut(place.entry.title, MAX_TITLE)
    if place.since is not None:
        return Phrase("{title} (you are on it)", title=title)
    if place.asked_at is not None:
        return Phrase("{title} (you wait)", title=title)
    return lines.cut(place.entry.title)


async def _one(talk: Talk, name: str) -> Dialogue:
    places = await talk.look(MINE(PlacesOf()))
    place = next((one for one in places if one.entry.name == name), None)
    if place is None:  # it was retired or hidden meanwhile
        yield Said(Phrase("There is no such list any more."), Level.WARN)
        return
    tasks = dict(_tasks(place))
    if len(tasks) == 1:
        yield Shown((Part(place.entry.title, tuple(_stands(place, talk))),))
        return
    given = yield Form(
        heading=tuple(_stands(place, talk)),
        fields=(one_of("do", Phrase("What is to be done?"), tasks),),
        is_last=True,
    )
    task = given.text("do")
    if task == "nothing":
        yield Said(Phrase("All stays as it is."))
        return
    verb = JOIN if task == "join" else LEAVE
    yield Said(_told(await talk.ask(verb(OwnPlace(list_name=name))), talk))


def _tasks(place: Place) -> Iterator[tuple[str, Words]]:
    """What he may do; first what changes nothing."""
    yield "nothing", Phrase("Nothing")
    kind, stands = place.entry.kind, place.since is not None
    if place.is_suspended:
        yield "join", Phrase("Be told again")
    elif not stands and place.asked_at is None and kind is not ListKind.CLOSED:
        asks = kind is ListKind.REQUEST
        yield "join", Phrase("Ask to be let in") if asks else Phrase("Join it")
    if place.asked_at is not None:
        yield "leave", Phrase("Take my request back")
    elif stands and kind is not ListKind.MANDATORY:
        yield "leave", Phrase("Leave it")


def _stands(place: Place, talk: Talk) -> Iterator[Words]:
    entry = place.entry
    yield entry.title
    if place.is_suspended:
        yield Phrase("You are told nothing: messages to you came back.")
    elif place.since is not None:
        since = lines.moment(place.since, talk)
        yield Phrase("You are on it since {moment}.", moment=since)
    elif place.asked_at is not None:
        since = lines.moment(place.asked_at, talk)
        yield Phrase("You wait to be let in since {moment}.", moment=since)
    else:
        yield Phrase("You are not on it.")
    if place.since is None or entry.kind is ListKind.MANDATORY:
        yield _MEANT[entry.kind]


def _told(done: Joined, talk: Talk) -> Phrase:
    title, addresses = done.entry.title, talk.desk.policy.addresses
    address = addresses.of_list(done.entry.name)
    match done.outcome:
        case Outcome.JOINED | Outcome.THERE if addresses.lists_have_addresses:
            return Phrase(
                "You are on {title} now. To see it among your contacts, add {address}.",
                title=title,
                address=address,
            )
        case Outcome.JOINED | Outcome.THERE:
            return Phrase("You are on {title} now.", title=title)
        case Outcome.ASKED | Outcome.WAITS:
            return Phrase(
                "You wait to be let in to {title}; you hear once an admin has decided.",
                title=title,
            )
        case Outcome.WITHDRAWN:
            return Phrase("You wait for {title} no more.", title=title)
        case _:
            return Phrase("You are not on {title} any more.", title=title)


COMMAND = Command(
    node="lists", name=Phrase("My lists"), for_whom=everybody, dialogue=_lists
)
