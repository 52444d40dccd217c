"""Something said to a list, in one's own words, now."""

from functools import partial

from bot.dialogues import audiences, previews
from bot.dialogues.forms import Form
from bot.dialogues.talk import Command, Dialogue, Talk, publishers
from bot.dialogues.wording import (
    ANOTHER,
    BODY,
    SUBJECT,
    TEXT_IN_ANOTHER,
    said,
    spoken,
    tag_of,
    urgency,
)
from bot.domain.phrase import Phrase
from bot.service.requests.request import ScheduleRequest


async def _announce(talk: Talk, lists: audiences.Lists) -> Dialogue:
    given = yield Form(
        heading=(
            Phrase("What is to be said? How it reads is shown before it goes out."),
            spoken(*lists.values()),
        ),
        fields=(
            audiences.which_list(lists),
            *(SUBJECT, BODY),
            *urgency(talk),
            ANOTHER,
        ),
    )
    target, told, first = lists[given.text("list")], [("", given)], given
    while given.text("another") == "yes":
        given = yield TEXT_IN_ANOTHER
        told.append((tag_of(given, told), given))
    request = ScheduleRequest(
        origin=talk.door,
        list_name=target.name,
        delay_seconds=previews.AT_ONCE,
        timezone=target.timezone,
        urgent=first.flag("urgent"),
    )
    yield previews.decided(said(request, told))


COMMAND = Command(
    node="announce",
    name=Phrase("Announce now"),
    for_whom=publishers,
    dialogue=partial(audiences.among, _announce),
)
