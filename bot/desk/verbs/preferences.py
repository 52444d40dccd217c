"""What a reader chooses for himself, over all lists."""

from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.lists import Preferences
from bot.domain.phrase import Phrase
from bot.domain.quiet import WEEKDAYS
from bot.domain.recurrence.words import DAYS
from bot.service.readers.preferring import PreferencesRequest
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesOf:
    """Whose are looked at; None: the caller's."""

    jid: str | None = None

    @property
    def about(self) -> str:
        return self.jid or ""


def _look(
    use_cases: UseCases, caller: Caller, wish: PreferencesOf
) -> Steps[Preferences]:
    found: Preferences = yield Read(use_cases.preferring.look, caller, wish.jid)
    return found


def _set(
    use_cases: UseCases, caller: Caller, request: PreferencesRequest
) -> Steps[Preferences]:
    found: Preferences = yield Write(use_cases.preferring.set, caller, request)
    return found


JID = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Whose"),
    help=Phrase("Whose they are, for admins; otherwise the caller's."),
)
LANGUAGE = Field(
    name="language",
    type=FieldType.LINE,
    label=Phrase("Language"),
    help=Phrase("The language that you like to read, say de."),
)
TIMEZONE = Field(
    name="timezone",
    type=FieldType.LINE,
    label=Phrase("Time zone"),
    help=Phrase("Whose clocks you read, say Europe/Warsaw."),
)
QUIET_FROM = Field(
    name="quiet_from",
    type=FieldType.LINE,
    label=Phrase("Quiet hours from"),
    help=Phrase("A time of day, say 22:00. What comes then, you hear later."),
)
QUIET_TO = Field(
    name="quiet_to",
    type=FieldType.LINE,
    label=Phrase("Quiet hours to"),
    help=Phrase("Say 07:00; of the next day where it is no later."),
)
QUIET_DAYS = Field(
    name="quiet_days",
    type=FieldType.CHOICE,
    label=Phrase("Quiet hours begin on"),
    help=Phrase("Weekdays; none: every day."),
    choices=WEEKDAYS,
    choice_labels=dict(zip(WEEKDAYS, DAYS, strict=True)),
    many=True,
)
PAUSED_UNTIL = Field(
    name="paused_until",
    type=FieldType.LINE,
    label=Phrase("Pause until"),
    help=Phrase("Say 2026-12-20 09:00. You hear nothing before, but what is urgent."),
)
LOOK = Verb(
    name="preferences",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(JID,),
    steps=_look,
)
SET = Verb(
    name="preferences set",
    action=Action.PREFER,
    right=Right.KNOWN,
    fields=(
        *(JID, LANGUAGE, TIMEZONE),
        *(QUIET_FROM, QUIET_TO, QUIET_DAYS, PAUSED_UNTIL),
    ),
    steps=_set,
)
VERBS = (LOOK, SET)
