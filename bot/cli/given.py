"""Options that say what is announced, and when: as they are declared, as they are
typed, and what does not go together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from bot.cli import output
from bot.domain.phrase import Phrase

#: options that a command takes several times
Many = list[str] | None
# of every command that says what is announced, and when
SubjectsIn = Annotated[
    Many,
    typer.Option(
        "--subject-in", metavar="LANG=TEXT", help="In one language. Repeatable."
    ),
]
Within = Annotated[
    str | None,
    typer.Option("--in", metavar="DURATION", help="From now, say 10m or 1d12h."),
]
Unstyled = Annotated[
    bool,
    typer.Option(
        "--unstyled",
        help="Clients show your own words as they are, *stars* and all (XEP-0393).",
    ),
]
Late = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY",
        help="When the service was down: run[:30m], skip, or hold for an admin.",
    ),
]
_URGENT = "Told at once: through quiet hours, pauses and send windows."
Urgent = Annotated[bool, typer.Option("--urgent", help=_URGENT)]
UrgentOrNot = Annotated[bool | None, typer.Option("--urgent/--no-urgent", help=_URGENT)]
Holidays = Annotated[
    str | None,
    typer.Option(
        metavar="CALENDAR",
        help="What recurs is skipped, or shifted, on these holidays.",
    ),
]
OnHoliday = Annotated[
    str | None,
    typer.Option(metavar="WAY", help="skip, or shift to the next day that is none."),
]
Edit = Annotated[
    bool,
    typer.Option("--edit", help="Write it in $VISUAL or $EDITOR, from --body on."),
]
# of every command that words anew what is there
TemplateAnew = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Say it with this template; its fields by --set."
    ),
]
SettingsAnew = Annotated[
    Many,
    typer.Option(
        "--set",
        metavar="K=V",
        help="A field of the template; K:lang=V in one language alone, its others"
        " stay; V may be @FILE or -. The fields that are not named stay."
        " Repeatable.",
    ),
]
BodyAnew = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="In place of all its texts; @FILE: it stands in a file, -: on"
        " standard input.",
    ),
]
BodiesAnew = Annotated[
    Many,
    typer.Option(
        "--body-in",
        metavar="LANG=TEXT",
        help="In one language, also @FILE or -, in place of all its texts. Repeatable.",
    ),
]
EditAnew = Annotated[
    bool,
    typer.Option(
        "--edit", help="Change its text in $VISUAL or $EDITOR, or write --body."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show it, and do nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """As typed."""

    list_name: str | None = None
    template: str | None = None
    settings: Sequence[str]
    subject: str | None
    body: str | None
    #: the body is what somebody makes of it in an editor
    edit: bool = False
    subjects: Sequence[str]
    bodies: Sequence[str]
    at: str | None = None
    within: str | None = None
    every: str | None = None
    timezone: str | None = None
    expires: str | None = None
    late: str | None = None
    urgent: bool | None = None
    holidays: str | None = None
    on_holiday: str | None = None
    client_id: str | None = None
    unstyled: bool = False
    #: the people of a test
    only: Sequence[str] = ()
    #: those whom this broadcast reached
    only_told: str | None = None


def check_usage(options: Options) -> None:
    """Ends with exit code 2 where options are missing or contradict each other."""
    given = _has_texts(options)
    says = options.body is not None or options.bodies or options.edit
    if options.template is None and not says:
        output.fail(
            Phrase("say what: --template NAME with --set K=V, --body TEXT, or --edit"),
            2,
        )
    if options.template is not None and given:
        output.fail(
            Phrase("give either --template or --body and --subject, not both"), 2
        )
    if options.template is None and options.settings:
        output.fail(Phrase("--set goes with --template NAME"), 2)
    if options.at is not None and options.within is not None:
        output.fail(Phrase("give --at or --in, not both"), 2)


def check_change(options: Options) -> None:
    """Ends with exit code 2 where options of an edit are missing or contradict."""
    if options.template is not None and _has_texts(options):
        output.fail(
            Phrase("give either --template or --body and --subject, not both"), 2
        )
    if options.settings and _has_texts(options):
        output.fail(Phrase("--set goes with --template NAME"), 2)
    if options.at is not None and options.within is not None:
        output.fail(Phrase("give --at or --in, not both"), 2)
    given = (
        *(options.list_name, options.template, options.at, options.within),
        *(options.every, options.timezone, options.expires, options.late),
        *(options.urgent, options.holidays, options.on_holiday),
    )
    changes = (
        options.settings or options.unstyled or any(one is not None for one in given)
    )
    if not changes and not _has_texts(options):
        output.fail(
            Phrase("nothing to change: give --body TEXT or --at TIME; see --help"), 2
        )


def _has_texts(options: Options) -> bool:
    texts = (options.subject, options.body, *options.subjects, *options.bodies)
    return options.edit or any(text is not None for text in texts)
