"""What a request wants to say: its own words, or a template with its fields."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import fields, timestamps
from bot.domain.characters import illegal
from bot.domain.errors import Invalid, NotAllowed, PolicyViolation, about
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.relative import Anchor, Relative
from bot.domain.schedule import Content, Schedule, TemplateContent, TextContent
from bot.domain.voice import Voice
from bot.service.delivery.specimens import specimens
from bot.service.ports.outside import Templates
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import Limits
from bot.texts.languages import is_language, judge, language_tag

MAX_PAYLOAD = 64 * 1024


def read(
    templates: Templates,
    request: ScheduleRequest,
    limits: Limits,
    voice: Voice,
    due: Anchor,
) -> Content:
    """What `voice` is asked to say, first at `due`; raises a CarillonError."""
    if voice.is_person and request.template is not None:
        raise NotAllowed(
            Phrase("Templates are for announcements; give a body."), field="template"
        )
    if request.template is None:
        if request.values:
            raise Invalid(
                Phrase("Fields are given, but no template."), field="template"
            )
        if voice.is_person and request.payloads and not request.bodies:
            texts: tuple[Text, ...] = ()
        else:
            texts = _texts(request)
        _check_payloads(request.payloads)
        _check_size(texts, limits)
        return TextContent(
            texts=texts, payloads=request.payloads, original=request.original
        )
    if any("urn:xmpp:styling:0" in payload for payload in request.payloads):
        raise Invalid(
            Phrase(
                "Whether clients style a template's text is the template's to say:"
                " unstyled = true in its template.toml."
            ),
            field="unstyled",
            named=True,
        )
    if request.bodies or request.subjects or request.payloads:
        raise Invalid(
            Phrase("Give either a template or a body, not both."),
            field="body",
            named=True,
        )
    with about("template"):
        template = templates.get(request.template)
    fields.check(template, request.values)
    judge(request.values)
    content = TemplateContent(template=request.template, values=request.values)
    zone = request.timezone or voice.timezone
    for text in specimens(templates, content, voice, zone, due):
        _check_size([text], limits)
    return content


def is_relative(schedule: Schedule) -> bool:
    """Whether what it says may depend on the occurrence that says it."""
    content = schedule.content
    return isinstance(content, TemplateContent) and any(
        text.lstrip().startswith(("+", "-"))
        for by_language in content.values.values()
        for text in by_language.values()
    )


def settled(templates: Templates, content: Content, due: Anchor) -> Content:
    """The same, whatever occurrence tells it: what is relative becomes the moment that
    it is at `due`. Raises Invalid.
    """
    if not isinstance(content, TemplateContent):
        return content
    template = templates.get(content.template)
    told = fields.check(template, content.values)
    moments = {
        name: {
            tag: timestamps.format(value.at(due))
            for tag, value in by_language.items()
            if isinstance(value, Relative)
        }
        for name, by_language in told.items()
    }
    values = {
        name: {**content.values.get(name, {}), **moments.get(name, {})}
        for name in (*content.values, *filter(moments.get, moments))
    }
    return replace(content, values=values)


def _texts(request: ScheduleRequest) -> tuple[Text, ...]:
    """Bodies with the subjects of their language; an untagged subject serves all.

    An untagged body, which has the request's language, comes first: so it is for
    those whose language is not among them.
    """
    given = sorted(request.bodies, key=lambda body: bool(body[0]))
    # what a client stamps on everything is no reason to refuse what it says
    inherited = request.language if is_language(request.language) else ""
    bodies = _by_language(given, inherited, "body")
    subjects = _by_language(request.subjects, "", "subject")
    if not bodies:
        raise Invalid(
            Phrase("There is nothing to say: give a body or a template."),
            field="body",
            named=True,
        )
    shared = subjects.pop("", None)
    orphans = [tag for tag in subjects if tag not in bodies]
    if orphans:
        raise Invalid(
            Phrase("There is no body in {tag!r}.", tag=orphans[0]), field="subject"
        )
    return tuple(
        Text(language=tag, body=body, subject=subjects.get(tag, shared) or None)
        for tag, body in bodies.items()
    )


def _by_language(
    given: Sequence[tuple[str, str]], inherited: str, name: str
) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, text in given:
        language = tag or inherited
        if language in found:
            raise Invalid(
                Phrase("Two have the language {language!r}.", language=language),
                field=name,
            )
        if name == "body" and not text.strip():
            raise Invalid(Phrase("The body is empty."), field=name)
        if tag:
            _check_tag(tag, name)
        if fault := illegal(text):
            raise Invalid(
                Phrase(
                    "the character {character} cannot be sent; leave it out",
                    character=fault,
                ),
                field=name,
            )
        found[language] = text
    return found


def _check_tag(text: str, name: str) -> None:
    try:
        language_tag(text)
    except Invalid as error:
        raise Invalid(error.phrase, field=name) from None


def _check_size(texts: Sequence[Text], limits: Limits) -> None:
    for text in texts:
        if len(text.body) > limits.body:
            raise PolicyViolation(
                Counted(
                    "The body has {count} character, {most} at most.",
                    "The body has {count} characters, {most} at most.",
                    len(text.body),
                    most=limits.body,
                ),
                limit="body",
                field="body",
                maximum=limits.body,
                wait=False,
            )
        if text.subject is not None and len(text.subject) > limits.subject:
            raise PolicyViolation(
                Counted(
                    "The subject has {count} character, {most} at most.",
                    "The subject has {count} characters, {most} at most.",
                    len(text.subject),
                    most=limits.subject,
                ),
                limit="subject",
                field="subject",
                maximum=limits.subject,
                wait=False,
            )


def _check_payloads(payloads: Sequence[str]) -> None:
    size = sum(len(payload.encode()) for payload in payloads)
    if size > MAX_PAYLOAD:
        raise PolicyViolation(
            Counted(
                "The elements beside the body have {count} byte, {most} at most.",
                "The elements beside the body have {count} bytes, {most} at most.",
                size,
                most=MAX_PAYLOAD,
            ),
            limit="payload",
            maximum=MAX_PAYLOAD,
            wait=False,
        )
