"""What a request would become, shown before somebody agrees to it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, TypeVar

from bot.desk.verb import Verb
from bot.dialogues.talk import Talk
from bot.domain.errors import Conflict
from bot.service.incidents.request import OpenIncident
from bot.service.maintenance.request import OpenMaintenance
from bot.service.requests.request import ScheduleRequest


class Named(Protocol):
    """What has an id that was given to it, or found for it."""

    @property
    def client_id(self) -> str: ...


Request = TypeVar("Request", ScheduleRequest, OpenMaintenance, OpenIncident)
Draft = TypeVar("Draft")


async def drafted(
    talk: Talk,
    request: Request,
    draft_of: Verb[Request, Draft],
    made: Callable[[Draft], Named],
) -> tuple[Request, Draft]:
    """What it would become, and the request under an id that stays through the talk:
    who says yes once more, since the answer to the first was lost, asks for the same.
    """
    if request.client_id is not None:
        return request, await talk.look(draft_of(request))
    key = request.fingerprint()
    if (kept := talk.ids.get(key)) is not None:
        # another of his may have that id by now
        with suppress(Conflict):
            named = replace(request, client_id=kept)
            return named, await talk.look(draft_of(named))
    draft = await talk.look(draft_of(request))
    talk.ids[key] = made(draft).client_id
    return replace(request, client_id=talk.ids[key]), draft
