"""Words that go with a number."""

from decimal import Decimal

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from bot.domain.errors import Invalid
from bot.rendering.plurals import examples
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import Write, render

FIELDS = '[fields.n]\ntype = "number"\nrequired = true\nlabel.{0} = "N"\n'
FORMS = {
    "en": 'one="blocked message", other="blocked messages"',
    "de": 'one="blockierte Nachricht", other="blockierte Nachrichten"',
    "fr": 'one="message bloqué", other="messages bloqués"',
    "pl": 'one="zablokowana wiadomość", few="zablokowane wiadomości",'
    ' many="zablokowanych wiadomości", other="zablokowanej wiadomości"',
}


def counted(write: Write, language: str, forms: str) -> None:
    """A template in that language that counts with these forms."""
    say(write, f"{{{{ n }}}} {{{{ n | plural({forms}) }}}}", language)


def say(write: Write, body: str, language: str = "en") -> None:
    toml = f'languages = ["{language}"]\ntitle.{language} = "T"\n'
    write(
        "t",
        {f"body.{language}": body},
        toml=toml + FIELDS.format(language),
        languages=[language],
    )


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("pl", "1", "1 zablokowana wiadomość"),
        ("pl", "0", "0 zablokowanych wiadomości"),
        ("pl", "5", "5 zablokowanych wiadomości"),
        ("pl", "12", "12 zablokowanych wiadomości"),
        ("pl", "22", "22 zablokowane wiadomości"),
        ("pl", "1.5", "1,5 zablokowanej wiadomości"),
        ("de", "1", "1 blockierte Nachricht"),
        ("de", "0", "0 blockierte Nachrichten"),
        ("fr", "0", "0 message bloqué"),
        ("fr", "1.5", "1,5 message bloqué"),
        ("fr", "2", "2 messages bloqués"),
        ("en", "-1", "-1 blocked message"),
    ],
)
def test_form(
    write: Write, templates: JinjaTemplates, language: str, number: str, said: str
) -> None:
    """`plural` writes the form of the number's category in the wording's language."""
    counted(write, language, FORMS[language])
    assert render(templates, given={"n": number}).body == said
    assert templates.check("t") == []


@pytest.mark.parametrize(
    ("language", "forms", "told"),
    [
        ("pl", 'one="a", few="b", many="c"', "lacks other, say for 1.5; in 'pl'"),
        ("pl", 'one="a", many="c", other="d"', "one, few, many, other"),
        ("pl", 'one="a", few="b", other="d"', "lacks many, say for 0"),
        ("de", 'one="a"', "lacks other, say for 0; in 'de' there are one, other"),
        ("ga", 'one="a", two="b", few="c", other="d"', "lacks many, say for 7"),
        ("en", '"a", "b"', "write {{ seats | plural("),
        ("en", "one=1, other=2", "write {{ seats | plural("),
    ],
)
def test_check_tells_what_is_missing(
    write: Write, templates: JinjaTemplates, language: str, forms: str, told: str
) -> None:
    """`check` tries a number of each category and names the language's categories."""
    counted(write, language, forms)
    faults = templates.check("t")
    assert [fault for fault in faults if told in fault.text], faults
    assert {fault.file.name for fault in faults} == {f"body.{language}.txt.j2"}


@pytest.mark.parametrize(
    ("language", "forms", "told"),
    [
        (
            "de",
            'zero="kein Konto", one="ein Konto", other="viele Konten"',
            "no category 'zero' in 'de', only one, other; for 0 write {% if … == 0 %}",
        ),
        ("de", 'one="a", few="b", other="c"', "no category 'few' in 'de'"),
        ("en", 'one="a", plural="b"', "no category 'plural' in 'en'"),
        ("fr", 'one="a", Other="b"', "'Other' in 'fr', only one, many, other"),
    ],
)
def test_a_form_that_never_comes(
    write: Write, templates: JinjaTemplates, language: str, forms: str, told: str
) -> None:
    """A category that the language has not got is told, also where the wording does
    not get to it; what such a template said before it says still.
    """
    body = f"{{% if n > 1000000 %}}{{{{ n | plural({forms}) }}}}{{% endif %}}a"
    say(write, body, language)
    assert [fault for fault in templates.check("t") if told in fault.text]
    assert render(templates, given={"n": "0"}, language=language).body == "a"


def test_zero_where_it_is_none(write: Write, templates: JinjaTemplates) -> None:
    """What is there for 0, by mistake, keeps nothing from being sent."""
    counted(write, "en", 'zero="no seats", one="seat", other="seats"')
    assert len(templates.check("t")) == 1
    assert render(templates, given={"n": "0"}).body == "0 seats"


def test_a_form_of_no_language(write: Write, templates: JinjaTemplates) -> None:
    """Where it is come to it is refused, as ever: it is misspelt."""
    counted(write, "en", 'one="seat", Other="seats", other="s"')
    with pytest.raises(Invalid, match="'Other' in 'en', only one, other"):
        render(templates, given={"n": "2"})


@pytest.mark.parametrize("language", ["ar", "lv", "cy"])
def test_zero_where_it_is_a_category(
    write: Write, templates: JinjaTemplates, language: str
) -> None:
    """In some languages 0 has a form of its own."""
    categories = Locale.parse(language).plural_form.tags | {"other"}
    counted(write, language, ", ".join(f'{name}="{name}"' for name in categories))
    assert render(templates, given={"n": "0"}, language=language).body.endswith("zero")
    assert templates.check("t") == []


def test_check_tries_what_stands_in_a_condition(
    write: Write, templates: JinjaTemplates
) -> None:
    """A form is asked for only where the wording gets to it."""
    body = "{% if n == 1 %}one seat{% else %}{{ n | plural(other='seats') }}{% endif %}"
    say(write, body)
    assert templates.check("t") == []


@pytest.mark.parametrize("value", ['"3"', "true"])
def test_only_numbers_have_forms(
    write: Write, templates: JinjaTemplates, value: str
) -> None:
    """What is no number is refused."""
    write("t", {"body.en": f"{{{{ {value} | plural(one='a', other='b') }}}}"})
    with pytest.raises(Invalid, match="is for numbers"):
        render(templates)


def test_millions_may_go_without_a_form_of_their_own() -> None:
    """What only millions fall into is not asked for; their form is `other`."""
    for tag in locale_identifiers():
        locale = Locale.parse(tag)
        missing = {*locale.plural_form.tags, "other"} - set(examples(locale))
        assert missing <= {"many"}, tag
        assert all(
            locale.plural_form(Decimal(number)) not in missing for number in range(101)
        )


def test_millions(write: Write, templates: JinjaTemplates) -> None:
    """A form for millions is used where it is given."""
    counted(write, "fr", FORMS["fr"])
    assert render(templates, given={"n": "1000000"}).body.endswith("messages bloqués")
    counted(write, "fr", FORMS["fr"] + ', many="de messages bloqués"')
    assert render(templates, given={"n": "1000000"}).body.endswith(
        "de messages bloqués"
    )
