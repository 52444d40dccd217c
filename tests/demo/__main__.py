"""The demo, from an empty folder to its end."""

import asyncio
import logging
import sys
from contextlib import AsyncExitStack

from slixmpp.exceptions import IqError, IqTimeout

from tests.demo import DemoError
from tests.demo.people import online
from tests.demo.play import Play
from tests.demo.service import Service
from tests.demo.telling import Teller
from tests.servers.folders import temporary_folder
from tests.servers.processes import ServerError
from tests.servers.programs import ProgramMissingError
from tests.servers.prosody import Prosody

#: seconds for the whole play
LONGEST = 150


async def perform(teller: Teller, service: Service, server: Prosody) -> None:
    domain = server.component
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.running())
        teller.fact(f"the service is connected as {domain}")
        admin, emma, jonas = [
            await stack.enter_async_context(online(server, user, language))
            for user, language in (("admin", "en"), ("emma", "en"), ("jonas", "de"))
        ]
        play = Play(teller, service, domain, admin)
        teller.step(f"Two readers subscribe to maintenance@{domain}, by presence")
        await play.subscribe(emma)
        await play.subscribe(jonas)
        teller.step("An admin schedules: today, and on the next two days")
        due = await play.schedule()
        teller.step("The moment comes")
        await play.receive([emma, jonas], due)
        teller.step("A reader answers")
        await play.reply(jonas)
        teller.step("The admin asks how it stands")
        await play.ask(due)
        await play.look_ahead()


def main() -> int:
    logging.basicConfig(level=logging.CRITICAL)
    teller = Teller()
    teller.step("A private Prosody starts on loopback, and the bot as its component")
    service = None
    try:
        with temporary_folder() as folder, Prosody() as server:
            teller.fact(f"{server.domain} listens on {server.host}:{server.c2s_port}")
            service = Service(folder, server)
            try:
                asyncio.run(asyncio.wait_for(perform(teller, service, server), LONGEST))
            except (DemoError, IqError, IqTimeout, TimeoutError) as error:
                teller.failure(_reason(error), service.last_words)
                return 1
    except (ServerError, ProgramMissingError) as error:
        teller.failure(str(error), "")
        return 1
    teller.end("All of it happened. The server, the bot and their files are gone.")
    return 0


def _reason(error: Exception) -> str:
    match error:
        case IqError():
            return f"refused: {error.condition} {error.text}"
        case IqTimeout():
            return "the service did not answer a request"
        case TimeoutError():
            return f"the demo took longer than {LONGEST} s"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
