"""What is stored as JSON: audience, content, rendered text, readings, to and fro.

What cannot be read, or is opened by no key, is as good as gone: an audience is a list,
content a template of a name that none has (UNREADABLE). So it costs its row, as a list
or template does that was taken away, and no answer in which the row stands.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bot.domain import timestamps
from bot.domain.amendment import Amendment
from bot.domain.errors import Invalid
from bot.domain.message import MessageType, Text
from bot.domain.schedule import (
    UNREADABLE,
    Audience,
    Content,
    FieldValues,
    ListAudience,
    Original,
    PeopleAudience,
    PersonAudience,
    TemplateContent,
    TextContent,
    ToldAudience,
)
from bot.service.ports.pulses import Reading

JSONObject = Mapping[str, Any]

#: nobody is reminded longer ahead
_MOST_SECONDS = 10**9
#: stands for content that was purged
PURGED: JSONObject = {"purged": True}


def audience_to_json(audience: Audience) -> JSONObject:
    """`{"list": NAME}`, `{"people": [JID, …], "list": NAME | null}`,
    `{"person": JID}` or `{"told": BROADCAST, "list": NAME | null, "personal": BOOL,
    "latest_only": BOOL, "latest_by": BROADCAST | null}`, and there where only those are
    meant who have an edition before one, `"before": EDITION`.
    """
    if isinstance(audience, ListAudience):
        return {"list": audience.list_name}
    if isinstance(audience, PersonAudience):
        return {"person": audience.jid}
    if isinstance(audience, ToldAudience):
        before = {} if audience.before is None else {"before": audience.before}
        return {
            "told": audience.broadcast_id,
            "list": audience.list_name,
            "personal": audience.personal,
            "latest_only": audience.latest_only,
            "latest_by": audience.latest_by,
            **before,
        }
    return {"people": list(audience.jids), "list": audience.list_name}


def audience_from_json(stored: Any) -> Audience:
    match stored:
        case {"people": [*jids], "list": str() | None as name} if _are_texts(jids):
            return PeopleAudience(jids=tuple(jids), list_name=name)
        case {"person": str(jid)}:
            return PersonAudience(jid=jid)
        case {"told": _}:
            return _told_from_json(stored)
        case {"list": str(name)}:
            return ListAudience(list_name=name)
    return ListAudience(list_name=UNREADABLE)


def _told_from_json(stored: Any) -> Audience:
    match stored:
        case {
            "told": int(broadcast_id),
            "list": str() | None as name,
            "personal": bool(personal),
            "latest_only": bool(latest_only),
            "latest_by": int() | None as latest_by,
        } if isinstance(before := stored.get("before"), int | None):
            return ToldAudience(
                broadcast_id=broadcast_id,
                list_name=name,
                personal=personal,
                latest_only=latest_only,
                latest_by=latest_by,
                before=before,
            )
    return ListAudience(list_name=UNREADABLE)


def amendment_from(stored: Any) -> Amendment | None:
    """What cannot be read amends nothing."""
    return Amendment(stored) if stored in set(Amendment) else None


def content_to_json(content: Content) -> JSONObject:
    """`{"texts": […], "payloads": […]}`, of a message that came in whole with
    `"original": {"id": ID, "type": TYPE}`, or `{"template": NAME, "values": {…}}`; of
    what is purged PURGED.
    """
    if isinstance(content, TextContent):
        told: dict[str, Any] = {
            "texts": [text_to_json(text) for text in content.texts],
            "payloads": list(content.payloads),
        }
        if content.original is not None:
            told["original"] = asdict(content.original)
        return told
    return {"template": content.template, "values": values_to_json(content.values)}


def content_from_json(stored: Any) -> Content:
    match stored:
        case {"template": str(name), "values": values} if _are_values(values):
            return TemplateContent(template=name, values=values)
        case {"purged": True}:
            return TextContent(texts=())
        case {"texts": [*given], "payloads": [*payloads]} if _are_texts(payloads):
            texts = [text for one in given if (text := text_from_json(one))]
            if (texts or payloads) and len(texts) == len(given):
                return TextContent(
                    texts=tuple(texts),
                    payloads=tuple(payloads),
                    original=_original_from_json(stored.get("original")),
                )
    return TemplateContent(template=UNREADABLE, values={})


def values_to_json(values: FieldValues) -> JSONObject:
    return {name: dict(by_language) for name, by_language in values.items()}


def values_from_json(stored: Any) -> FieldValues:
    """None at all where it cannot be read, or was purged."""
    return stored if _are_values(stored) else {}


def _are_values(stored: Any) -> bool:
    return isinstance(stored, dict) and all(
        isinstance(one, dict) and _are_texts((*one, *one.values()))
        for one in stored.values()
    )


def _original_from_json(stored: Any) -> Original | None:
    match stored:
        case {"id": str() | None as given, "type": str(kind)}:
            with suppress(ValueError):
                return Original(id=given, type=MessageType(kind))
    return None


def is_unreadable(content: Content) -> bool:
    """It stands for what could not be read."""
    return isinstance(content, TemplateContent) and content.template == UNREADABLE


def text_to_json(text: Text) -> JSONObject:
    plain = {"language": text.language, "subject": text.subject, "body": text.body}
    return {**plain, "unstyled": True} if text.unstyled else plain


def text_from_json(stored: Any) -> Text | None:
    match stored:
        case {
            "language": str(language),
            "subject": str() | None as subject,
            "body": str(body),
        }:
            return Text(
                language=language,
                subject=subject,
                body=body,
                unstyled=stored.get("unstyled") is True,
            )
    return None


def texts_from_json(stored: Any) -> frozenset[str]:
    """Those of a list of texts; none where it is no such list."""
    return frozenset(stored) if _are_texts(stored) else frozenset()


def lengths_to_json(lengths: Iterable[timedelta]) -> list[int]:
    """In whole seconds, the longest first."""
    return [one // timedelta(seconds=1) for one in sorted(set(lengths), reverse=True)]


def lengths_from_json(stored: Any) -> tuple[timedelta, ...]:
    """The longest first; those of a list of seconds, none where it is no such list."""
    if not isinstance(stored, list):
        return ()
    found = {one for one in stored if type(one) is int and 0 < one < _MOST_SECONDS}
    return tuple(timedelta(seconds=one) for one in sorted(found, reverse=True))


def reading_to_json(reading: Reading) -> JSONObject:
    """Its members by their names; the moment as XEP-0082 writes it."""
    return {**asdict(reading), "at": timestamps.format(reading.at)}


def reading_from_json(stored: Any) -> Reading | None:
    match stored:
        case {
            "file": str(file),
            "templates": str() | None as templates,
            "at": str(at),
            "digests": dict(digests),
            "changed": [*changed],
            "waiting": [*waiting],
            "faults": [*faults],
            "answers": int(answers),
        } if _are_texts((*digests.values(), *changed, *waiting, *faults)):
            with suppress(Invalid):
                return Reading(
                    file=file,
                    templates=templates,
                    at=timestamps.parse(at),
                    digests=digests,
                    changed=tuple(changed),
                    waiting=tuple(waiting),
                    faults=tuple(faults),
                    # a release that knew no holidays says nothing of it
                    broken=tuple(map(str, stored.get("broken") or ())),
                    answers=answers,
                )
    return None


def _are_texts(stored: Any) -> bool:
    return isinstance(stored, (list, tuple)) and all(
        isinstance(one, str) for one in stored
    )
