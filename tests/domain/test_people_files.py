"""Files of people: what each line says, and what is wrong with one."""

import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.domain.people import Person
from bot.domain.people_files import (
    Format,
    Reader,
    Record,
    Rejected,
    format_of,
    header,
    written,
)

ANNA = Person("anna@example.org", "de", "Europe/Berlin")
BERT = Person("bert@example.org")


def read(
    text: str, format_: Format = Format.CSV, domain: str | None = None
) -> list[Record | Rejected]:
    return list(Reader(io.StringIO(text, newline=""), format_, domain))


def people(found: Iterable[Record | Rejected]) -> list[Person]:
    return [one[1] for one in found if not isinstance(one, Rejected)]


def faults(found: Iterable[Record | Rejected]) -> list[tuple[int, str]]:
    return [(one.line, str(one.why)) for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize(
    "text",
    [
        "jid,language,timezone\nanna@example.org,de,Europe/Berlin\nbert@example.org,,\n",
        "jid,language,timezone\nanna@example.org,de,Europe/Berlin\nbert@example.org",
        "timezone,jid,language\r\nEurope/Berlin,anna@example.org,de\r\n,bert@example.org,",
        "jid;language;timezone\r\nanna@example.org;de;Europe/Berlin\r\nbert@example.org;;",
        "jid\tlanguage\ttimezone\nanna@example.org\tde\tEurope/Berlin\nbert@example.org",
        (
            '"JID","Language","TimeZone"\n"anna@example.org","de","Europe/Berlin"\n'
            '"bert@example.org","",""\n'
        ),
        (
            "\n\njid,language,timezone\n\nanna@example.org , de,Europe/Berlin\n,,\n\n"
            "bert@example.org\n"
        ),
        "jid,language,timezone\ranna@example.org,de,Europe/Berlin\rbert@example.org\r",
    ],
    ids=["plain", "short", "order", "semicolon", "tab", "quotes", "blanks", "old-mac"],
)
def test_csv(text: str) -> None:
    """Order, separators, quotes, line ends, blanks and missing ends do not matter."""
    found = read(text)
    assert faults(found) == []
    assert people(found) == [ANNA, BERT]


def test_columns_nobody_asked_for() -> None:
    """Other columns are left out and named once, whatever is in them."""
    text = 'name,jid,note\n"A, B",anna@example.org,"two\nlines"\n,bert@example.org,\n'
    reader = Reader(io.StringIO(text, newline=""), Format.CSV)
    found = list(reader)
    assert [one[0] for one in found] == [2, 4]
    assert people(found) == [Person("anna@example.org"), BERT]
    assert list(reader.unused) == ["name", "note"]


def test_bad_rows() -> None:
    """Each bad row has the number of the line where it starts, and a reason."""
    text = (
        "jid,language\n"
        "anna@example.org,de\n"
        ",de\n"
        "a,b,c\n"
        '"anna"x,de\n'
        "bert@example.org,\n"
        '"open,de\n'
        "carl@example.org,de\n"
    )
    found = read(text)
    carl = Person("carl@example.org", "de")
    assert people(found) == [ANNA._replace(timezone=None), BERT, carl]
    assert [line for line, _ in faults(found)] == [3, 4, 5, 7]
    whys = [why for _, why in faults(found)]
    assert whys[0] == "there is no JID"
    assert whys[1] == "3 cells where the header has 2"
    assert "quotes are not in order" in whys[2]
    assert "quotes are not in order" in whys[3]


@pytest.mark.parametrize(
    "stray",
    [
        'stray@example.org,"de\n',
        '"stray@example.org,de\n',
        'stray@example.org,"de"x\n',
        'stray@example.org,"\n',
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_a_stray_quote_costs_its_line(stray: str, closed: bool) -> None:
    """And no other, whether or not a later one ends what it began."""
    many = [f"user{number}@example.org,de" for number in range(58)]
    last = 'last@example.org,"pl"\n' if closed else ""
    found = read("jid,language\n" + stray + "\n".join(many) + "\n" + last)
    wanted = [Person(f"user{number}@example.org", "de") for number in range(58)]
    wanted += [Person("last@example.org", "pl")] * closed
    assert people(found) == wanted
    [(line, why)] = faults(found)
    assert line == 2
    assert "quotes are not in order" in why


def test_lines_are_counted_after_a_stray_quote() -> None:
    """What comes later is told with its own number."""
    found = read('jid,note\nx@example.org,"\na@example.org,"two\nlines"\n,no\n')
    assert [line for line, _ in faults(found)] == [2, 5]
    assert [one[0] for one in found if not isinstance(one, Rejected)] == [3]


@pytest.mark.parametrize("format_", [Format.CSV, Format.LINES])
def test_comments(format_: Format) -> None:
    """A line that was taken out by a # names nobody and is not bad."""
    head = "jid,language\n" if format_ is Format.CSV else ""
    text = "# since May\n" + head + '#old@example.org\n# "x\nbert@example.org\n'
    assert read(text, format_) == [(5 if head else 4, BERT)]


def test_comments_among_plain_lines() -> None:
    """There a semicolon takes a line out, too."""
    assert read(";old@example.org\nbert@example.org\n", Format.LINES) == [(2, BERT)]


def test_a_number_is_no_comment() -> None:
    """A column of another kind may begin with #, and so may a JID in quotes."""
    found = read("nr,jid\n#1,bert@example.org\n")
    assert people(found) == [BERT]
    odd = Person("#x@example.org")
    assert people(read(header(Format.CSV) + written(odd, Format.CSV))) == [odd]


@pytest.mark.parametrize("told", ["sep=;", '"sep=;"', "SEP=|"])
def test_a_spreadsheet_tells_its_separator(told: str) -> None:
    """In a line before the header, which is none itself."""
    sign = told.strip('"')[-1]
    text = f"{told}\r\njid{sign}language\r\nbert@example.org{sign}\r\n"
    assert format_of("people.txt", text.splitlines()[0]) is Format.CSV
    assert read(text) == [(3, BERT)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,email\n", "If what stands under email are JIDs, call it jid"),
        ("E-mail address;lang\n", "under e-mail address are JIDs, call it jid"),
        ('"User","Full name"\n', "under user are JIDs, call it jid"),
        ("Jabber-ID\tlang\n", "under jabber-id are JIDs, call it jid"),
        ("sep=,\njid;language\n", "no column jid in the first line, 'jid;language'"),
        ("anna@example.org,de\n", "no column jid in the first line, 'anna@example.org"),
        ("jid,jid\n", "names the column jid twice"),
        ("jid,language,Language\n", "names the column language twice"),
        ('jid,"note', "quotes are not in order"),
    ],
)
def test_bad_headers(text: str, says: str) -> None:
    """Without a header that can be used nothing is read."""
    with pytest.raises(Invalid, match=says):
        read(text)


def test_jsonl() -> None:
    """An object a line; what is null or left out is not said; other keys are named."""
    text = (
        '{"jid": "anna@example.org", "language": "de", "timezone": "Europe/Berlin"}\r\n'
        "\n"
        '{"jid": "bert@example.org", "language": null, "age": 7}\n'
    )
    reader = Reader(io.StringIO(text, newline=""), Format.JSONL)
    found = list(reader)
    assert found == [(1, ANNA), (3, BERT)]
    assert list(reader.unused) == ["age"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("anna@example.org", "no JSON"),
        ('["anna@example.org"]', "no JSON object"),
        ('{"language": "de"}', 'there is no "jid"'),
        ('{"jid": ""}', 'there is no "jid"'),
        ('{"jid": 7}', "jid is no text"),
        ('{"jid": "a@b", "timezone": ["UTC"]}', "timezone is no text"),
        ("[" * 100_000, "no JSON"),
        ("1" * 10_000, "no JSON"),
    ],
)
def test_bad_jsonl(line: str, why: str) -> None:
    """What is no such object is a fault of its line alone."""
    found = read(f'\n{line}\n{{"jid": "bert@example.org"}}\n', Format.JSONL)
    assert faults(found) == [(2, why)]
    assert people(found) == [BERT]


def test_lines() -> None:
    """A JID a line, without what Prosody says at the end and its console before."""
    text = "bert@example.org\r\n\n | x\nanna@example.org\nOK: Showing all 2 users\n"
    found = read(text.replace(" | x", "| carl@example.org"), Format.LINES)
    assert [person.jid for person in people(found)] == [
        "bert@example.org",
        "carl@example.org",
        "anna@example.org",
    ]
    assert faults(found) == []


@pytest.mark.parametrize("format_", Format)
def test_names_without_a_domain(format_: Format) -> None:
    """The domain completes names without @ and leaves whole JIDs alone."""
    text = {
        Format.CSV: "jid\nbert\nanna@example.com\n",
        Format.JSONL: '{"jid":"bert"}\n{"jid":"anna@example.com"}\n',
        Format.LINES: "bert\nanna@example.com\n",
    }
    found = read(text[format_], format_, "example.org")
    assert people(found) == [BERT, Person("anna@example.com")]


@pytest.mark.parametrize(
    ("format_", "text", "line"),
    [
        (Format.CSV, "jid;language;timezone\nbert;de;\n", 2),
        (Format.JSONL, '{"jid":"bert"}\n', 1),
        (Format.LINES, "bert\n", 1),
    ],
)
def test_bare_names_are_not_taken_for_servers(
    format_: Format, text: str, line: int
) -> None:
    """A name without @ is refused and the remedy named, where no domain is given."""
    assert faults(read(text, format_)) == [
        (line, "there is no @; --domain says whose users such names are")
    ]


@pytest.mark.parametrize("format_", [Format.CSV, Format.LINES])
def test_what_is_not_utf8(format_: Format) -> None:
    """A JID in Latin-1 is told as such; a column that is not used does not count."""
    found = read("caf\udce9@example.org\n", Format.LINES)
    if format_ is Format.CSV:
        text = "jid,name\ncaf\udce9@example.org,x\nbert@example.org,M\udcfcller\n"
        found = read(text, format_)
        assert people(found) == [BERT]
    assert [why for _, why in faults(found)] == [
        "the line is not UTF-8; save the file as UTF-8"
    ]


def test_faults_are_short_and_can_be_stored() -> None:
    """A value is cut, and half characters are written out."""
    [found] = read("\udcff" * 500 + "\n", Format.LINES)
    assert isinstance(found, Rejected)
    assert found.value == "\\udcff" * 80


@pytest.mark.parametrize(
    ("name", "first", "format_"),
    [
        ("people.csv", "", Format.CSV),
        ("PEOPLE.CSV", "a@b", Format.CSV),
        ("people.jsonl", "", Format.JSONL),
        ("people.ndjson", "", Format.JSONL),
        ("stdin", '{"jid": "a@b"}\n', Format.JSONL),
        ("stdin", "jid\n", Format.CSV),
        ("people.txt", "name;JID;x\r\n", Format.CSV),
        ("people.txt", "anna@example.org\n", Format.LINES),
        ("people.txt", "anna\n", Format.LINES),
        ("people.txt", "anna@example.org,de\n", None),
        ("people.txt", "", None),
    ],
)
def test_formats(name: str, first: str, format_: Format | None) -> None:
    """The name tells, or the first line; what neither tells is not guessed."""
    assert format_of(name, first) == format_


#: as they are stored: JIDs with @, without spaces, tags and zones of plain letters
WORDS = st.text(st.sampled_from("abc/_+-09"), min_size=1, max_size=8)
PEOPLE = st.builds(
    Person,
    st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1)
    .filter(lambda text: "'" not in text)
    .map("{}@".format),
    *(st.none() | WORDS,) * 6,
)


@pytest.mark.parametrize("format_", [Format.CSV, Format.JSONL])
@given(people=st.lists(PEOPLE, max_size=5))
def test_what_is_written_is_read(format_: Format, people: list[Person]) -> None:
    """Every person comes back as written, in order, whatever the JID looks like."""
    text = header(format_) + "".join(written(one, format_) for one in people)
    found = read(text, format_)
    assert found == [(place, one) for place, one in enumerate(people, found_from(text))]


def found_from(text: str) -> int:
    return 2 if text.startswith("jid,") else 1


def test_no_formula_reaches_a_spreadsheet() -> None:
    """What a spreadsheet would compute is marked as text."""
    line = written(Person("=1+2@example.org"), Format.CSV)
    assert line == "'=1+2@example.org,,,,,,\r\n"
    assert people(read(header(Format.CSV) + line)) == [Person("=1+2@example.org")]
