"""The service looked at, by itself; and its configuration read anew."""

from collections.abc import Iterator, Sequence

from bot.desk.verb import Plain
from bot.desk.verbs.status import CHECK, RELOAD
from bot.dialogues import lines
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Command, Dialogue, Level, Part, Said, Shown, Talk, admins
from bot.domain.fields import Field, FieldType
from bot.domain.findings import Finding, Inspection, Result
from bot.domain.phrase import Phrase

_DO: Field[Words] = Field(
    name="do",
    type=FieldType.CHOICE,
    label=Phrase("What to do"),
    help=Phrase("Look only, or have configuration and templates read anew."),
    choices=("look", "reload"),
    choice_labels={
        "look": Phrase("Look whether all is well"),
        "reload": Phrase("Read the configuration anew"),
    },
)


async def _check(talk: Talk) -> Dialogue:
    given = yield Form(
        heading=(Phrase("The service looks at itself and its server."),),
        fields=(_DO,),
        is_last=True,
    )
    if given.text("do") == "reload":
        await talk.ask(RELOAD(Plain("configuration")))
        yield Said(
            Phrase(
                "The configuration is read anew. Look whether all is well, to see"
                " what was taken up of it."
            )
        )
        return
    found = await talk.ask(CHECK(Plain("service")))
    if found is None:
        yield Said(
            Phrase("It is being looked at. Run this once more in a moment."),
            Level.WARN,
        )
    else:
        yield Shown(tuple(_parts(found, talk)))


def _parts(found: Inspection, talk: Talk) -> Iterator[Part]:
    when = lines.moment(found.at, talk)
    yield Part(
        Phrase("To put right ({time})", time=when),
        lines.or_none(_rows(found.findings, Result.FAULT)),
    )
    for label, result in (
        (Phrase("Warnings"), Result.WARNING),
        (Phrase("In order"), Result.OK),
        (Phrase("Not looked at"), Result.SKIPPED),
    ):
        if rows := tuple(_rows(found.findings, result)):
            yield Part(label, rows)


def _rows(found: Sequence[Finding], result: Result) -> Iterator[Words]:
    for one in found:
        if one.result is result:
            yield Phrase("{name}: {text}", name=one.name, text=one.text)
            if one.change is not None:
                yield Phrase("→ {change}", change=one.change)


COMMAND = Command(
    node="check",
    name=Phrase("Check the service"),
    for_whom=admins,
    dialogue=_check,
)
