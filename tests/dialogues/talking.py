"""A person who goes through a dialogue, without any protocol."""

import asyncio
import weakref
from collections.abc import Sequence
from typing import TypeVar

from bot.desk.desk import Desk
from bot.desk.verb import Wanted
from bot.dialogues.everything import BY_NODE
from bot.dialogues.play import Asking, Play, Turn
from bot.dialogues.talk import Command, Level, Said, Shown, Talk
from bot.domain import wallclock
from tests.world import World

T = TypeVar("T")


class Person:
    """`person.runs("status")`, then `fills(name=value)` or `goes_back()`.

    What he sees is in `turn`; `asked`, `said` and `shown` are it as text.
    """

    def __init__(
        self,
        world: World,
        jid: str,
        *,
        language: str = "en",
        zone: str = "UTC",
        list_name: str | None = None,
    ) -> None:
        # one loop for all of it: the end of a loop is the end of its generators
        runner = asyncio.Runner()
        weakref.finalize(self, runner.close)
        self._run = runner.run
        self.talk = Talk(
            Desk(world.use_cases),
            jid,
            language=language,
            zone=wallclock.zone(zone),
            list_name=list_name,
        )

    def runs(self, command: str | Command) -> Turn:
        found = BY_NODE[command] if isinstance(command, str) else command
        self._play = Play(self.talk, found)
        return self._seen(self._run(self._play.begin()))

    def fills(self, **values: str | Sequence[str]) -> Turn:
        """`quiet_from` is the field `quiet-from`, `set__start` is `set.start`."""
        typed = {
            name.replace("__", ".").replace("_", "-"): (
                (value,) if isinstance(value, str) else tuple(value)
            )
            for name, value in values.items()
        }
        return self._seen(self._run(self._play.on(typed)))

    def looks(self, wanted: Wanted[T]) -> T:
        """A request of his own beside it."""
        return self._run(self.talk.ask(wanted))

    def goes_back(self) -> Turn:
        return self._seen(self._run(self._play.back({})))

    def _seen(self, turn: Turn) -> Turn:
        self.turn = turn
        return turn

    @property
    def asked(self) -> Asking:
        assert isinstance(self.turn, Asking), self.turn
        return self.turn

    @property
    def reason(self) -> str:
        """Why the same form is shown again."""
        assert self.asked.reason is not None
        return self.talk.said(self.asked.reason)

    @property
    def told(self) -> str:
        """What the form tells above its fields."""
        form = self.asked.form
        return "\n".join(self.talk.said(one) for one in (*form.heading, *form.shows))

    @property
    def said(self) -> str:
        assert isinstance(self.turn, Said), self.turn
        return self.talk.said(self.turn.words)

    @property
    def refused(self) -> str:
        assert isinstance(self.turn, Said), self.turn
        assert self.turn.level is Level.ERROR, self.turn
        return self.talk.said(self.turn.words)

    @property
    def shown(self) -> str:
        assert isinstance(self.turn, Shown), self.turn
        return "\n".join(
            self.talk.said(words)
            for part in self.turn.parts
            for words in (part.label, *part.lines)
        )
