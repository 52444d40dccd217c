"""Whose message reaches whom: the one table that every way to send one is walked with.

    yes   it is scheduled                    ask   scheduled, and the recipient is asked
    no    not-allowed, as of nobody          wait  nobody can tell, try again

A row is what the recipient has chosen, where he has named nobody; `usual`: nothing, so
the operator's choice stands, which is `server`. `afar`: the sender is of another
server. `sealed`: the message is encrypted. A row that begins with `names` holds
whatever he has chosen: he named the sender or his domain. `himself`: he is the sender.

A column is what his server says of the two: the sender's place in his roster; `absent`:
there is no such account; `untold`: it has nothing to tell it by; `silent`: it fails.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

RELATIONS = ("none", "to", "from", "both", "absent", "untold", "silent")
CHOICES = ("everyone", "server", "contacts", "encrypted", "nobody", "ask", "usual")
#: who ask through a server that may speak for them
SENDERS = ("user", "publisher", "auditor", "admin", "ally")
DOORS = ("request", "inline", "delegated")

_TABLE = """
                   none  to    from  both  absent  untold  silent

everyone           yes   yes   yes   yes   no      yes     wait
server             yes   yes   yes   yes   no      yes     wait
server afar        no    no    no    no    no      no      wait
contacts           no    yes   yes   yes   no      no      wait
encrypted          no    no    no    no    no      no      wait
encrypted sealed   yes   yes   yes   yes   no      yes     wait
nobody             no    no    no    no    no      no      wait
ask                ask   ask   ask   ask   no      ask     wait
usual              yes   yes   yes   yes   no      yes     wait
usual afar         no    no    no    no    no      no      wait

names allowed      yes   yes   yes   yes   no      yes     wait
names blocked      no    no    no    no    no      no      wait
names both         no    no    no    no    no      no      wait
himself            yes   yes   yes   yes   no      yes     wait
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    sender: str
    door: str
    choice: str
    #: how he named the sender: "", allowed, blocked or both
    named: str
    sealed: bool
    himself: bool
    relation: str
    #: what must come of it
    verdict: str


def cases() -> Iterator[Case]:
    """All that a user may meet who asks by a request; of the other ways and people each
    row of the table.
    """
    every = list(_situations())
    yield from _cases("user", "request", every, RELATIONS)
    some = [one for one in every if not one[1] or one[:2] in _NAMED]
    for sender, door in product(("user", "ally"), DOORS):
        if (sender, door) != ("user", "request"):
            yield from _cases(sender, door, some, ("none", "both", "absent", "silent"))
    for sender in SENDERS[1:-1]:
        yield from _cases(sender, "request", some, ("none", "absent"))


#: of the situations in which he named the sender, where the name decides
_NAMED = {("nobody", "allowed"), ("everyone", "blocked"), ("everyone", "both")}


def _situations() -> Iterator[tuple[str, str, bool, bool]]:
    """What he has chosen, whom he has named; whether it is sealed, or to himself."""
    for choice in CHOICES:
        for named in ("", "allowed", "blocked", "both"):
            yield choice, named, False, False
        yield choice, "", True, False
        yield choice, "", False, True


def _cases(
    sender: str,
    door: str,
    situations: Iterable[tuple[str, str, bool, bool]],
    relations: Iterable[str],
) -> Iterator[Case]:
    verdicts = _rows()
    for (choice, named, sealed, himself), relation in product(situations, relations):
        row = _row(choice, named, sender, sealed=sealed, himself=himself)
        yield Case(
            sender=sender,
            door=door,
            choice=choice,
            named=named,
            sealed=sealed,
            himself=himself,
            relation=relation,
            verdict=verdicts[row][relation],
        )


def _row(choice: str, named: str, sender: str, *, sealed: bool, himself: bool) -> str:
    if himself:
        return "himself"
    if named:
        return f"names {named}"
    if sender == "ally" and choice in {"server", "usual"}:
        return f"{choice} afar"
    return f"{choice} sealed" if sealed and choice == "encrypted" else choice


def _rows() -> dict[str, dict[str, str]]:
    heading, *rows = filter(None, map(str.split, _TABLE.splitlines()))
    assert tuple(heading) == RELATIONS
    found = {}
    for row in rows:
        name, verdicts = row[: -len(RELATIONS)], row[-len(RELATIONS) :]
        assert set(verdicts) <= {"yes", "no", "ask", "wait"}, name
        found[" ".join(name)] = dict(zip(RELATIONS, verdicts, strict=True))
    return found
