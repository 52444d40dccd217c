"""A dialogue's forms as data forms (XEP-0004), their values typed (XEP-0122)."""

from xml.etree import ElementTree as ET

from bot.dialogues.forms import Form
from bot.dialogues.play import Asking
from bot.dialogues.talk import Part, Shown
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.xmpp.doors.commands import forms
from bot.xmpp.stanzas.data_forms import NS, VALIDATE

D, V = f"{{{NS}}}", f"{{{VALIDATE}}}"


def written(asking: Asking) -> ET.Element:
    fields = forms.fields_of(asking, "urn:x", str)
    return forms.asking(asking, Phrase("Name"), fields, str)


def looked_at(turn: Shown) -> ET.Element:
    return forms.shown(turn, Phrase("Name"), forms.parts_of(turn, str), str)


def test_values_have_types() -> None:
    """Numbers and what is true or false say so; what people type as they like, moments
    say, is a text; a choice needs no type.
    """
    fields = tuple(
        Field(
            name=kind.value,
            type=kind,
            label=Phrase("Label"),
            help="",
            choices=("a", "b") if kind is FieldType.CHOICE else (),
        )
        for kind in FieldType
    )
    asking = Asking(form=Form(fields=fields), given={})
    made = written(asking)
    types: dict[str | None, str | None] = {}
    for one in made.findall(f"{D}field")[1:]:
        validate = one.find(f"{V}validate")
        types[one.get("var")] = None if validate is None else validate.get("datatype")
    assert types.pop("choice") is None
    assert types.pop("boolean") == "xs:boolean"
    assert types.pop("number") == "xs:decimal"
    assert set(types.values()) == {"xs:string"}
    for one in made.iter(f"{V}validate"):
        assert [child.tag for child in one] == [f"{V}basic"]


def test_a_choice_shows_one_that_there_is() -> None:
    """What a client made up and is refused gives way to what the form began with."""
    field = Field(
        name="x", type=FieldType.CHOICE, label=Phrase("X"), help="", choices=("a", "b")
    )
    form = Form(fields=(field,), values={"x": "b"})
    for given, wanted in (("a", "a"), ("forged", "b")):
        made = written(Asking(form=form, given={"x": (given,)}, reason=Phrase("No.")))
        assert made.findtext(f"{D}field[@var='x']/{D}value") == wanted


def test_where_somebody_looks_who_pressed_the_button() -> None:
    """The reason stands on top, and below many fields once more; not below a few."""
    for count, times in ((1, 1), (4, 2)):
        fields = tuple(
            Field(name=f"f{number}", type=FieldType.LINE, label=Phrase("X"), help="")
            for number in range(count)
        )
        asking = Asking(form=Form(fields=fields), given={}, reason=Phrase("Not so."))
        made = written(asking)
        said = [text for text in made.itertext() if text.strip() == "Not so."]
        assert len(said) == times
        last = made.findall(f"{D}field")[-1]
        assert (last.get("type") == "fixed") == (times == 2)


def test_several() -> None:
    """A choice of several is one; of anything else, lines of a text."""
    for kind, wanted in (
        (FieldType.CHOICE, "list-multi"),
        (FieldType.JID, "text-multi"),
        (FieldType.LINE, "text-multi"),
    ):
        field = Field(
            name="x",
            type=kind,
            label=Phrase("X"),
            help="",
            many=True,
            choices=("a", "b") if kind is FieldType.CHOICE else (),
        )
        asking = Asking(form=Form(fields=(field,)), given={"x": ("a", "b")})
        made = written(asking)
        [_, one] = made.findall(f"{D}field")
        assert one.get("type") == wanted
        values = [value.text for value in one.findall(f"{D}value")]
        assert values == (["a", "b"] if wanted == "list-multi" else ["a\nb"])


def test_what_is_shown_has_a_line_for_each() -> None:
    """And nothing in it is a table."""
    parts = (Part(Phrase("One"), ("a\nb", Phrase("c"))), Part("Two", ()))
    made = looked_at(Shown(parts))
    assert made.findtext(f"{D}title") == "Name"
    assert made.find(f"{D}reported") is None
    first, _ = made.findall(f"{D}field")
    assert [value.text for value in first] == ["a", "b", "c"]


def test_a_single_line_needs_no_box() -> None:
    parts = (Part("One", ("none",)), Part("Two", ("x" * 36,)))
    made = looked_at(Shown(parts))
    types = [one.get("type") for one in made.findall(f"{D}field")]
    assert types == ["text-single", "text-multi"]


def test_the_type_of_a_form() -> None:
    """Our own have one for each command, those of XEP-0133 that specification's."""
    assert forms.form_type("check") == "urn:x-carillon:announce:0#check"
    admin = "http://jabber.org/protocol/admin"
    assert forms.form_type(f"{admin}#announce") == admin


def test_what_others_wrote_is_harmless() -> None:
    """No control character of theirs reaches the terminal of whoever looks; what he
    typed himself comes back as it was.
    """
    evil = "a\x9b31mb\n\u202ec"
    made = looked_at(Shown((Part("One", (evil,)),)))
    assert [value.text for value in made.iter(f"{D}value")] == [
        "a\\x9b31mb",
        "\\u202ec",
    ]
    field = Field(name="x", type=FieldType.TEXT, label=Phrase("X"), help="")
    asking = Asking(form=Form(fields=(field,), shows=(evil,)), given={"x": (evil,)})
    *shown, typed = forms.fields_of(asking, "urn:x", str)
    assert "\x9b" not in "".join(value for one in shown for value in one.values)
    assert typed.values == (evil,)
