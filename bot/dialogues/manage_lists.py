"""The lists themselves: looked at, changed, made and retired; who is on them and who
waits to be let in.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.desk.verb import Plain
from bot.desk.verbs import join_requests, lists
from bot.desk.verbs.lists import KINDS, TYPES
from bot.dialogues import lines, members
from bot.dialogues.choices import NOTHING_CHANGED, ONWARD, SURE, one_of, pages
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Part,
    Said,
    Shown,
    Talk,
    admins,
    on_with,
)
from bot.domain import reminders
from bot.domain.lists import AnnouncementList, ListKind, OnList
from bot.domain.phrase import Counted, Phrase
from bot.domain.send_window import Outside, SendWindow, WindowZone
from bot.service.readers.arranging import ListWish

#: in place of a list: one that is not there yet
_NEW = "new list"


async def _manage(talk: Talk) -> Dialogue:
    found = await talk.look(lists.LIST(Plain("lists")))
    found.sort(key=lambda one: one.entry.name != talk.list_name)
    waiting = await talk.look(join_requests.COUNTS(Plain("requests")))
    options: dict[str, Words] = {
        one.entry.name: _label(one, waiting.get(one.entry.name, 0)) for one in found
    }
    for page in pages(options.items(), {_NEW: Phrase("Make a new list")}):
        given = yield Form(
            heading=(Phrase("Choose a list; what can be done comes next."),),
            fields=(one_of("list", Phrase("List"), page),),
        )
        if given.text("list") != ONWARD:
            break
    if given.text("list") == _NEW:
        yield on_with(_create)
        return
    yield on_with(_one, given.text("list"))


def _label(one: OnList, waiting: int) -> Words:
    if waiting:
        title = lines.cut(one.entry.title, 15)
        return Phrase("{title} ({count} waiting)", title=title, count=waiting)
    return lines.cut(f"{one.entry.title} ({one.subscribers})")


async def _one(talk: Talk, name: str) -> Dialogue:
    entry = await talk.look(lists.SHOW(lists.ListName(name)))
    counts = await talk.look(join_requests.COUNTS(Plain("requests")))
    given = yield Form(
        heading=(entry.title,),
        fields=(
            one_of(
                "do",
                Phrase("What is to be done?"),
                dict(_tasks(entry, counts.get(name, 0))),
            ),
        ),
    )
    match given.text("do"):
        case "show":
            yield on_with(_show, name)
        case "members":
            yield on_with(members.shown, name)
        case "add":
            yield on_with(members.add, name)
        case "remove":
            yield on_with(members.remove, name)
        case "requests":
            yield on_with(members.requests, name)
        case "change":
            yield on_with(_change, name)
        case "publishers":
            yield on_with(_publishers, name)
        case _:
            yield on_with(_retire, name)


def _tasks(entry: AnnouncementList, waiting: int) -> Iterator[tuple[str, Words]]:
    """First what changes nothing; one of the file is changed there."""
    yield "show", Phrase("Show it")
    if waiting:
        yield "requests", Phrase("Who waits ({count})", count=waiting)
    yield "members", Phrase("Who is on it")
    yield "add", Phrase("Put people on it")
    yield "remove", Phrase("Take people off it")
    if not entry.is_declared:
        yield "change", Phrase("Title, who may join")
        yield "publishers", Phrase("Who announces to it")
        yield "retire", Phrase("Retire it")


# --- looking -----------------------------------------------------------------------


async def _show(talk: Talk, name: str) -> Dialogue:
    found = await talk.look(lists.LIST(Plain("lists")))
    one = next(one for one in found if one.entry.name == name)
    publishers = lines.or_none(sorted(one.entry.publishers))
    yield Shown(
        (
            Part(one.entry.title, tuple(_facts(one, talk))),
            Part(Phrase("Who announces to it"), publishers),
        )
    )


def _facts(one: OnList, talk: Talk) -> Iterator[Words]:
    entry = one.entry
    yield talk.desk.policy.addresses.of_list(entry.name)
    yield KINDS[entry.kind]
    yield TYPES[entry.type]
    yield f"{entry.language}, {entry.timezone}"
    yield Counted("{count} reader", "{count} readers", one.subscribers)
    if one.suspended:
        yield Counted(
            "{count} is told nothing", "{count} are told nothing", one.suspended
        )
    if entry.welcome:
        yield Phrase("greets with {template}", template=entry.welcome)
    if entry.reminders:
        times = reminders.written(entry.reminders)
        yield Phrase("maintenance: reminds {times} before", times=times)
    if entry.is_public:
        yield Phrase("Everybody may read it in feeds.")
    if entry.send_window is not None:
        yield from _hours(entry.send_window)
    if not entry.corrections:
        yield Phrase("corrections are sent anew")
    if entry.is_declared:
        section = f"[lists.{entry.name}]"
        yield Phrase("To change it, see {section} in the file.", section=section)


def _hours(window: SendWindow) -> Iterator[Words]:
    yield Phrase("send window: {hours}", hours=window.shown)
    if not window.of_list:
        yield Phrase("on each reader's clocks")
    if window.outside is Outside.SKIP:
        yield Phrase("outside of it nothing is sent")


# --- changing ----------------------------------------------------------------------

_KIND = one_of("kind", Phrase("Who may join"), KINDS)
_PUBLISHERS = replace(
    lists.ADD_PUBLISHERS,
    name="publishers",
    label=Phrase("Who announces to it"),
    help=Phrase("Bare JIDs, one a line; admins may anyway."),
)


async def _create(talk: Talk) -> Dialogue:
    given = yield Form(
        heading=(Phrase("A list that is kept here, not in the configuration."),),
        fields=(lists.NAME, lists.TITLE, _KIND, _PUBLISHERS),
        is_last=True,
    )
    wish = ListWish(
        name=given.text("name"),
        title=given.given("title"),
        kind=given.text("kind"),
        add_publishers=given.several("publishers"),
    )
    done = await talk.ask(lists.CREATE(wish))
    address = talk.desk.policy.addresses.of_list(done.entry.name)
    yield Said(
        Counted(
            "There is a list {name} now, at {address}; {count} stands on it.",
            "There is a list {name} now, at {address}; {count} stand on it.",
            done.readers,
            name=done.entry.name,
            address=address,
        )
    )


async def _change(talk: Talk, name: str) -> Dialogue:
    entry = (await talk.look(lists.LOOK(lists.ListName(name)))).entry
    window = entry.send_window
    given = yield Form(
        fields=(
            replace(lists.TITLE, required=True),
            _KIND,
            replace(lists.LANGUAGE, required=True),
            replace(lists.TIMEZONE, required=True),
            lists.TYPE,
            lists.WELCOME,
            lists.REMINDERS,
            lists.PUBLIC,
            lists.CORRECTIONS,
            replace(lists.SEND_WINDOW, name="send-window"),
            replace(lists.SEND_WINDOW_ZONE, name="send-window-zone"),
            lists.OUTSIDE,
        ),
        values={
            "title": entry.title,
            "kind": entry.kind,
            "language": entry.language,
            "timezone": entry.timezone,
            "type": entry.type,
            "welcome": entry.welcome or "",
            "reminders": reminders.written(entry.reminders),
            "public": "true" if entry.is_public else "false",
            "corrections": "true" if entry.corrections else "false",
            "send-window": window.shown if window else "",
            "send-window-zone": window.zone if window else WindowZone.LIST,
            "outside": window.outside if window else Outside.WAIT,
        },
        is_last=True,
    )
    done = await talk.ask(lists.CHANGE(_wish(name, given)))
    yield Said(
        Counted(
            "{name} is changed; {count} stands on it.",
            "{name} is changed; {count} stand on it.",
            done.readers,
            name=done.entry.title,
        )
    )


def _wish(name: str, given: Answers) -> ListWish:
    hours = given.text("send-window")
    return ListWish(
        name=name,
        title=given.text("title"),
        kind=given.text("kind"),
        language=given.text("language"),
        timezone=given.text("timezone"),
        type=given.text("type"),
        welcome=given.text("welcome"),
        reminders=given.text("reminders"),
        # which nobody has to untick who closes it
        public=given.flag("public") and given.text("kind") != ListKind.CLOSED,
        corrections=given.flag("corrections"),
        send_window=hours,
        # which say nothing without it
        send_window_zone=given.text("send-window-zone") if hours else None,
        outside=given.text("outside") if hours else None,
    )


async def _publishers(talk: Talk, name: str) -> Dialogue:
    entry = (await talk.look(lists.LOOK(lists.ListName(name)))).entry
    given = yield Form(
        fields=(_PUBLISHERS,),
        values={"publishers": sorted(entry.publishers)},
        is_last=True,
    )
    wanted = frozenset(given.several("publishers"))
    wish = ListWish(
        name=name,
        add_publishers=tuple(wanted - entry.publishers),
        remove_publishers=tuple(entry.publishers - wanted),
    )
    done = await talk.ask(lists.CHANGE(wish))
    yield Said(
        Counted(
            "{count} person announces to {title} now, beside the admins.",
            "{count} people announce to {title} now, beside the admins.",
            len(done.entry.publishers),
            title=done.entry.title,
        )
    )


async def _retire(talk: Talk, name: str) -> Dialogue:
    found = await talk.look(lists.LOOK(lists.ListName(name)))
    given = yield Form(
        heading=(found.entry.title, Phrase("It is a list no more then.")),
        shows=(
            Counted(
                "{count} reader is told nothing more of it.",
                "{count} readers are told nothing more of it.",
                found.readers,
            ),
            Phrase("Who waits is refused: {count}.", count=found.refused),
        ),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    done = await talk.ask(lists.RETIRE(lists.ListName(name)))
    yield Said(
        Counted(
            "{name} is a list no more; {count} stood on it.",
            "{name} is a list no more; {count} stood on it.",
            done.readers,
            name=done.entry.title,
        )
    )


COMMAND = Command(
    node="manage-lists", name=Phrase("Manage lists"), for_whom=admins, dialogue=_manage
)
