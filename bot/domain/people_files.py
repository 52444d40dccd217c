"""Files of people, as operators have them: read line by line, and written.

    csv     a header that names `jid`, in any order; `,` `;` or a tab between
    jsonl   a JSON object on each line
    lines   a JID on each line, as Prosody lists its users, or only what stands
            before the @, as ejabberd does (then the domain has to be told)

A line that begins with # is a comment, but in JSON; among plain lines ; begins one,
too. What a line says is only taken apart here; whether it may be is for others.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple

from bot.domain.errors import Invalid
from bot.domain.people import Person
from bot.domain.phrase import Counted, Phrase
from bot.domain.rereading import Rereading


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    LINES = "lines"


class BadLines(Invalid):
    """Some lines name nobody, so nothing was changed."""

    def __init__(self, count: int) -> None:
        super().__init__(
            Counted(
                "{count} bad line, so nobody was added.",
                "{count} bad lines, so nobody was added.",
                count,
            )
        )


class Rejected(NamedTuple):
    """A line that names nobody, and why."""

    line: int
    value: str
    why: Phrase


#: a line's number, and whom it names
Record = tuple[int, Person]

COLUMNS = Person._fields
_SUFFIXES = {"csv": Format.CSV, "jsonl": Format.JSONL, "ndjson": Format.JSONL}
_DELIMITERS = ",;\t"
#: of a value or a name that is shown
_SHOWN = 80
#: so many names of columns nobody asked for are kept
_MOST_UNUSED = 20
#: under a listing of `prosodyctl shell user list`, and before it in a console
_PROSODY_END = re.compile(r"(\| )?OK: Showing .* users")
_PROSODY_CONSOLE = "| "
#: begins a line that is left out
_COMMENT = "#"
#: as in other files of settings; in CSV it stands before an empty first cell
_ALSO_COMMENT = ";"
_TOLD_DELIMITER = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
#: columns that may hold JIDs, under names that do not say so
_MAIL = ("email", "e-mail", "mail")
#: likewise, as parts of a name
_ADDRESS = ("jid", "mail", "jabber", "xmpp", "address", "user", "account")
#: how XML and a JSON document begin
_NO_LIST = ("<", "[")
#: what stands for a byte that is not UTF-8 (PEP 383)
_UNDECODED = re.compile("[\udc80-\udcff]")
#: what a spreadsheet would read as a formula; no JID starts with an apostrophe
_FORMULA = ("=", "+", "-", "@")
_QUOTED_FORMULA = tuple(f"'{sign}" for sign in _FORMULA)


def rejected(line: int, value: str, why: Phrase) -> Rejected:
    """A rejected line; its value is made fit to be shown and stored anywhere."""
    return Rejected(line, clean(value[:_SHOWN]), why)


def clean(text: str) -> str:
    """`text` with lone surrogates written out, which no database takes."""
    return text.encode(errors="backslashreplace").decode()


def format_of(name: str, first: str) -> Format | None:
    """The format by the file's name, else by its first line with text.

    None where neither says it.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    first = first.strip()
    if first.startswith("{"):
        return Format.JSONL
    known = _told_delimiter(first) or _delimiter(first) or _mail_column(first)
    if known is not None:
        return Format.CSV
    if first.startswith(_NO_LIST):
        return None
    if not first or any(sign in first for sign in _DELIMITERS):
        return None
    return Format.LINES


class Reader:
    """Iterates over what the lines say: who, or what is wrong with a line.

    `domain` completes a name without @. Raises Invalid, where iterated over, if
    this is no such file at all.
    """

    def __init__(
        self, lines: Iterable[str], format_: Format, domain: str | None = None
    ) -> None:
        #: columns or keys that mean nothing here, as far as read
        self.unused: dict[str, None] = {}
        self._lines = iter(lines)
        self._format = format_
        self._domain = domain

    def __iter__(self) -> Iterator[Record | Rejected]:
        read = {
            Format.CSV: self._csv,
            Format.JSONL: self._jsonl,
            Format.LINES: self._plain,
        }
        return read[self._format]()

    # --- CSV ------------------------------------------------------------------

    def _csv(self) -> Iterator[Record | Rejected]:
        before, header = self._header()
        delimiter = _told_delimiter(header)
        if delimiter is not None:
            skipped, header = self._header()
            before += skipped + 1
        if not header:
            return
        delimiter = delimiter or _delimiter(header)
        if delimiter is None:
            raise Invalid(_no_header(header))
        source = Rereading(chain([header], self._lines))
        rows = csv.reader(source, delimiter=delimiter, strict=True)
        try:
            names = _names(next(rows))
        except csv.Error as error:
            raise Invalid(
                Phrase(
                    "The header's quotes are not in order: {error}.", error=str(error)
                )
            ) from None
        if "jid" not in names:  # where the line before tells another delimiter
            raise Invalid(_no_header(header))
        self._leave_out(name for name in names if name and name not in COLUMNS)
        take = _taker(names)
        cells: list[str] | None = []
        while cells is not None:
            source.next_row()
            line = before + source.number
            try:
                cells = next(rows, None)
            except csv.Error as error:
                source.go_back()
                yield rejected(line, source.row[0].strip(), _disorder(error))
                continue
            if cells and any(cells):
                odd = _cells_fault(cells, len(names))
                person = Person("") if odd else take(cells)
                yield from self._row(line, source, person, odd)

    def _row(
        self, line: int, source: Rereading, person: Person, odd: Phrase | None
    ) -> Iterator[Record | Rejected]:
        """What a row says, unless it is a comment; one line of it where it is more
        than one by a stray quote.
        """
        first = source.row[0]
        if first.startswith(_COMMENT) and (
            not person.jid or person.jid.startswith(_COMMENT)
        ):
            source.go_back()
        elif len(source.row) > 1 and (odd or not _is_on_one_line(person)):
            source.go_back()
            yield rejected(line, first.strip(), _disorder())
        elif person.jid:
            yield self._record(line, person)
        else:
            yield rejected(line, first.strip(), odd or Phrase("there is no JID"))

    def _header(self) -> tuple[int, str]:
        """The first line that says something, and how many precede it."""
        for number, text in enumerate(self._lines):
            if says_something(text):
                return number, text
        return 0, ""

    # --- JSON lines -----------------------------------------------------------

    def _jsonl(self) -> Iterator[Record | Rejected]:
        for line, text in enumerate(self._lines, 1):
            if not text.strip():
                continue
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                yield rejected(line, text.strip(), Phrase("no JSON"))
                continue
            if not isinstance(found, dict):
                yield rejected(line, text.strip(), Phrase("no JSON object"))
                continue
            if found.keys() - set(COLUMNS):
                self._leave_out(name for name in found if name not in COLUMNS)
            values = [found.get(name) for name in COLUMNS]
            if not values[0]:
                yield rejected(line, text.strip(), Phrase('there is no "jid"'))
            elif odd := _not_text(values):
                why = Phrase("{name} is no text", name=odd)
                yield rejected(line, text.strip(), why)
            else:
                person = Person._make(value or None for value in values)
                yield self._record(line, person)

    # --- plain lines ----------------------------------------------------------

    def _plain(self) -> Iterator[Record | Rejected]:
        for line, text in enumerate(self._lines, 1):
            jid = text.strip().removeprefix(_PROSODY_CONSOLE)
            if not says_something(jid) or jid.startswith(_ALSO_COMMENT):
                continue
            if _PROSODY_END.fullmatch(jid):
                continue
            yield self._record(line, Person(jid))

    def _record(self, line: int, person: Person) -> Record | Rejected:
        """The person, if it has an @: what has none is a server, or half a JID."""
        jid = person.jid
        if not jid.isascii() and _UNDECODED.search(jid):
            why = Phrase("the line is not UTF-8; save the file as UTF-8")
            return rejected(line, jid, why)
        if "@" in jid:
            return line, person
        if self._domain is None:
            why = Phrase("there is no @; --domain says whose users such names are")
            return rejected(line, jid, why)
        return line, person._replace(jid=f"{jid}@{self._domain}")

    def _leave_out(self, names: Iterable[str]) -> None:
        for name in names:
            if len(self.unused) < _MOST_UNUSED:
                self.unused[clean(name[:_SHOWN])] = None


def says_something(text: str) -> bool:
    """Whether a line holds more than blanks or a comment."""
    text = text.strip()
    return bool(text) and not text.startswith(_COMMENT)


def _is_on_one_line(person: Person) -> bool:
    return not any("\n" in value or "\r" in value for value in person if value)


def _told_delimiter(first: str) -> str | None:
    """What a line before the header says, as spreadsheets write it."""
    found = _TOLD_DELIMITER.fullmatch(first.strip("\r\n"))
    return found[1] if found else None


def _no_header(header: str) -> Phrase:
    first = header[:_SHOWN].strip()
    mail = _mail_column(header) or _address_column(header)
    if mail is not None:
        return Phrase(
            "There is no column jid in the first line, {first!r}. If what stands under"
            " {mail} are JIDs, call it jid.",
            first=first,
            mail=mail,
        )
    return Phrase(
        "There is no column jid in the first line, {first!r}."
        " A CSV file starts with a header such as {header}.",
        first=first,
        header="jid,language,timezone",
    )


def _address_column(header: str) -> str | None:
    """A column whose name sounds like addresses, as people call them."""
    cells = re.split(f"[{_DELIMITERS}]", header)
    for name in _names(cell.replace('"', "") for cell in cells):
        if "@" not in name and any(word in name for word in _ADDRESS):
            return name
    return None


def _mail_column(header: str) -> str | None:
    """What may be meant for JIDs, and may as well be something else."""
    for delimiter in _DELIMITERS:
        for name in _names(next(csv.reader([header], delimiter=delimiter), [])):
            if name in _MAIL:
                return name
    return None


def _delimiter(header: str) -> str | None:
    for delimiter in _DELIMITERS:
        if "jid" in _names(next(csv.reader([header], delimiter=delimiter), [])):
            return delimiter
    return None


def _names(cells: Iterable[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _disorder(error: csv.Error | None = None) -> Phrase:
    if error is None:
        return Phrase("the quotes are not in order")
    return Phrase("the quotes are not in order: {error}", error=str(error))


def _cells_fault(cells: list[str], width: int) -> Phrase | None:
    """Cells that are missing at the end of a row are empty; too many are a fault."""
    cells += [""] * (width - len(cells))
    if any(cells[width:]):
        return Counted(
            "{count} cell where the header has {width}",
            "{count} cells where the header has {width}",
            len(cells),
            width=width,
        )
    return None


def _taker(names: list[str]) -> Callable[[list[str]], Person]:
    """Takes what a row says of a person, by the header's names."""
    for name in COLUMNS:
        if names.count(name) > 1:
            raise Invalid(
                Phrase("The header names the column {name} twice.", name=name)
            )
    places = [names.index(name) if name in names else None for name in COLUMNS]

    def take(cells: list[str]) -> Person:
        return Person._make(
            None if place is None else _cell(cells[place]) for place in places
        )

    return take


def _cell(text: str) -> str | None:
    text = text.strip()
    return text[1:] if text.startswith(_QUOTED_FORMULA) else text or None


def _not_text(values: list[Any]) -> str | None:
    for name, value in zip(COLUMNS, values, strict=True):
        if value is not None and not isinstance(value, str):
            return name
    return None


def header(format_: Format) -> str:
    return f"{','.join(COLUMNS)}\r\n" if format_ is Format.CSV else ""


def written(person: Person, format_: Format) -> str:
    """A person as one line, which `Reader` reads back as the same person."""
    if format_ is Format.CSV:
        return f"{','.join(map(_written_cell, person))}\r\n"
    if format_ is Format.JSONL:
        said = {name: value for name, value in person._asdict().items() if value}
        return f"{json.dumps(said)}\n"
    raise ValueError("plain lines have no room for preferences")


def _written_cell(value: str | None) -> str:
    if value is None:
        return ""
    if value.startswith(_FORMULA):
        value = f"'{value}"
    if value.startswith(_COMMENT) or any(sign in value for sign in ',;"\t'):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return value
