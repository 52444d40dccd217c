"""Lists of the kind request, by presence, over real servers."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import open_use_cases
from bot.desk.desk import Desk
from bot.desk.verbs import join_requests, places
from bot.domain.audit import Action, Asked
from bot.domain.schedule import Origin
from bot.service.ports.unit_of_work import UnitOfWork
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, Answering, answering, configured, until
from tests.xmpp.links import Run, newcomer
from tests.xmpp.test_presence import CAPS, contact

pytestmark = pytest.mark.e2e
LISTS: dict[str, dict[str, Any]] = {
    "club": {"kind": "request", "default": True, "welcome": None},
    "news": {"welcome": None},
}


def waiting(bot: Answering) -> list[str]:
    """Who waits for the club."""

    def find(uow: UnitOfWork) -> list[str]:
        club = uow.lists.get("club")
        assert club is not None
        return [one.jid for one in uow.join_requests.page(club.id, after=0, limit=9)]

    return bot.use_cases.database.look(find)


def _waits(bot: Answering, jid: str) -> bool:
    return jid in waiting(bot)


def decide(bot: Answering, verb: Any, jid: str) -> None:
    """As the command line does, beside the service; what it changed is noticed."""
    bot.desk.ask_here(verb(join_requests.Waiting(list_name="club", jids=[jid])))
    bot.doors.contacts.nudge()


@pytest.mark.parametrize("mode", MODES)
def test_waiting_to_be_let_in(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """Who subscribes is not answered until an admin lets him in or refuses him, be it
    while the service is away; who thinks better of it waits no more, and who leaves by
    command has no contact any more.
    """
    settings = configured(server, mode, tmp_path, lists=LISTS)
    names = [newcomer(server) for _ in range(3)]
    ann, bob, eve = map(server.jid, names)

    async def scenario() -> None:
        async with (
            contact(server, names[0]) as first,
            contact(server, names[1]) as second,
            contact(server, names[2]) as third,
        ):
            async with answering(settings) as bot:
                to = f"club@{bot.address}" if mode == "component" else bot.contact
                for client, jid in ((first, ann), (second, bob), (third, eve)):
                    client.tell(to, "subscribe")
                    await until(partial(_waits, bot, jid))
                first.tell(to, "subscribe")  # the same
                third.tell(to, "unsubscribe")
                if mode == "component" or isinstance(server, Prosody):
                    await until(lambda: waiting(bot) == [ann, bob])
                else:  # whose server does not tell; but he is found to be no contact
                    await third.contacts()
                    decide(bot, join_requests.APPROVE, eve)
                    await until(lambda: bot.use_cases.database.look(_told))
                    assert bot.standing(eve) == []
                for kind in ("subscribed", "unsubscribed"):
                    assert first.had(to, kind) == second.had(to, kind) == []

                decide(bot, join_requests.REFUSE, bob)
                refused = await second.until_presence(to, "unsubscribed")
                status = refused.findtext("{jabber:client}status") or ""
                assert status == "You are not let in to Club."
                assert (await second.contacts()).get(to, "none") == "none"
            with open_use_cases(settings) as use_cases:
                let_in = join_requests.Waiting(list_name="club", jids=[ann])
                Desk(use_cases).ask_here(join_requests.APPROVE(let_in))
            async with answering(settings) as bot:
                await first.until_presence(to, "subscribed")
                seen = await first.until_presence(to, None)
                assert seen.find(CAPS) is not None
                await until(lambda: bot.use_cases.database.look(_told))
                assert (await first.contacts())[to] == "to"
                assert waiting(bot) == []
                assert bot.standing(ann) == ["club"]
                await _leaves(bot, ann)
                await first.until_presence(to, "unsubscribed")
                assert bot.standing(ann) == []

    run(scenario())


def _told(uow: UnitOfWork) -> bool:
    """Whether clients have heard all there is."""
    return not uow.contact_news.first(1)


async def _leaves(bot: Answering, jid: str) -> None:
    caller = bot.use_cases.policy.caller(jid)
    asked = Asked(caller=caller, door=Origin.COMMAND, action=Action.UNSUBSCRIBE)
    await bot.desk.ask(asked, lambda: places.LEAVE(places.OwnPlace(list_name="club")))
    bot.doors.contacts.nudge()
