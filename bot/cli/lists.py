"""`carillon lists`: the lists, those of the configuration and those of the database."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import confirmation, entries, output, places, session, waiting, welcome
from bot.cli.parts import arranging, verb
from bot.cli.parts import lists as verbs
from bot.domain.lists import ListKind
from bot.domain.message import MessageType
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.send_window import Outside, WindowZone

if TYPE_CHECKING:
    from bot.domain.lists import OnList
    from bot.service.readers.arranging import Arranged

app = typer.Typer(invoke_without_command=True)
app.command("requests")(waiting.requests)
app.command("approve")(waiting.approve)
app.command("refuse")(waiting.refuse)
app.command("mine")(places.mine)
app.command("join")(places.join)
app.command("leave")(places.leave)
app.command("welcome")(welcome.welcome)

Name = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")]
Kind = Annotated[ListKind | None, typer.Option(help="Who may join.", show_choices=True)]
Language = Annotated[
    str | None,
    typer.Option(metavar="TAG", help="Of readers of whom no other is known, say de."),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--tz", metavar="ZONE", help="Of times in announcements, say Europe/Warsaw."
    ),
]
Type = Annotated[
    MessageType | None,
    typer.Option("--type", help="How announcements are sent.", show_choices=True),
]
Welcome = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The template that greets whoever joins; empty: none."
    ),
]
Reminders = Annotated[
    str | None,
    typer.Option(
        metavar="DURATIONS",
        help="How long before a maintenance begins, say '24h 1h'; empty: none.",
    ),
]
Public = Annotated[
    bool | None,
    typer.Option("--public/--private", help="Whether everybody may read it in feeds."),
]
Corrections = Annotated[
    bool | None,
    typer.Option(
        "--corrections/--no-corrections",
        help="Clients of its readers replace what was corrected; else it is sent anew.",
    ),
]
SendWindow = Annotated[
    str | None,
    typer.Option(
        metavar="HOURS",
        help="When it speaks, say '09:00-20:00 MO TU WE TH FR'; empty: at any hour.",
    ),
]
SendWindowZone = Annotated[
    WindowZone | None,
    typer.Option(help="By whose clocks it opens and closes.", show_choices=True),
]
OutsideIt = Annotated[
    Outside | None,
    typer.Option(
        "--outside", help="What becomes of what falls outside.", show_choices=True
    ),
]
Publishers = Annotated[
    list[str] | None,
    typer.Option("--publisher", metavar="JID", help="Who may announce to it, too."),
]


@app.callback()
def lists(context: typer.Context, json: output.JSON = False) -> None:
    """The lists: who may join, who waits, and changing them."""
    if context.invoked_subcommand is None:
        show(context, json=json)


@app.command("list")
def show(context: typer.Context, json: output.JSON = False) -> None:
    """Show every list and how many stand on it."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(verb.Plain("lists")))
        addresses = desk.policy.addresses
    if json:
        output.document(
            {
                "items": [
                    {
                        **entries.as_data(one.entry, addresses.of_list(one.entry.name)),
                        "subscribers": one.subscribers,
                        "suspended": one.suspended,
                    }
                    for one in found
                ]
            }
        )
        return
    if not found:
        output.say(
            Phrase(
                "There are no lists: make one with {command}, or declare it as"
                " [lists.NAME] in the config.",
                command="`carillon lists create NAME`",
            )
        )
        return
    _table(found)


def _table(found: "list[OnList]") -> None:
    output.table(
        (
            *(Phrase("list"), Phrase("readers"), Phrase("suspended")),
            *(Phrase("title"), Phrase("kind"), Phrase("language"), Phrase("zone")),
        ),
        [
            (
                entry.name,
                count,
                suspended,
                entry.title,
                Listed(entries.KINDS[entry.kind], entries.DEFAULT)
                if entry.is_default
                else entries.KINDS[entry.kind],
                entry.language,
                entry.timezone,
            )
            for entry, count, suspended in found
        ],
        numbers={Phrase("readers"), Phrase("suspended")},
    )


@app.command("show")
def show_one(context: typer.Context, name: Name, json: output.JSON = False) -> None:
    """Show one list: all that it has been given."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(verb.Plain(name)))
        entry = desk.ask_here(verbs.SHOW(verbs.ListName(name)))
        address = desk.policy.addresses.of_list(entry.name)
    one = next(one for one in found if one.entry.id == entry.id)
    if json:
        output.document(
            {
                **entries.as_data(entry, address),
                "subscribers": one.subscribers,
                "suspended": one.suspended,
            }
        )
        return
    output.details(entries.facts(one, address))


@app.command()
def create(
    context: typer.Context,
    name: Name,
    *,
    title: Title = None,
    kind: Kind = None,
    language: Language = None,
    timezone: Timezone = None,
    message_type: Type = None,
    welcome: Welcome = None,
    reminders: Reminders = None,
    public: Public = None,
    corrections: Corrections = None,
    send_window: SendWindow = None,
    send_window_zone: SendWindowZone = None,
    outside: OutsideIt = None,
    publishers: Publishers = None,
    json: output.JSON = False,
) -> None:
    """Make a list that the database keeps; it is there at once."""
    wish = arranging.ListWish(
        name=name,
        title=title,
        kind=kind,
        language=language,
        timezone=timezone,
        type=message_type,
        welcome=welcome,
        reminders=reminders,
        public=public,
        corrections=corrections,
        send_window=send_window,
        send_window_zone=send_window_zone,
        outside=outside,
        add_publishers=tuple(publishers or ()),
    )
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.CREATE(wish))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "There is a list {name} now, at {address}; {count} stands on it.",
            "There is a list {name} now, at {address}; {count} stand on it.",
            done.readers,
            name=name,
            address=address,
        )
    )


@app.command()
def change(
    context: typer.Context,
    name: Name,
    *,
    title: Title = None,
    kind: Kind = None,
    language: Language = None,
    timezone: Timezone = None,
    message_type: Type = None,
    welcome: Welcome = None,
    reminders: Reminders = None,
    public: Public = None,
    corrections: Corrections = None,
    send_window: SendWindow = None,
    send_window_zone: SendWindowZone = None,
    outside: OutsideIt = None,
    publishers: Publishers = None,
    no_publishers: Annotated[
        list[str] | None,
        typer.Option(
            "--no-publisher", metavar="JID", help="Who may not announce to it any more."
        ),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Change a list of the database; what is not given stays."""
    wish = arranging.ListWish(
        name=name,
        title=title,
        kind=kind,
        language=language,
        timezone=timezone,
        type=message_type,
        welcome=welcome,
        reminders=reminders,
        public=public,
        corrections=corrections,
        send_window=send_window,
        send_window_zone=send_window_zone,
        outside=outside,
        add_publishers=tuple(publishers or ()),
        remove_publishers=tuple(no_publishers or ()),
    )
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.CHANGE(wish))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "{name} is changed; {count} stands on it.",
            "{name} is changed; {count} stand on it.",
            done.readers,
            name=name,
        )
    )


@app.command()
def retire(
    context: typer.Context,
    name: Name,
    *,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Have a list of the database be none any more; who stood on it is kept."""
    with session.desk_of(context) as desk:
        if confirmation.asks(yes=yes):
            confirmation.begin(json=json)
            found = desk.ask_here(verbs.LOOK(verbs.ListName(name)))
            output.details(
                [
                    (Phrase("title"), found.entry.title),
                    (Phrase("readers now"), found.readers),
                    (Phrase("waiting"), found.refused),
                ]
            )
            confirmation.of(Phrase("Retire it?"), Phrase("nothing was retired"))
        done = desk.ask_here(verbs.RETIRE(verbs.ListName(name)))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "{name} is a list no more; {count} stood on it.",
            "{name} is a list no more; {count} stood on it.",
            done.readers,
            name=name,
        )
    )


def _arranged(done: "Arranged", address: str) -> dict[str, Any]:
    return {
        **entries.as_data(done.entry, address),
        "subscribers": done.readers,
        "refused": done.refused,
    }
