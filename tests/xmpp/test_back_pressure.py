"""More requests at once than the service has room for."""

from pathlib import Path

import pytest

from bot.desk import places
from tests.servers.prosody import Prosody
from tests.xmpp.answering import answering, ask, configured, query, refusal
from tests.xmpp.links import Run, newcomer, reading


@pytest.mark.e2e
def test_too_many_at_once(
    prosody: Prosody, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what is answered at once each is told to come again; then all is well."""
    user = newcomer(prosody)
    settings = configured(prosody, "component", tmp_path)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(prosody, user) as client:
            with monkeypatch.context() as full:
                full.setattr(places, "REQUESTS_OF_ONE", 0)
                answer = await ask(client, bot.address, "get", query())
                assert refusal(answer) == ("resource-constraint", "wait")
            answer = await ask(client, bot.address, "get", query())
            assert answer.get("type") == "result"

    run(scenario())
