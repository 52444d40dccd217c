"""To whom somebody announces: the lists that he may announce to."""

from collections.abc import Callable
from typing import TypeAlias

from bot.desk.verb import Plain
from bot.desk.verbs.announcing import AUDIENCES
from bot.dialogues.choices import ONWARD, PAGE, one_of, pages
from bot.dialogues.forms import Form, Words
from bot.dialogues.lines import cut
from bot.dialogues.talk import Dialogue, Level, Said, Talk, on_with
from bot.domain.fields import Field
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase

Lists: TypeAlias = dict[str, AnnouncementList]
_NONE = Said(Phrase("There is no list that you may announce to."), Level.ERROR)


async def among(then: Callable[[Talk, Lists], Dialogue], talk: Talk) -> Dialogue:
    """On to `then`, with those to choose among there: of more than are looked through
    in one form, the one that is chosen here.
    """
    lists = await _audiences(talk)
    if not lists:
        yield _NONE
        return
    if len(lists) > PAGE + 1:
        for options in pages((name, cut(one.title)) for name, one in lists.items()):
            given = yield Form(
                heading=(Phrase("Who is told?"),),
                fields=(one_of("list", Phrase("List"), options),),
            )
            if (name := given.text("list")) != ONWARD:
                break
        lists = {name: lists[name]}
    yield on_with(then, lists)


async def _audiences(talk: Talk) -> Lists:
    """By name; first the one at whose address he is, else the default."""
    found = await talk.look(AUDIENCES(Plain()))
    found.sort(key=lambda one: (one.name != talk.list_name, not one.is_default))
    return {one.name: one for one in found}


def which_list(found: Lists) -> Field[Words]:
    titles: dict[str, Words] = {name: cut(one.title) for name, one in found.items()}
    return one_of("list", Phrase("List"), titles, Phrase("Who is told."))
