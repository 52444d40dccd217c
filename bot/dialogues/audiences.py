"""To whom somebody announces: the lists that he may announce to."""

from bot.desk.verb import Plain
from bot.desk.verbs.announcing import AUDIENCES
from bot.dialogues.choices import one_of
from bot.dialogues.forms import Words
from bot.dialogues.lines import cut
from bot.dialogues.talk import Level, Said, Talk
from bot.domain.fields import Field
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase

NONE = Said(Phrase("There is no list that you may announce to."), Level.ERROR)


async def audiences(talk: Talk) -> dict[str, AnnouncementList]:
    """By name; first the one at whose address he is, else the default."""
    found = await talk.look(AUDIENCES(Plain()))
    found.sort(key=lambda one: (one.name != talk.list_name, not one.is_default))
    return {one.name: one for one in found}


def which_list(found: dict[str, AnnouncementList]) -> Field[Words]:
    titles: dict[str, Words] = {name: cut(one.title) for name, one in found.items()}
    return one_of("list", Phrase("List"), titles, Phrase("Who is told."))
