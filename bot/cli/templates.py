"""`carillon templates`: what announcements can be made of."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output, previews, reader, requesting, session, showing, texts
from bot.cli.parts import cautions, clock
from bot.cli.trial import trial
from bot.desk import views
from bot.domain import moments, timestamps, wallclock, zones
from bot.domain.characters import line
from bot.domain.errors import CarillonError, about
from bot.domain.fields import WANTED, Template, TemplateField
from bot.domain.language import choose
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution
from bot.domain.relative import Anchor
from bot.texts import ENGLISH
from bot.texts.languages import judge, language_tag

if TYPE_CHECKING:
    from bot.rendering.templates import JinjaTemplates

app = typer.Typer(no_args_is_help=True, help="What announcements can be made of.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The template's name.")]


@app.command("list")
def show_all(context: typer.Context, json: output.JSON = False) -> None:
    """Show every template, broken ones too."""
    templates = session.templates_of(context)
    items = [_summary(templates, name) for name in templates.names()]
    if json:
        output.document({"items": items})
        return
    output.table(
        (
            *(Phrase("template"), Phrase("title"), Phrase("languages")),
            *(Phrase("fields"), Phrase("fault")),
        ),
        [
            (
                item["name"],
                _words(item["title"]),
                item["languages"],
                item["fields"],
                item["fault"],
            )
            for item in items
        ],
    )


@app.command()
def show(context: typer.Context, name: Name, json: output.JSON = False) -> None:
    """Show what a template asks for, and where its files are."""
    templates = session.templates_of(context)
    template, folder = templates.get(name), templates.folder_of(name)
    if json:
        output.document(
            {
                "name": template.name,
                "title": template.title,
                "description": template.description,
                "languages": template.languages,
                "unstyled": template.unstyled,
                "fields": [_field(field) for field in template.fields],
                "folder": str(folder),
            }
        )
        return
    output.details(
        [
            (Phrase("template"), template.name),
            (Phrase("title"), _words(template.title)),
            (Phrase("for"), _words(template.description)),
            (Phrase("languages"), template.languages),
            (Phrase("folder"), folder),
        ]
    )
    output.plain()
    if template.fields:
        output.table(
            (
                *(Phrase("field"), Phrase("needed"), Phrase("value")),
                *(Phrase("default"), Phrase("what it is")),
            ),
            [
                (
                    field.name,
                    field.required,
                    ", ".join(field.choices) or WANTED[field.type],
                    field.default,
                    _words(field.help) or _words(field.label),
                )
                for field in template.fields
            ],
        )
    else:
        output.say(Phrase("It asks for nothing."))


@app.command()
def render(
    context: typer.Context,
    name: Name,
    *,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="K=V", help="A field, or K:lang=V. Repeatable."),
    ] = None,
    jid: Annotated[
        str | None,
        typer.Option("--for", metavar="JID", help="As this reader would get it."),
    ] = None,
    list_name: Annotated[
        str | None,
        typer.Option("--list", metavar="LIST", help="As this list would say it."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="Otherwise all there are, or the reader's."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--tz",
            metavar="ZONE",
            help="Of wall times, and of readers who chose none; otherwise the list's.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="As the announcement of then tells moments such as +28h;"
            " otherwise of now.",
        ),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show what readers would get."""
    templates = session.templates_of(context)
    template = templates.get(name)
    if language is not None:
        with about("language"):
            language_tag(language)
    found = trial(context, jid, list_name)
    zone = wallclock.zone(zones.spelt(timezone or found.voice.timezone))
    told = requesting.settings(texts.settings(settings or ()))
    values = requesting.with_moments(told, name, zone, templates)
    judge(values)
    wishes: Sequence[str] = template.languages
    if language is not None or jid is not None:
        wishes = (language or found.wish,)
    unused: tuple[Caution, ...] = ()
    if not templates.reads_recipient(name):
        # as for readers, for whom it is rendered once for each language there is
        spoken, several = found.voice.language, (*template.languages, "")
        wishes = [wish and templates.variant(several, wish, spoken) for wish in wishes]
        unused = tuple(cautions.of_languages(template, values, spoken))
    moment = moments.read(at, zone, "deliver-at") if at else clock.SystemClock().now()
    due = Anchor(timestamps.round_up(moment), zone)
    shown_zone = found.own_timezone or zone.key
    try:
        rendered = [
            templates.render(
                name,
                values,
                language=wish,
                fallback=found.voice.language or template.languages[0],
                zone=shown_zone,
                due=due,
                context=found.context,
            )
            for wish in wishes
        ]
    except CarillonError as error:
        if error.field == "template":  # which is no option here
            error.field = None
        raise
    if json:
        known = found.reader is not None
        output.document(
            {
                "name": name,
                "reader": {"jid": found.jid, "known": known} if jid else None,
                "timezone": shown_zone,
                "texts": views.texts(rendered),
                "warnings": previews.cautions(unused),
            }
        )
        return
    if jid is not None:
        output.details(
            [
                (Phrase("for"), found.jid),
                (Phrase("known"), found.known),
                (Phrase("time zone"), shown_zone),
            ]
        )
        output.plain()
    showing.written(rendered)
    showing.cautions(unused)


@app.command()
def check(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Otherwise all.")
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show what the templates' authors should put right; exit code 1 if anything."""
    templates = session.templates_of(context)
    wanted = names or templates.names()
    # what two of them share may be wrong with both
    faults = (
        list(dict.fromkeys(fault for name in names for fault in templates.check(name)))
        if names
        else templates.check_all()
    )
    if json:
        output.document(
            {
                "faults": [
                    {"file": str(fault.file), "line": fault.line, "text": fault.text}
                    for fault in faults
                ]
            }
        )
    else:
        for fault in faults:
            why = reader.words(fault.phrase)
            output.plain(line(f"{fault.file}:{fault.line}: {why}"))
    if faults:
        output.fail(
            Counted(
                "{count} to put right in the templates",
                "{count} to put right in the templates",
                len(faults),
            )
        )
    if not json:
        output.say(
            Counted(
                "{count} template is in order.",
                "{count} templates are in order.",
                len(wanted),
            )
        )


def _summary(templates: "JinjaTemplates", name: str) -> dict[str, Any]:
    try:
        template: Template | None = templates.get(name)
        fault = None
    except CarillonError as error:
        template, fault = None, error.phrase
    return {
        "name": name,
        "title": template.title if template else {},
        "languages": list(template.languages) if template else [],
        "fields": [field.name for field in template.fields] if template else [],
        "fault": fault,
    }


def _field(field: TemplateField) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "default": field.default,
        "choices": field.choices,
        "choice_labels": field.choice_labels,
        "label": field.label,
        "help": field.help,
    }


def _words(words: Mapping[str, str]) -> str:
    """In the reader's language, else in English, else in the first there is."""
    return words[choose(words, *reader.tags(), ENGLISH)] if words else ""
