"""Which commands there are, for whom, and what a list of them shows."""

import pytest

from bot.dialogues.everything import BY_NODE, MAX_LISTED, MENU, allowed, listed
from bot.texts import LANGUAGES, said
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, STRANGER, USER, World

MAX_WIDTH = 35  #: characters that a narrow client shows on a line

EVERYBODY = {"lists", "preferences", "consent", "my-messages", "my-data"}
PUBLISHERS = {
    *("announce", "schedule", "pending", "broadcasts", "maintenance", "incidents"),
}
ADMINS = {
    *("manage-lists", "people", "templates", "roles", "stop-all", "status", "check"),
    "audit",
}
AUDITORS = {"audit"}
#: XEP-0133: for clients that have a menu of their own for them
SERVICE_ADMINISTRATION = {
    f"http://jabber.org/protocol/admin#{name}"
    for name in ("announce", "announce-all", "set-welcome", "delete-welcome")
}
MAY = {
    USER: EVERYBODY,
    PUBLISHER: EVERYBODY | PUBLISHERS,
    AUDITOR: EVERYBODY | AUDITORS,
    ADMIN: EVERYBODY | PUBLISHERS | ADMINS,
    STRANGER: set(),
}


@pytest.mark.parametrize("jid", MAY)
def test_for_whom(world: World, jid: str) -> None:
    caller = world.caller(jid)
    theirs = {one.node for one in allowed(caller)}
    assert theirs == MAY[jid]
    may = {node for node, one in BY_NODE.items() if one.may(caller)}
    more = SERVICE_ADMINISTRATION if jid == ADMIN else set()
    assert may == theirs | more | ({MENU.node} if theirs else set())
    # the menu leads to whatever there is no room for
    shown = listed(caller)
    assert len(shown) <= MAX_LISTED
    assert (shown[-1:] == [MENU]) == bool(theirs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names(language: str) -> None:
    """Short, and no two alike; a node is a word that can be typed."""
    names = [said(one.name, language) for one in BY_NODE.values()]
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > MAX_WIDTH] == []
    words = BY_NODE.keys() - SERVICE_ADMINISTRATION
    assert [node for node in words if not node.replace("-", "").isalpha()] == []


def test_chosen_in_the_menu(world: World) -> None:
    """Each of its steps says which task it is: the title is the menu's for ever."""
    person = Person(world, ADMIN)
    person.runs("menu")
    seen = [person.asked.chosen]
    person.fills(task="roles")
    seen.append(person.asked.chosen)
    person.goes_back()
    seen.append(person.asked.chosen)
    assert seen == [None, BY_NODE["roles"], None]
    person.fills(task="pending")
    assert person.said == "Nothing is to go out."
