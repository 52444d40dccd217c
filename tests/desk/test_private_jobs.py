"""What somebody tells single people is kept from whoever may see that he does."""

import asyncio

import pytest

from bot.desk.desk import Desk
from bot.desk.verb import Wanted
from bot.desk.verbs import schedules
from bot.domain.audit import Action, Asked
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName
from tests.world import ADMIN, AUDITOR, World

SECRET = "for your eyes only"


def ask(desk: Desk, asked: Asked, wanted: Wanted[object]) -> object:
    return asyncio.run(desk.ask(asked, lambda: wanted))


@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize("who", [ADMIN, AUDITOR])
def test_who_reads_what_it_says(world: World, who: str, personal: bool) -> None:
    """Whatever verb looks at it, the desk gives what a job to single people says, and
    its metadata, to its owner alone; what lists are told, to all who see it. The
    operator on the command line is no exception.
    """
    target = {"people": ("reader@example.org",), "list_name": None} if personal else {}
    job = world.schedule(
        ADMIN,
        bodies=(("en", SECRET),),
        metadata=f"<metadata xmlns='urn:xmpp:scheduling:0'><a>{SECRET}</a></metadata>",
        **target,
    )
    name = ScheduleName(number=job.id)
    page = schedules.ScheduleWish(paging=Paging(limit=10))
    verbs: list[Wanted[object]] = [
        schedules.SHOW(name),
        schedules.QUERY(name),
        schedules.LIST(page),
    ]
    desk = Desk(world.use_cases)
    asked = Asked(caller=world.caller(who), door=Origin.WEB, action=Action.QUERY)
    for wanted in verbs:
        found = ask(desk, asked, wanted)
        assert (SECRET in repr(found)) == (who == ADMIN or not personal), wanted
        assert job.client_id in repr(found)
        assert (SECRET in repr(desk.ask_here(wanted))) == (not personal), wanted
