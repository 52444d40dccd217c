"""When it goes out, as people say it: a moment or in how long, and how often."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.dialogues.choices import one_of, yes_or_no
from bot.dialogues.forms import Answers, Words
from bot.domain import durations, moments, recurrence
from bot.domain.errors import Invalid
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution

AT: Field[Words] = Field(
    name="at",
    type=FieldType.LINE,
    label=Phrase("When"),
    help=Phrase("Such as 2026-12-05 22:00."),
)
IN: Field[Words] = Field(
    name="in",
    type=FieldType.DURATION,
    label=Phrase("Or in"),
    help=Phrase("From now, say 90m, 2h or 1d12h."),
)
_RULES = {
    "daily": "FREQ=DAILY",
    "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
    "yearly": "FREQ=YEARLY",
}
#: one that is typed
_OWN = "rule"
ONCE = "no"
_OFTEN: dict[str, Words] = {
    "daily": Phrase("Every day"),
    "workdays": Phrase("From Monday to Friday"),
    "weekly": Phrase("Every week"),
    "monthly": Phrase("Every month"),
    "yearly": Phrase("Every year"),
    _OWN: Phrase("By a rule of my own"),
}
EVERY = one_of("every", Phrase("How often"), {ONCE: Phrase("Once"), **_OFTEN})
EVERY_OTHERWISE = one_of(
    "every",
    Phrase("How often"),
    {"as-it-is": Phrase("As it is"), ONCE: Phrase("Once"), **_OFTEN},
)
#: some clients show no help beside a field
HOW = Phrase("Write 2026-12-05 22:00, or in how long: 90m, 2h, 1d12h.")
WHEN = Phrase("Say when: give a moment, or in how long.")
SETTINGS = yes_or_no("settings", Phrase("More settings?"))
RULE: Field[Words] = Field(
    name="rule",
    type=FieldType.LINE,
    label=Phrase("Rule"),
    help=Phrase("By RFC 5545, say FREQ=MONTHLY;BYDAY=1SA;COUNT=6."),
    required=True,
)
TZ: Field[Words] = Field(
    name="tz",
    type=FieldType.LINE,
    label=Phrase("Time zone"),
    help=Phrase("Whose clocks its times are by, say Europe/Warsaw."),
)
ID: Field[Words] = Field(
    name="id",
    type=FieldType.LINE,
    label=Phrase("Id"),
    help=Phrase("Your name for it; one is found where you give none."),
)
_RARE: tuple[Field[Words], ...] = (
    TZ,
    Field(
        name="expires",
        type=FieldType.LINE,
        label=Phrase("Expires"),
        help=Phrase("No message leaves after it; such as 2026-12-31 18:00."),
    ),
    one_of(
        "late",
        Phrase("If the service is down then"),
        {
            "run": Phrase("Send it a little later"),
            "skip": Phrase("Leave it out"),
            "hold": Phrase("Ask an admin"),
        },
    ),
    ID,
)


def check(when: Answers, zone: ZoneInfo) -> None:
    """Raises Invalid where it does not say when; what is once is at once, then."""
    at, within = when.given("at"), when.given("in")
    if at is None and within is None and when.text("every") == ONCE:
        return
    if (at is None) == (within is None):
        raise Invalid(WHEN, field="at", named=True)
    if at is not None:
        moments.read(at, zone, "at")


def further(when: Answers) -> tuple[Field[Words], ...]:
    """What is to be asked yet, if anything."""
    return (*rule_wanted(when), *(_RARE if when.text("settings") == "yes" else ()))


def rule_wanted(when: Answers) -> tuple[Field[Words], ...]:
    """Where somebody wants to type one."""
    return (RULE,) if when.text("every") == _OWN else ()


def rule(when: Answers, more: Answers | None) -> str | None:
    """None: once; raises Invalid."""
    often = when.text("every")
    if often == _OWN and more is not None:
        return recurrence.spelt(more.text("rule"))
    return _RULES.get(often)


def delay(when: Answers) -> str | None:
    """In seconds, as a request has it; None where a moment is given, or nothing."""
    within = when.given("in")
    if within is None:
        return None
    return str(int(durations.parse(within).total_seconds()))


def oddities(
    when: Answers, more: Answers | None, zone: ZoneInfo, *, recurs: bool
) -> Iterator[Caution]:
    """What clocks make of the wall times that were typed; where a rule begins is left
    to the preview of its moments.
    """
    typed = [] if recurs else [when.text("at")]
    typed += [more.text("expires")] if more is not None else []
    for text in filter(None, typed):
        if found := moments.oddity(text, zone):
            yield found


def late(more: Answers | None) -> str | None:
    """The policy, where it is not the usual one."""
    return more.given("late") if more is not None else None
