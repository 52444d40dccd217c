"""What a template comes to for nobody in particular: tried out, or shown."""

from collections.abc import Iterator

from bot.domain.message import Text
from bot.domain.relative import Anchor
from bot.domain.schedule import TemplateContent
from bot.domain.voice import STAND_IN_RECIPIENT, Voice
from bot.service.ports.outside import Templates


def specimen(
    templates: Templates,
    content: TemplateContent,
    voice: Voice,
    *,
    language: str,
    fallback: str,
    zone: str,
    due: Anchor,
) -> Text:
    """One text, for a reader who does not exist; raises a CarillonError."""
    return templates.render(
        content.template,
        content.values,
        language=language,
        fallback=fallback,
        zone=zone,
        due=due,
        context=voice.context(STAND_IN_RECIPIENT),
    )


def specimens(
    templates: Templates, content: TemplateContent, voice: Voice, zone: str, due: Anchor
) -> Iterator[Text]:
    """One text in each language that the template has."""
    languages = templates.get(content.template).languages
    for language in languages:
        yield specimen(
            templates,
            content,
            voice,
            language=language,
            fallback=voice.language or languages[0],
            zone=zone,
            due=due,
        )
