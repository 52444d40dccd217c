"""Work that people notice: opened, looked at, moved, finished, called off.

what stands ─┬─► a new one (`opening`)
             └─► one ─► which of its times, where it recurs ─► what is to be done
"""

from collections.abc import Iterator
from functools import partial

from bot.desk.verbs.maintenance import LIST, SHOW, MaintenanceWish
from bot.dialogues import audiences, changing, lines, opening, windows
from bot.dialogues.choices import MORE, MORE_LABEL, ONWARD, PAGE, one_of, pages
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Go,
    Part,
    Shown,
    Talk,
    on_with,
    publishers,
)
from bot.domain import meanings
from bot.domain.maintenance import WindowState
from bot.domain.phrase import Counted, Phrase
from bot.service.maintenance.request import WindowName
from bot.service.maintenance.shown import Shown as Found
from bot.service.ports.paging import Order, Page, Paging

#: in place of one: it is not there yet
_NEW = "new"
_NEW_LABEL = Phrase("Announce new work")
_QUESTION = Phrase("Which one, or new work?")
#: in place of a window
_ALL = "all"


async def _maintenance(talk: Talk) -> Dialogue:
    after, chosen = None, MORE
    while chosen == MORE:
        paging = Paging(limit=PAGE - 1, after=after, order=Order.LATEST)
        page = await talk.look(LIST(MaintenanceWish(paging=paging, everything=False)))
        if not page.count:
            yield _open()
            return
        given = yield Form(
            heading=(
                Counted(
                    "{count} maintenance is planned or under way.",
                    "{count} are planned or under way.",
                    page.count,
                ),
            ),
            fields=(one_of("maintenance", _QUESTION, _options(page, talk)),),
        )
        chosen, after = given.text("maintenance"), page.items[-1].id
    yield _open() if chosen == _NEW else on_with(_which, int(chosen))


def _open() -> Go:
    return on_with(partial(audiences.among, opening.open_one))


def _options(page: Page[Found], talk: Talk) -> dict[str, Words]:
    found: dict[str, Words] = {
        str(one.id): windows.label(one, talk) for one in page.items
    }
    found[_NEW] = _NEW_LABEL
    if page.index + len(page.items) < page.count:
        found[MORE] = MORE_LABEL
    return found


async def _which(talk: Talk, number: int) -> Dialogue:
    """Of what recurs the window that is meant, or all of it."""
    found = await talk.look(SHOW(WindowName(number=number)))
    ahead = [one for one in found.windows if not one.is_over]
    if found.maintenance.recurrence is None or not ahead:
        yield on_with(_tasks, WindowName(number=number))
        return
    labels = ((str(one.number), windows.window_label(one, talk)) for one in ahead)
    for options in pages(labels, {_ALL: Phrase("All that are to come")}):
        given = yield Form(
            heading=(
                windows.title(found, talk, found.maintenance.name),
                Phrase("Which of its times is meant?"),
            ),
            fields=(one_of("window", Phrase("Which one"), options),),
        )
        if (chosen := given.text("window")) != ONWARD:
            break
    window = None if chosen == _ALL else int(chosen)
    yield on_with(_tasks, WindowName(number=number, window=window))


async def _tasks(talk: Talk, name: WindowName) -> Dialogue:
    found = await talk.look(SHOW(name))
    given = yield Form(
        heading=tuple(_heading(found, name, talk)),
        fields=(
            one_of(
                "do",
                Phrase("What is to be done?"),
                dict(_possible(found, name, talk)),
            ),
        ),
    )
    task = given.text("do")
    if task == "show":
        yield Shown(tuple(_parts(found, talk)))
    else:
        yield on_with(changing.TASKS[task], name)


def _heading(found: Found, name: WindowName, talk: Talk) -> Iterator[Words]:
    """Which it is and how it stands; of all of them how they recur."""
    if found.maintenance.recurrence is None or name.window is not None:
        yield windows.title(found, talk)
        yield windows.stands(found, talk)
    else:
        yield windows.title(found, talk, found.maintenance.name)
        yield from windows.again(found)


def _possible(
    found: Found, name: WindowName, talk: Talk
) -> Iterator[tuple[str, Words]]:
    """What can be done with it as it stands; first what changes nothing."""
    yield "show", Phrase("Show it")
    one, state = found.maintenance, found.window.state
    may = talk.caller.is_admin or one.owner == talk.caller.owner
    if found.window.is_over or not may:
        return
    if one.recurrence is None or name.window is not None:
        if state is not WindowState.PLANNED:
            yield "finish", Phrase("All is well: say so")
        yield "extend", Phrase("It takes longer")
        yield "move", Phrase("Another time")
    yield "call-off", Phrase("It does not take place")


def _parts(found: Found, talk: Talk) -> Iterator[Part]:
    one = found.maintenance
    facts: list[Words] = [
        f"{found.name} ({one.client_id})",
        Phrase("to: {list}", list=one.list_name),
        Phrase("state: {state}", state=meanings.state(found.window.state)),
        *windows.facts(found, talk),
    ]
    yield Part(Phrase("Maintenance"), facts)
    if one.recurrence is not None:
        shown = [windows.window_label(it, talk) for it in found.windows]
        yield Part(Phrase("Its times"), lines.or_none(shown))
    told = list(windows.told(found, talk))
    yield Part(Phrase("Told so far"), lines.or_none(told))
    ahead = list(windows.ahead(found, talk))
    yield Part(Phrase("What happens next"), lines.or_none(ahead))


COMMAND = Command(
    node="maintenance",
    name=Phrase("Maintenance"),
    for_whom=publishers,
    dialogue=_maintenance,
)
