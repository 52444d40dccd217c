"""All commands, and which of them somebody is shown first."""

from bot.dialogues import (
    administration,
    announce,
    audit,
    broadcasts,
    check,
    consent,
    incidents,
    lists,
    maintenance,
    manage_lists,
    menu,
    mydata,
    mymessages,
    pending,
    people,
    preferences,
    roles,
    schedule,
    status,
    stopping,
    templates,
)
from bot.dialogues.talk import Command
from bot.domain.access import Caller

#: the tasks of the first rank, the most used first
COMMANDS: tuple[Command, ...] = (
    announce.COMMAND,
    schedule.COMMAND,
    pending.COMMAND,
    broadcasts.COMMAND,
    maintenance.COMMAND,
    incidents.COMMAND,
    stopping.COMMAND,
    manage_lists.COMMAND,
    people.COMMAND,
    status.COMMAND,
    lists.COMMAND,
    preferences.COMMAND,
    consent.COMMAND,
    mymessages.COMMAND,
    mydata.COMMAND,
    roles.COMMAND,
    check.COMMAND,
    templates.COMMAND,
    audit.COMMAND,
)
#: what a list of commands shows at most: more is not looked through
MAX_LISTED = 10


def allowed(caller: Caller) -> list[Command]:
    """All that the caller may do, but the menu of them."""
    return [one for one in COMMANDS if one.may(caller)]


MENU = menu.command(allowed)


def listed(caller: Caller) -> list[Command]:
    """At most MAX_LISTED, the menu among them, which leads to all."""
    found = allowed(caller)[: MAX_LISTED - 1]
    return [*found, MENU] if found else []


#: found at their nodes by clients that have a menu for them, and not listed
BY_NODE = {one.node: one for one in (*COMMANDS, MENU, *administration.COMMANDS)}
