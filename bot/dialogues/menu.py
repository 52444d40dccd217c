"""A menu of all that somebody may do, for clients in which a list is awkward."""

from collections.abc import Callable, Sequence

from bot.dialogues.choices import one_of
from bot.dialogues.forms import Form
from bot.dialogues.talk import Command, Dialogue, Go, Talk, everybody
from bot.domain.access import Caller
from bot.domain.phrase import Phrase


def command(allowed: Callable[[Caller], Sequence[Command]]) -> Command:
    """`allowed`: all that a caller may do, the most used first."""

    async def dialogue(talk: Talk) -> Dialogue:
        tasks = {one.node: one for one in allowed(talk.caller)}
        given = yield Form(
            heading=(Phrase("What would you like to do?"),),
            fields=(
                one_of(
                    *("task", Phrase("Task")),
                    {node: one.name for node, one in tasks.items()},
                ),
            ),
        )
        yield Go(tasks[given.text("task")])

    return Command(
        node="menu", name=Phrase("All tasks"), for_whom=everybody, dialogue=dialogue
    )
