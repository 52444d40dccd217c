"""The command line speaks the language of the environment."""

import sys
from collections.abc import Mapping
from gettext import NullTranslations

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import output, reader
from bot.cli.helps import holders, translate
from bot.cli.program import app, whole
from bot.domain.phrase import Phrase
from bot.texts import LANGUAGES, said
from contrib.catalogues import template
from contrib.manual import pages
from tests.cli.workplace import Workplace

GERMAN = {"LC_ALL": "", "LANG": "de_DE.UTF-8"}


class Marked(NullTranslations):
    """A catalogue that shows which texts were looked up in it."""

    def gettext(self, message: str) -> str:
        return f"<<{message}>>"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"<<{super().ngettext(msgid1, msgid2, n)}>>"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader whose language has such a catalogue."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setattr(reader, "catalogue", Marked)


def _run(*args: str) -> str:
    """Both streams of the program."""
    return CliRunner().invoke(app, args, prog_name="carillon").output


@pytest.mark.parametrize(
    ("environment", "tags", "language"),
    [
        ({}, ("",), "en"),
        ({"LANG": "de_AT.UTF-8@euro"}, ("de-AT",), "de"),
        ({"LANG": "fr"}, ("fr",), "fr"),
        ({"LANG": "C"}, ("en",), "en"),
        ({"LANG": "POSIX"}, ("en",), "en"),
        ({"LANG": "C.UTF-8"}, ("en",), "en"),
        ({"LANG": "nl_NL.UTF-8"}, ("nl-NL",), "en"),
        ({"LANG": "de", "LC_MESSAGES": "pl_PL"}, ("pl-PL",), "pl"),
        ({"LANG": "de", "LC_MESSAGES": "pl", "LC_ALL": "es"}, ("es",), "es"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, ("en",), "en"),
        ({"LC_ALL": "", "LANG": "de_DE.UTF-8"}, ("de-DE",), "de"),
        ({"LANGUAGE": "nl:fr:de", "LC_ALL": "es"}, ("nl", "fr", "de"), "fr"),
        ({"LANGUAGE": "C:de", "LC_ALL": "es"}, ("en", "de"), "en"),
        ({"LANGUAGE": "en_GB:de"}, ("en-GB", "de"), "en"),
        ({"LANGUAGE": "", "LANG": "es_MX"}, ("es-MX",), "es"),
        ({"LANGUAGE": "de", "LC_ALL": "C", "LANG": "de_DE"}, ("en",), "en"),
        ({"LANGUAGE": "de", "LANG": "POSIX"}, ("en",), "en"),
        ({"LANGUAGE": "de", "LC_ALL": "C.UTF-8"}, ("de",), "de"),
        ({"LANGUAGE": "de", "LANG": "en"}, ("de",), "de"),
        ({"LANGUAGE": "de"}, ("de",), "de"),
        ({"LANG": "../../de"}, ("",), "en"),
        ({"LANG": "de/../fr"}, ("de/",), "en"),
        ({"LANG": "de" * 5000}, ("de" * 5000,), "en"),
        ({"LANG": "not a locale"}, ("not a locale",), "en"),
    ],
)
def test_the_language_is_what_gettext_takes(
    environment: Mapping[str, str],
    tags: tuple[str, ...],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """LANGUAGE, else LC_ALL, LC_MESSAGES or LANG; never before a locale `C`."""
    assert reader.tags(environment) == tags
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert reader.language() == language


def test_every_help_is_extracted() -> None:
    """Translators get the help of each command, argument and option."""
    catalog = template()
    assert "Usage:" in catalog
    found = list(holders("carillon", whole()))
    assert len(found) > 100
    assert [each.help for _, each in found if each.help not in catalog] == []


@pytest.mark.usefixtures("marked")
def test_every_help_is_translated() -> None:
    """A program that starts gets the translation of each help."""
    english = [each.help for _, each in holders("carillon", whole())]
    program = whole()
    translate(program)
    found = [each.help for _, each in holders("carillon", program)]
    assert found == [f"<<{text}>>" for text in english]


#: what `carillon subscribers list --help` shows where each text is marked
HELP = """\
<<Usage:>> carillon subscribers list [OPTIONS] {LIST}

  <<Show who stands on a list, in the order of joining.>>

<<Arguments>>:
  LIST <str>  <<The list's name.>>  [<<required>>]

<<Options>>:
  --limit N    <<At most so many.>>  [<<default: 50>>; 1<=x<=1000]
  --after N    <<Go on after this one; 0: the start.>>
               [0<=x<=9223372036854775807]
  --suspended  <<Those who are told nothing: messages came back.>>
  --json       <<Print JSON for programs.>>
  -h, --help   <<Show this message and exit.>>
"""


@pytest.mark.usefixtures("marked")
def test_what_typer_puts_around_help_is_translated() -> None:
    """Headings, remarks and Typer's own option are looked up, too."""
    assert _run("subscribers", "list", "--help") == HELP


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("lists list a", "<<Got unexpected extra arguments (a)>>"),
        ("lits", "<<No such command 'lits'. Did you mean 'lists'?>>"),
        ("qqqqq", "<<No such command 'qqqqq'.>>"),
        ("lists --jso", "<<No such option: --jso (Possible options: --json)>>"),
        ("lists --qqqqq", "<<No such option: --qqqqq>>"),
        ("lists --json=1", "<<Option '--json' does not take a value.>>"),
        ("audit --limit", "<<Option '--limit' requires an argument.>>"),
        ("announce", "<<Missing argument 'LIST'.>>"),
        (
            "completion",
            "<<Missing argument 'shell'. Choose from: bash, zsh, fish>>",
        ),
        ("audit --limit x", "<<it is not a whole number>>"),
        ("audit --limit 0", "<<it is less than 1>>"),
        ("audit --limit 9999", "<<it is more than 1000>>"),
        ("completion ksh", "<<'ksh' is not one of 'bash', 'zsh', 'fish'.>>"),
    ],
)
def test_faults_of_usage_are_translated(args: str, said: str) -> None:
    """What Typer says of wrong arguments is known and looked up."""
    last = _run(*args.split()).splitlines()[-1]
    assert last.startswith("<<Error: <<")
    assert said in last


@pytest.mark.usefixtures("marked")
def test_what_commands_say_is_translated(place: Workplace) -> None:
    """Tables, answers, notes and errors are looked up; what is stored is not."""
    headings, first, *_ = place.done("lists").splitlines()
    columns = (
        *("list", "readers", "suspended", "title"),
        *("kind", "language", "zone"),
    )
    assert headings.split() == [f"<<{name}>>" for name in columns]
    kind = ["<<open>>,", "<<default>>"]
    assert first.split()[:6] == ["maintenance", "0", "0", "Maintenance", *kind]
    people = ("a@example.org", "b@example.org")
    added = "<<2 added to news>>.\n"
    assert place.done("subscribers", "add", "news", *people) == added
    assert "<<there are more: --after 1>>\n" in (
        place("subscribers", "list", "news", "--limit", "1").err
    )
    assert place("announce", "news").fault(2) == (
        "carillon: <<say what: --template NAME with --set K=V, --body TEXT, or --edit>>"
    )
    assert "<<" in place("lists", "--nonsense").err


@pytest.mark.usefixtures("marked")
def test_errors_are_translated(place: Workplace) -> None:
    """An error from within is told by its phrase, values and all."""
    fault = place("schedules", "show", "99999999999999999999").fault()
    assert fault == "carillon: <<There is no announcement #99999999999999999999.>>"


@pytest.mark.usefixtures("marked")
def test_what_is_quoted_is_translated(place: Workplace) -> None:
    """A fault of a template is told in the language of the sentence around it."""
    place.add_template("broken", "Hi", "title = 1")
    assert "title: <<a section is wanted>>>>" in place("check").out


@pytest.mark.usefixtures("marked")
def test_json_is_not_translated(place: Workplace) -> None:
    """Programs read the same in every language: keys, codes and sentences."""
    place.add_template("broken", "Hi", "title = 1")
    assert "<<" in place.done("templates", "list")
    assert "<<" not in place.done("templates", "list", "--json")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("audit --limit x", "'--limit': it is not a whole number"),
        ("audit --limit 0", "'--limit': it is less than 1"),
        ("audit --limit 9999", "'--limit': it is more than 1000"),
        ("audit --action foo", "'--action': 'foo' is not one of 'schedule', "),
        ("completion ksh", "'shell': 'ksh' is not one of 'bash', 'zsh', 'fish'."),
    ],
)
def test_english_quotes_no_validator(args: str, said: str) -> None:
    """In English, too, a wrong value is told in our words, not in a library's."""
    last = _run(*args.split()).splitlines()[-1]
    assert last.startswith(f"Error: Invalid value for {said}")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_the_program_runs_in_each_language(place: Workplace, language: str) -> None:
    """Help, tables, errors and faults of usage work with each catalogue as it is."""
    env = {"LC_ALL": "", "LANG": f"{language}.UTF-8"}
    shown = place.program("--help", env=env)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(said(Phrase("Usage:"), language))
    assert "subscribers" in shown.out
    assert place.program("lists", env=env).code == 0
    what = Phrase("say what: --template NAME with --set K=V, --body TEXT, or --edit")
    fault = place.program("announce", "news", env=env).fault(2)
    assert fault.split() == ["carillon:", *said(what, language).split()]
    missing = Phrase("Missing argument {name}.", name="'LIST'")
    assert said(missing, language) in place.program("announce", env=env).err


@pytest.mark.usefixtures("marked")
def test_man_pages_stay_english() -> None:
    """They are the same whatever the language of who writes them."""
    assert not [name for name, page in pages().items() if "<<" in page]


def test_completion_works_in_a_language(place: Workplace) -> None:
    """Shells that ask for commands get them, with help where they show some."""
    asked = {
        **GERMAN,
        "_CARILLON_COMPLETE": "zsh",
        "_CARILLON_LINE": "carillon li",
    }
    shown = place.program(command=[sys.executable, "-m", "bot"], env=asked)
    assert shown.out == (
        "lists\tDie Listen: wer beitreten darf, wer wartet, und sie ändern.\n"
    )


@pytest.mark.parametrize(
    ("tag", "letters", "answers"),
    [
        ("en", "[y/N]", {"y": True, "YES": True, "n": False, "": False}),
        ("de", "[j/N]", {"j": True, "Ja": True, "y": True, "nein": False}),
        ("fr", "[o/N]", {"o": True, "oui": True, "non": False}),
        ("es", "[s/N]", {"sí": True, "s": True, "no": False}),
        ("pl", "[t/N]", {"tak": True, "t": True, "nie": False}),
    ],
)
def test_questions_take_the_readers_yes(
    monkeypatch: pytest.MonkeyPatch, tag: str, letters: str, answers: dict[str, bool]
) -> None:
    """The first letter or the word, in his language or English; else asked again."""
    monkeypatch.setenv("LC_ALL", f"{tag}.UTF-8")
    question = Phrase("Announce this?")
    program = typer.Typer()
    program.command()(lambda: typer.echo(output.confirmed(question)))
    for typed, meant in answers.items():
        ran = CliRunner().invoke(program, input=f"what\n{typed}\n")
        assert ran.stdout.endswith(f"{meant}\n")
        assert ran.stderr.count(f"{said(question, tag)} {letters}:") == 2
