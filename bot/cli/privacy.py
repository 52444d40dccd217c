"""`carillon people export` and `erase`: what is stored of one person."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import confirmation, output, previews, session
from bot.cli.parts import choices, holdings
from bot.cli.parts import mydata as verbs
from bot.cli.reader import words as in_words
from bot.domain.phrase import Counted, Phrase
from bot.service.ports import personal

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verbs.mydata import Forgotten

Jid = Annotated[str, typer.Argument(metavar="JID", help="Whose, a bare JID.")]


def export_person(
    context: typer.Context, jid: Jid, *, json: output.JSON = False
) -> None:
    """Show all that is stored of somebody, in words for himself; or as JSON."""
    with session.desk_of(context) as desk:
        jid = choices.person(jid, "jid")
        single, several = _by_kind()
        one = {part: next(_rows(desk, jid, part), None) for part in single}
        if json:
            head = {"jid": jid, **{part.value: one[part] for part in single}}
            long = {part.value: _rows(desk, jid, part) for part in several}
            output.long_document(head, **long)
            return
        zone = previews.here(session.settings_of(context))
        for part in personal.Part:
            found = _rows(desk, jid, part)
            for number, row in enumerate(found):
                if not number:
                    output.say(holdings.LABELS[part])
                for words in holdings.told(part, row, zone):
                    text = in_words(words) if isinstance(words, Phrase) else words
                    output.plain(text, indent=2)


def _by_kind() -> tuple[list[Any], list[Any]]:
    """Parts of which there is one at most, and the others."""
    single = [part for part in personal.Part if part in verbs.SINGLE]
    return single, [part for part in personal.Part if part not in single]


def _rows(desk: "Desk", jid: str, part: Any) -> Iterator[dict[str, Any]]:
    """Slice by slice, so that none is long."""
    wish = verbs.PartWish(jid=jid, part=part)
    while True:
        found = desk.ask_here(verbs.EXPORT(wish))
        yield from found.rows
        if found.following is None:
            return
        wish = replace(wish, after=found.following)


def erase_person(
    context: typer.Context,
    jid: Jid,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Forget somebody, after asking: all but that he left, and whom he refused.

    Those stay as digests, so that no import puts him back.
    """
    asks = confirmation.asks(yes=yes)
    with session.desk_of(context) as desk:
        jid = choices.person(jid, "jid")
        if asks:
            confirmation.begin(json=json)
            question = Phrase("Forget {jid}? It cannot be taken back.", jid=jid)
            confirmation.of(question, Phrase("nobody was forgotten"))
        done = desk.ask_here(verbs.FORGET(verbs.Whose(jid=jid)))
    if json:
        output.document(_document(jid, done))
        return
    output.say(Phrase("{jid} is forgotten.", jid=jid))
    for phrase in _stays(done):
        output.note(phrase)


def _document(jid: str, done: "Forgotten") -> dict[str, Any]:
    return {
        "jid": jid,
        "cancelled": done.cancelled,
        "mandatory": [one.name for one in done.stays.mandatory],
        "announcements": done.stays.announcements,
        "has_role": done.stays.has_role,
    }


def _stays(done: "Forgotten") -> Iterator[Phrase]:
    if done.cancelled:
        yield Counted(
            "{count} message of his was cancelled",
            "{count} messages of his were cancelled",
            done.cancelled,
        )
    if done.stays.mandatory:
        yield Phrase(
            "the address stays on {lists}, which nobody leaves;"
            " `carillon subscribers remove` takes it off",
            lists=", ".join(one.name for one in done.stays.mandatory),
        )
    if done.stays.announcements:
        yield Counted(
            "{count} announcement of his to a list goes on under his address",
            "{count} announcements of his to lists go on under his address",
            done.stays.announcements,
        )
    if done.stays.has_role:
        yield Phrase("his role stays; `carillon roles` takes it")
