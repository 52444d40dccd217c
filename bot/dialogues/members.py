"""The people of a list: looked at, put there and taken off, let in or refused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.desk.verbs import join_requests, subscribers
from bot.dialogues import lines
from bot.dialogues.choices import (
    MORE_LABEL,
    NOTHING_CHANGED,
    ONWARD,
    PAGE,
    SURE,
    one_of,
)
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Dialogue, Part, Said, Shown, Talk
from bot.domain.lists import JoinRequest
from bot.domain.phrase import Counted, Listed, Phrase

#: people on a page
MEMBERS = 30
#: in place of somebody who waits
_NOBODY, _ALL = "nobody", "everybody"


async def shown(talk: Talk, name: str) -> Dialogue:
    """Page after page, until there are no more or enough is seen."""
    after = 0
    while True:
        wish = subscribers.SubscriberWish(
            list_name=name, after=after, limit=MEMBERS + 1
        )
        found = await talk.look(subscribers.LIST(wish))
        page = [subscriber.jid for _, subscriber in found[:MEMBERS]]
        if len(found) <= MEMBERS:
            yield Shown((Part(Phrase("Who is on it"), lines.or_none(page)),))
            return
        given = yield Form(
            shows=tuple(page),
            fields=(replace(SURE, name="more", label=Phrase("Show more?")),),
        )
        if given.text("more") != "yes":
            yield Said(Phrase("There are more."))
            return
        after = found[MEMBERS - 1][0].id


_PEOPLE = replace(
    subscribers.JIDS, label=Phrase("People"), help=Phrase("Bare JIDs, one a line.")
)


async def add(talk: Talk, name: str) -> Dialogue:
    given = yield Form(
        heading=(Phrase("Who had left is meant, too."),),
        fields=(_PEOPLE,),
        is_last=True,
    )
    some = subscribers.People(list_name=name, jids=given.several("jids"))
    done = await talk.ask(subscribers.ADD(some))
    told: list[Phrase] = [
        Counted(
            "{count} added to {list}.",
            "{count} added to {list}.",
            done.added,
            list=name,
        )
    ]
    if done.forgotten:  # nobody but he can know whether he is meant
        told.append(
            Counted(
                "{count} asked to be forgotten and stays away.",
                "{count} asked to be forgotten and stay away.",
                done.forgotten,
            )
        )
    yield Said(Listed(*told, separator=" "))


async def remove(talk: Talk, name: str) -> Dialogue:
    given = yield Form(
        heading=(Phrase("They are told nothing more of it."),),
        fields=(_PEOPLE,),
        is_last=True,
    )
    some = subscribers.People(list_name=name, jids=given.several("jids"))
    await talk.ask(subscribers.REMOVE(some))
    yield Said(
        Counted(
            "{count} removed from {list}.",
            "{count} removed from {list}.",
            len(some.jids),
            list=name,
        )
    )


# --- who waits ---------------------------------------------------------------------


async def requests(talk: Talk, name: str) -> Dialogue:
    after, who = 0, ONWARD
    while who == ONWARD:
        wish = subscribers.SubscriberWish(list_name=name, after=after, limit=PAGE + 1)
        found = await talk.look(join_requests.LIST(wish))
        if not found:
            yield Said(Phrase("Nobody waits any more."))
            return
        page, more = found[:PAGE], len(found) > PAGE
        given = yield Form(
            heading=tuple(_waiting(page, talk, more=more)),
            fields=(
                one_of("who", Phrase("Who"), _people(page, more=more)),
                one_of(
                    "answer",
                    Phrase("Answer"),
                    {"approve": Phrase("Let in"), "refuse": Phrase("Refuse")},
                ),
            ),
            is_last=not more,
        )
        who, after = given.text("who"), page[-1].id
    if who == _NOBODY:
        yield NOTHING_CHANGED
        return
    jids = [one.jid for one in page] if who == _ALL else [who]
    approves = given.text("answer") == "approve"
    verb = join_requests.APPROVE if approves else join_requests.REFUSE
    await talk.ask(verb(join_requests.Waiting(list_name=name, jids=jids)))
    named = ", ".join(jids)
    yield Said(
        Phrase("Let in: {people}.", people=named)
        if approves
        else Phrase("Refused: {people}.", people=named)
    )


def _waiting(page: Sequence[JoinRequest], talk: Talk, *, more: bool) -> Iterator[Words]:
    for one in page:
        yield f"{one.jid}, {lines.moment(one.asked_at, talk)}"
    if more:
        yield Phrase("Others wait behind them.")


def _people(page: Sequence[JoinRequest], *, more: bool) -> dict[str, Words]:
    found: dict[str, Words] = {_NOBODY: Phrase("Nobody")}
    found |= {one.jid: lines.cut(one.jid) for one in page}
    if len(page) > 1:
        found[_ALL] = Phrase("All who are shown")
    if more:
        found[ONWARD] = MORE_LABEL
    return found
