"""`carillon subscribers import`: the people of a file, all of them or the good ones."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from bot.cli import files, output, session
from bot.domain.audit import Action, Asked
from bot.domain.errors import Invalid
from bot.domain.jid import JIDError, bare
from bot.domain.people_files import Format, Reader, format_of
from bot.domain.schedule import Origin
from bot.service.imports import Import
from bot.store.staging import SqlStaging, staging

if TYPE_CHECKING:
    from bot.app.service import Service

#: bad lines, and duplicates, that people are shown; programs get all
_SHOWN = 20
#: characters of a file's name in the audit trail, which is to hold the counts too
_NAME = 100
#: lines without text before the first that has some
_BLANKS = 1_000


def import_people(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV, JSON lines or JIDs; - is stdin."),
    ],
    *,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="Where FILE does not tell.", show_choices=True),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Whose users names without @ are."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and judge; change nothing.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad lines out, take the others.")
    ] = False,
    welcome: Annotated[
        bool, typer.Option(help="Greet who is new with the list's welcome.")
    ] = False,
    json: output.JSON = False,
) -> None:
    """Put the people of a file on a list; who stands there already stays."""
    host = None if domain is None else _host(domain)
    name = "stdin" if str(file) == "-" else file.name
    with (
        files.reading(file) as stream,
        session.service_of(context) as service,
        _asking(service, f"{list_name}: import of {name[:_NAME]}", dry_run) as asked,
        staging() as kept,
    ):
        work = Import(
            service.subscribers, service.audit, kept, asked, list_name, welcome=welcome
        )
        service.database.look(work.allow)
        reader = _reader(stream, format_, name, host)
        with output.progress(quiet=json) as bar:
            _follow(bar, "reading", _places(stream, work.read(reader)))
            refused = bool(kept.faults) and not skip_bad
            if not refused:
                steps = (work.look if dry_run else work.write)(service.database)
                doing = "looking up" if dry_run else "adding"
                _follow(bar, doing, ((done, kept.people) for done in steps))
        if json:
            _print(list_name, dry_run, work, kept, reader)
        else:
            _tell(list_name, dry_run, refused, work, kept, reader)
        if refused:
            raise Invalid(
                f"{_counted(kept.faults, 'bad line')}, so nobody"
                f" {'would be' if dry_run else 'was'} added."
                " Correct the file, or leave them out with --skip-bad."
            )


def _host(domain: str) -> str:
    try:
        host = bare(domain)
    except JIDError as error:
        output.fail(f"--domain: {error}", 2)
    if "@" in host:
        output.fail(f"--domain: {host} is a person, not a domain", 2)
    return host


def _asking(
    service: "Service", about: str, dry_run: bool
) -> AbstractContextManager[Asked]:
    """A dry run is a look, which is not written down."""
    if not dry_run:
        return session.recorded(service, Action.SUBSCRIBE, about)
    asked = Asked(
        caller=session.OPERATOR,
        door=Origin.CLI,
        action=Action.SUBSCRIBE,
        about=about,
    )
    return nullcontext(asked)


def _reader(
    stream: TextIOWrapper, format_: Format | None, name: str, host: str | None
) -> Reader:
    """Raises Invalid where this is no text, or nobody can tell its format."""
    lines = files.lines(stream)
    head: list[str] = []
    for text in islice(lines, _BLANKS):
        head.append(text)
        if text.strip():
            break
    first = head[-1] if head else ""
    if "\0" in first:
        raise Invalid(f"{name} is no text in UTF-8; save it as CSV in UTF-8.")
    found = format_ or format_of(name, first)
    if found is None:
        raise Invalid(
            f"{name} does not tell its format; say --format csv (with a header that"
            " names jid), --format jsonl or --format lines."
        )
    return Reader(chain(head, lines), found, host)


def _places(
    stream: TextIOWrapper, steps: Iterator[int]
) -> Iterator[tuple[int, int | None]]:
    """How far a file is read, in bytes; who knows how long a pipe is."""
    if not stream.seekable():
        yield from ((count, None) for count in steps)
        return
    file = stream.fileno()
    size = os.fstat(file).st_size
    yield from ((os.lseek(file, 0, os.SEEK_CUR), size) for _ in steps)


def _follow(bar: Progress, doing: str, steps: Iterator[tuple[int, int | None]]) -> None:
    task = bar.add_task(doing, total=None)
    for done, total in steps:
        bar.update(task, completed=done, total=total)


def _print(
    list_name: str, dry_run: bool, work: Import, kept: SqlStaging, reader: Reader
) -> None:
    counts = {
        "people": kept.people,
        "added": work.added,
        "there": work.there,
        "duplicates": kept.duplicates,
        "bad": kept.faults,
    }
    said = {
        "list": list_name,
        "dry_run": dry_run,
        "counts": counts,
        "unused": list(reader.unused),
    }
    output.long_document(
        said,
        duplicates=(one._asdict() for one in kept.all_duplicates()),
        bad=(one._asdict() for one in kept.all_faults()),
    )


def _tell(
    list_name: str,
    dry_run: bool,
    refused: bool,
    work: Import,
    kept: SqlStaging,
    reader: Reader,
) -> None:
    """Bad lines beside the output, and in it what was done."""
    if reader.unused:
        output.note(f"not used: {', '.join(reader.unused)}")
    for bad in islice(kept.all_faults(), _SHOWN):
        value = f"{bad.value}: " if bad.value and bad.value not in bad.why else ""
        output.note(f"line {bad.line}: {value}{bad.why}")
    _rest(kept.faults, "bad line")
    for again in islice(kept.all_duplicates(), _SHOWN):
        output.note(f"line {again.line}: {again.jid} stands in line {again.first}")
    _rest(kept.duplicates, "duplicate")
    if refused:
        return
    said = [
        f"{work.added} {'would be ' if dry_run else ''}added to {list_name}",
        *([f"{work.there} stood there already"] if work.there else []),
        *([_counted(kept.duplicates, "duplicate")] if kept.duplicates else []),
        *([f"{_counted(kept.faults, 'bad line')} left out"] if kept.faults else []),
    ]
    output.say(f"{'; '.join(said)}.")


def _rest(number: int, what: str) -> None:
    if number > _SHOWN:
        output.note(f"and {_counted(number - _SHOWN, what)} more; --json has them all")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
