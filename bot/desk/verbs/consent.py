"""Who may schedule messages to the caller, and what waits for his approval."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.consent import Approval, Consent, Who
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.people.approvals import VERDICTS, Waiting
from bot.service.people.choices import ConsentRequest, read
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOf:
    """Whose choice is looked at; None: the caller's."""

    jid: str | None = None

    @property
    def about(self) -> str:
        return self.jid or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsWish:
    """A page of what waits for the caller."""

    paging: Paging
    about: str = "requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The caller's, about one message, by its reference; both as given."""

    ref: str
    verdict: str

    @property
    def about(self) -> str:
        return f"{self.ref}: {self.verdict}"


def _look(use_cases: UseCases, caller: Caller, wish: ConsentOf) -> Steps[Consent]:
    found: Consent = yield Read(use_cases.consents.look, caller, wish.jid)
    return found


def _set(
    use_cases: UseCases, caller: Caller, request: ConsentRequest
) -> Steps[Consent]:
    found: Consent = yield Write(_chosen, use_cases, caller, request)
    return found


def _chosen(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, request: ConsentRequest
) -> Consent:
    return use_cases.consents.set(uow, caller, read(request), request.jid)


def _requests(
    use_cases: UseCases, caller: Caller, wish: RequestsWish
) -> Steps[Page[Waiting]]:
    found: Page[Waiting] = yield Read(use_cases.approvals.page, caller, wish.paging)
    return found


def _answer(use_cases: UseCases, caller: Caller, answer: Answer) -> Steps[Approval]:
    found: Approval = yield Write(
        use_cases.approvals.answer, caller, answer.ref, answer.verdict
    )
    return found


JID = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Whose"),
    help=Phrase("Whose choice it is, for the operator; otherwise the caller's."),
)
#: one for each choice, as a form shows it
CHOICES: Mapping[str, Phrase] = {
    Who.EVERYONE: Phrase("Everyone"),
    Who.SERVER: Phrase("People of my server"),
    Who.CONTACTS: Phrase("My contacts"),
    Who.ENCRYPTED: Phrase("Whoever encrypts the message"),
    Who.NOBODY: Phrase("Nobody"),
    Who.ASK: Phrase("Ask me first"),
}
LOOK = Verb(
    name="consent",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(JID,),
    steps=_look,
)
SET = Verb(
    name="consent set",
    action=Action.CONSENT,
    right=Right.KNOWN,
    fields=(
        JID,
        Field(
            name="who",
            type=FieldType.CHOICE,
            label=Phrase("Who may schedule messages to me"),
            help=Phrase("Who may, of those who are named in neither list below."),
            required=True,
            choices=tuple(CHOICES),
            choice_labels=CHOICES,
        ),
        Field(
            name="allow",
            type=FieldType.JID,
            label=Phrase("Always allowed"),
            help=Phrase("Bare JIDs, or domains for all of their people."),
            many=True,
        ),
        Field(
            name="block",
            type=FieldType.JID,
            label=Phrase("Never allowed"),
            help=Phrase("Likewise; who stands in both is not allowed."),
            many=True,
        ),
        Field(
            name="max_per_day",
            type=FieldType.NUMBER,
            label=Phrase("A day"),
            help=Phrase("How many messages from any one sender on a day (UTC)."),
        ),
        Field(
            name="max_ahead",
            type=FieldType.NUMBER,
            label=Phrase("How far ahead"),
            help=Phrase("Seconds that a message may lie ahead."),
        ),
        Field(
            name="preview",
            type=FieldType.BOOLEAN,
            label=Phrase("See what waits"),
            help=Phrase("Show what a message says before it is approved (ask only)."),
            default="false",
        ),
    ),
    steps=_set,
)
REQUESTS = Verb(
    name="requests",
    action=Action.QUERY,
    right=Right.KNOWN,
    steps=_requests,
)
ANSWER = Verb(
    name="requests answer",
    action=Action.ANSWER,
    right=Right.KNOWN,
    fields=(
        Field(
            name="ref",
            type=FieldType.LINE,
            label=Phrase("Request"),
            help=Phrase("Its reference."),
            required=True,
        ),
        Field(
            name="verdict",
            type=FieldType.CHOICE,
            label=Phrase("Answer"),
            help=Phrase("Approve, and it is delivered in its time; or refuse."),
            required=True,
            choices=tuple(VERDICTS),
        ),
    ),
    steps=_answer,
)
VERBS = (LOOK, SET, REQUESTS, ANSWER)
