"""What is stored as JSON: audience, content and rendered text, to and fro."""

from collections.abc import Mapping
from typing import Any

from bot.domain.message import Text
from bot.domain.schedule import (
    Audience,
    Content,
    ListAudience,
    PeopleAudience,
    TemplateContent,
    TextContent,
)

JSONObject = Mapping[str, Any]


def audience_to_json(audience: Audience) -> JSONObject:
    """`{"list": NAME}` or `{"people": [JID, …], "list": NAME | null}`."""
    if isinstance(audience, ListAudience):
        return {"list": audience.list_name}
    return {"people": list(audience.jids), "list": audience.list_name}


def audience_from_json(stored: JSONObject) -> Audience:
    if "people" in stored:
        return PeopleAudience(jids=tuple(stored["people"]), list_name=stored["list"])
    return ListAudience(list_name=stored["list"])


def content_to_json(content: Content) -> JSONObject:
    """`{"texts": […], "payloads": […]}` or `{"template": NAME, "values": {…}}`."""
    if isinstance(content, TextContent):
        return {
            "texts": [text_to_json(text) for text in content.texts],
            "payloads": list(content.payloads),
        }
    values = {name: dict(by_language) for name, by_language in content.values.items()}
    return {"template": content.template, "values": values}


def content_from_json(stored: JSONObject) -> Content:
    if "template" in stored:
        return TemplateContent(template=stored["template"], values=stored["values"])
    return TextContent(
        texts=tuple(text_from_json(text) for text in stored["texts"]),
        payloads=tuple(stored["payloads"]),
    )


def text_to_json(text: Text) -> JSONObject:
    return {"language": text.language, "subject": text.subject, "body": text.body}


def text_from_json(stored: JSONObject) -> Text:
    return Text(
        language=stored["language"], subject=stored["subject"], body=stored["body"]
    )
