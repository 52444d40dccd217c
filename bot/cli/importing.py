"""`carillon subscribers import`: the people of a file, all of them or the good ones."""

import os
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bot.cli import files, output, session
from bot.cli.parts import imports as verbs
from bot.cli.parts import staging, values
from bot.cli.reader import words
from bot.domain.errors import Invalid
from bot.domain.people_files import BadLines, Format, Reader, format_of, says_something
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.staging import BadLine, Enrolment

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: from a count to how far it is, and of how much, where that is known
Place: TypeAlias = Callable[[int], tuple[int, int | None]]

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
    rejoin: Annotated[
        bool,
        typer.Option(
            "--rejoin",
            help="Add those, too, who have left, are suspended or asked to be"
            " forgotten.",
        ),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Put the people of a file on a list; who stands there already stays."""
    host = None if domain is None else _host(domain)
    name = "stdin" if str(file) == "-" else file.name
    with (
        files.reading(file) as stream,
        session.desk_of(context) as desk,
        staging.staging() as kept,
    ):
        opened: list[Reader] = []

        def records() -> Reader:
            opened.append(_reader(stream, format_, name, host))
            return opened[0]

        with output.progress(quiet=json) as bar:
            place = _places(stream)
            wanted = verbs.PeopleFile(
                list_name=list_name,
                name=name[:_NAME],
                records=records,
                staging=kept,
                welcome=welcome,
                rejoin=rejoin,
                skip_bad=skip_bad,
                said=str if json else words,
                reading=_follow(bar, Phrase("reading"), place),
                adding=_follow(
                    bar,
                    Phrase("looking up") if dry_run else Phrase("adding"),
                    lambda done: (done, kept.people),
                ),
            )
            refused, work = False, None
            try:
                work = desk.ask_here(
                    (verbs.TRY_IMPORT if dry_run else verbs.IMPORT)(wanted)
                )
            except BadLines:
                refused = True
        counts = work.counts if work else Enrolment()
        there = work.there if work else 0
        [reader] = opened
        if json:
            own = work.own if work else 0
            _print(list_name, dry_run, counts, there, own, kept, reader)
        else:
            _tell_lines(kept, reader)
            if work and work.own:
                output.note(Phrase("the service's own address is passed over"))
            if work:
                output.say_all(_done(list_name, dry_run, rejoin, counts, there, kept))
        if refused:
            raise Invalid(_refusal(kept.faults, dry_run))


def _host(domain: str) -> str:
    try:
        return values.domain(domain)
    except Invalid as error:
        output.fail(output.about("--domain", error), 2)


def _reader(
    stream: TextIOWrapper, format_: Format | None, name: str, host: str | None
) -> Reader:
    """Raises Invalid where this is no text, or nobody can tell its format."""
    lines = files.lines(stream)
    head: list[str] = []
    for text in islice(lines, _BLANKS):
        head.append(text)
        if says_something(text):
            break
    first = head[-1] if head else ""
    if "\0" in first:
        raise Invalid(
            Phrase("{file} is no text in UTF-8; save it as CSV in UTF-8.", file=name)
        )
    if format_ is None and first.lstrip().startswith("<"):
        raise Invalid(
            Phrase(
                "{file} is XML or HTML, and no list of people; save it as CSV, with a"
                " header that names jid.",
                file=name,
            )
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


def _places(stream: TextIOWrapper) -> Place:
    """How far a file is read, in bytes; who knows how long a pipe is."""
    if not stream.seekable():
        return lambda count: (count, None)
    file = stream.fileno()
    size = os.fstat(file).st_size
    return lambda _: (os.lseek(file, 0, os.SEEK_CUR), size)


def _follow(bar: "Progress", doing: Phrase, place: Place) -> Callable[[int], None]:
    """A line of progress, from the first that is told of it on."""
    tasks: list[TaskID] = []

    def follow(count: int) -> None:
        if not tasks:
            tasks.append(bar.add_task(words(doing), total=None))
        done, total = place(count)
        bar.update(tasks[0], completed=done, total=total)

    return follow


def _print(
    list_name: str,
    dry_run: bool,
    done: Enrolment,
    there: int,
    own: int,
    kept: "staging.SqlStaging",
    reader: Reader,
) -> None:
    counts = {
        "people": kept.people,
        "added": done.added,
        "there": there,
        "changed": done.changed,
        "left": done.left,
        "suspended": done.suspended,
        "forgotten": done.forgotten,
        "own": own,
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


def _tell_lines(kept: "staging.SqlStaging", reader: Reader) -> None:
    """What was not taken, beside the output."""
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
    list_name: str,
    dry_run: bool,
    rejoin: bool,
    done: Enrolment,
    there: int,
    kept: "staging.SqlStaging",
) -> Iterator[Phrase]:
    yield from additions(done, there, list_name, dry_run=dry_run)
    if rejoin:
        yield from returns(done)
        yield from recalled(done)
    else:
        yield from _absences(done)
        yield from withdrawn(done)
    if kept.duplicates:
        yield Counted("{count} duplicate", "{count} duplicates", kept.duplicates)
    if kept.faults:
        yield Counted(
            "{count} bad line left out", "{count} bad lines left out", kept.faults
        )


def _absences(done: Enrolment) -> Iterator[Phrase]:
    if done.left:
        yield Counted(
            "{count} has left and stays away; --rejoin adds such people, too",
            "{count} have left and stay away; --rejoin adds such people, too",
            done.left,
        )
    if done.suspended:
        yield Counted(
            "{count} is suspended and stays away; --rejoin adds such people, too",
            "{count} are suspended and stay away; --rejoin adds such people, too",
            done.suspended,
        )


def returns(done: Enrolment) -> Iterator[Phrase]:
    """Of those who were added, how many had gone before, and not by an admin."""
    if done.left:
        yield Counted("{count} of them had left", "{count} of them had left", done.left)
    if done.suspended:
        yield Counted(
            "{count} of them was suspended",
            "{count} of them were suspended",
            done.suspended,
        )


def withdrawn(done: Enrolment) -> Iterator[Phrase]:
    """How many were not added, since they asked to be forgotten."""
    if done.forgotten:
        yield Counted(
            "{count} asked to be forgotten and stays away; --rejoin adds such people,"
            " too",
            "{count} asked to be forgotten and stay away; --rejoin adds such people,"
            " too",
            done.forgotten,
        )


def recalled(done: Enrolment) -> Iterator[Phrase]:
    """Of those who were added, how many had asked to be forgotten."""
    if done.forgotten:
        yield Counted(
            "{count} of them had asked to be forgotten",
            "{count} of them had asked to be forgotten",
            done.forgotten,
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
