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
from bot.cli.reader import words
from bot.domain.audit import Action, Asked
from bot.domain.errors import Invalid
from bot.domain.jid import JIDError, bare
from bot.domain.people_files import Format, Reader, format_of
from bot.domain.phrase import Counted, Phrase
from bot.domain.schedule import Origin
from bot.service.ports.staging import BadLine, Enrolment
from bot.service.readers.imports import Import
from bot.store.staging import SqlStaging, staging

if TYPE_CHECKING:
    from bot.service.use_cases import UseCases

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
        session.use_cases_of(context) as use_cases,
        _asking(use_cases, f"{list_name}: import of {name[:_NAME]}", dry_run) as asked,
        staging() as kept,
    ):
        work = Import(
            use_cases.enrolling,
            use_cases.audit,
            kept,
            asked,
            list_name,
            welcome=welcome,
            said=str if json else words,
        )
        use_cases.database.look(work.allow)
        reader = _reader(stream, format_, name, host)
        with output.progress(quiet=json) as bar:
            _follow(bar, Phrase("reading"), _places(stream, work.read(reader)))
            refused = bool(kept.faults) and not skip_bad
            if not refused:
                steps = (work.look if dry_run else work.write)(use_cases.database)
                doing = Phrase("looking up") if dry_run else Phrase("adding")
                _follow(bar, doing, ((done, kept.people) for done in steps))
        if json:
            _print(list_name, dry_run, work, kept, reader)
        else:
            _tell(list_name, dry_run, refused, work, kept, reader)
        if refused:
            raise Invalid(_refusal(kept.faults, dry_run))


def _host(domain: str) -> str:
    try:
        host = bare(domain)
    except JIDError as error:
        output.fail(output.about("--domain", error), 2)
    if "@" in host:
        output.fail(Phrase("--domain: {host} is a person, not a domain", host=host), 2)
    return host


def _asking(
    use_cases: "UseCases", about: str, dry_run: bool
) -> AbstractContextManager[Asked]:
    """A dry run is a look, which is not written down."""
    if not dry_run:
        return session.recorded(use_cases, Action.SUBSCRIBE, about)
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
        raise Invalid(
            Phrase("{file} is no text in UTF-8; save it as CSV in UTF-8.", file=name)
        )
    found = format_ or format_of(name, first)
    if found is None:
        raise Invalid(
            Phrase(
                "{file} does not tell its format; say --format csv (with a header that"
                " names jid), --format jsonl or --format lines.",
                file=name,
            )
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


def _follow(
    bar: Progress, doing: Phrase, steps: Iterator[tuple[int, int | None]]
) -> None:
    task = bar.add_task(words(doing), total=None)
    for done, total in steps:
        bar.update(task, completed=done, total=total)


def _print(
    list_name: str, dry_run: bool, work: Import, kept: SqlStaging, reader: Reader
) -> None:
    counts = {
        "people": kept.people,
        "added": work.added,
        "there": work.there,
        "changed": work.changed,
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
        output.note(
            Counted(
                "this column is not used: {columns}",
                "these columns are not used: {columns}",
                len(reader.unused),
                columns=", ".join(reader.unused),
            )
        )
    for bad in islice(kept.all_faults(), _SHOWN):
        output.note(_bad(bad))
    if (rest := kept.faults - _SHOWN) > 0:
        output.note(
            Counted(
                "and {count} bad line more; --json has them all",
                "and {count} bad lines more; --json has them all",
                rest,
            )
        )
    for again in islice(kept.all_duplicates(), _SHOWN):
        output.note(
            Phrase(
                "line {line}: {jid} stands in line {first}",
                line=again.line,
                jid=again.jid,
                first=again.first,
            )
        )
    if (rest := kept.duplicates - _SHOWN) > 0:
        output.note(
            Counted(
                "and {count} duplicate more; --json has them all",
                "and {count} duplicates more; --json has them all",
                rest,
            )
        )
    if not refused:
        output.say_all(_done(list_name, dry_run, work, kept))


def _bad(bad: BadLine) -> Phrase:
    if not bad.value or bad.value in bad.why:
        return Phrase("line {line}: {why}", line=bad.line, why=bad.why)
    return Phrase(
        "line {line}: {value}: {why}", line=bad.line, value=bad.value, why=bad.why
    )


def _refusal(faults: int, dry_run: bool) -> Phrase:
    if dry_run:
        return Counted(
            "{count} bad line, so nobody would be added."
            " Correct the file, or leave them out with --skip-bad.",
            "{count} bad lines, so nobody would be added."
            " Correct the file, or leave them out with --skip-bad.",
            faults,
        )
    return Counted(
        "{count} bad line, so nobody was added."
        " Correct the file, or leave them out with --skip-bad.",
        "{count} bad lines, so nobody was added."
        " Correct the file, or leave them out with --skip-bad.",
        faults,
    )


def _done(
    list_name: str, dry_run: bool, work: Import, kept: SqlStaging
) -> Iterator[Phrase]:
    counts = Enrolment(work.added, work.changed)
    yield from additions(counts, work.there, list_name, dry_run=dry_run)
    if kept.duplicates:
        yield Counted("{count} duplicate", "{count} duplicates", kept.duplicates)
    if kept.faults:
        yield Counted(
            "{count} bad line left out", "{count} bad lines left out", kept.faults
        )


def additions(
    counts: Enrolment, there: int, list_name: str, *, dry_run: bool = False
) -> Iterator[Phrase]:
    """How many a list has got or would get, how many it had, and who changed."""
    if dry_run:
        yield Counted(
            "{count} would be added to {list}",
            "{count} would be added to {list}",
            counts.added,
            list=list_name,
        )
    else:
        yield Counted(
            "{count} added to {list}",
            "{count} added to {list}",
            counts.added,
            list=list_name,
        )
    if there:
        yield Counted(
            "{count} stood there already", "{count} stood there already", there
        )
    if counts.changed and dry_run:
        yield Counted(
            "{count} would get another language or zone",
            "{count} would get another language or zone",
            counts.changed,
        )
    elif counts.changed:
        yield Counted(
            "{count} has another language or zone now",
            "{count} have another language or zone now",
            counts.changed,
        )
