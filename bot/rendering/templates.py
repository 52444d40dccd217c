"""The templates there are: the operator's folder over the shipped one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain import wallclock
from bot.domain.errors import Invalid, PolicyViolation, about
from bot.domain.fields import MAX_LINE, MAX_TEXT, Template, check
from bot.domain.language import choose
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.relative import Anchor, Relative
from bot.domain.schedule import FieldValues
from bot.rendering.checks import advice, unshared
from bot.rendering.faults import Fault
from bot.rendering.filters import FORMATS
from bot.rendering.folder import Source, folders, load, shipped, state_of
from bot.rendering.formats import Formats, locale_for, variety
from bot.rendering.sandbox import Sandbox
from bot.rendering.wording import TooLong, Unwritable, Wording

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
#: what a subject has one space for; no-break spaces stay what they are
_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
_SANDBOX = Sandbox()
#: the shipped ones into which nothing of an operator's goes, read once in a process
_SHIPPED: dict[Path, Source] = {}


class JinjaTemplates:
    """Implements the port `Templates`; safe to share among threads.

    Every call looks at the files' times, so an edit counts from the next call
    on. A template that is broken is refused rather than used in an older state.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        max_subject: int = MAX_LINE,
        max_body: int = MAX_TEXT,
    ) -> None:
        """`folder` is the operator's; the limits are in characters."""
        self.use(folder, max_subject=max_subject, max_body=max_body)

    def use(self, folder: Path | None, *, max_subject: int, max_body: int) -> None:
        """From now on these, for all who share this."""
        self.folder = folder
        self._roots = (*((folder,) if folder else ()), shipped())
        self._limits = {"subject": max_subject, "body": max_body}
        # what a template was put together from may lie elsewhere now
        self._sources: dict[Path, Source] = {}

    def names(self) -> list[str]:
        """Every template by name, sorted, the broken ones too."""
        found = {
            folder.name
            for root in self._roots
            for folder in folders(root)
            if _NAME.fullmatch(folder.name)
        }
        return sorted(found)

    def get(self, name: str) -> Template:
        """What the template asks for; raises Invalid: unknown, or broken."""
        return self._usable(name)[1]

    def folder_of(self, name: str) -> Path:
        """Where its files are, the operator's or the shipped; raises Invalid."""
        return self._source(name).folder

    def reads_recipient(self, name: str) -> bool:
        """The wording names the recipient, so each reader gets a text of his own."""
        source, _ = self._usable(name)
        return any("recipient" in pair.names for pair in source.pairs.values())

    def variant(self, languages: Sequence[str], wish: str, fallback: str) -> str:
        """The language among these for a reader, or the reader's variety of it."""
        spoken = choose(languages, wish, fallback)
        tag = variety(spoken, wish)
        return tag if choose(languages, tag, fallback) == spoken else spoken

    def render(
        self,
        name: str,
        values: FieldValues,
        *,
        language: str,
        zone: str,
        fallback: str,
        due: Anchor,
        context: Mapping[str, str],
    ) -> Text:
        """Subject and body for one reader, or for all of one language and zone.

        `language` is the reader's wish ('' for none), `fallback` the list's
        default, `zone` an IANA name; `due` is the occurrence that tells relative
        moments; `context` holds what there is of
        list_title, list_name, list_address, service and recipient. Raises Invalid
        where the values do not fit, PolicyViolation where the text becomes too long.
        """
        source, template = self._usable(name)
        typed = check(template, values)
        spoken = choose(template.languages, language, fallback)
        variables: dict[str, Any] = {field.name: None for field in template.fields}
        for field, given in typed.items():
            value = given[choose(given, language, fallback)]
            if isinstance(value, Relative):
                with about(f"set.{field}"):
                    value = value.at(due)
            variables[field] = value
        variables |= context
        locale = locale_for(spoken, language)
        variables[FORMATS] = Formats(locale, wallclock.zone(zone), due.zone)
        pair = source.pairs[spoken]
        if lacking := sorted(pair.names.keys() - variables.keys()):
            raise Invalid(
                Phrase(
                    "template {name!r} needs {fields} to speak of",
                    name=name,
                    fields=", ".join(lacking),
                )
            )
        return Text(
            language=spoken,
            subject=_BREAKS.sub(
                " ", self._write(name, "subject", pair.subject, variables)
            ),
            body=self._write(name, "body", pair.body, variables),
            unstyled=template.unstyled,
        )

    def check(self, name: str) -> list[Fault]:
        """Everything that its author should put right; raises Invalid: unknown."""
        source = self._source(name)
        return _sorted({*source.faults, *advice(source, self._limits, _SANDBOX)})

    def check_all(self) -> list[Fault]:
        """The same of all templates and of what they share, each fault once."""
        sources = [self._source(name) for name in self.names()]
        found = {fault for name in self.names() for fault in self.check(name)}
        return _sorted({*found, *unshared(self._roots, sources)})

    def _usable(self, name: str) -> tuple[Source, Template]:
        source = self._source(name)
        if source.faults or source.template is None:
            raise Invalid(
                Phrase(
                    "template {name!r} is broken and cannot be used;"
                    " `carillon templates check {name}` says where",
                    name=name,
                )
            )
        return source, source.template

    def _source(self, name: str) -> Source:
        for root in self._roots if _NAME.fullmatch(name) else ():
            folder = root / name
            if state := state_of(folder, self._roots):
                sources = self._sources
                if root == self._roots[-1] and not any(state[1:-1]):
                    sources, state = _SHIPPED, (state[0], state[-1])
                known = sources.get(folder)
                if known is None or known.state != state:
                    known = load(folder, state, _SANDBOX, self._roots)
                    sources[folder] = known
                return known
        raise Invalid(
            Phrase(
                "no template is called {name!r}; there are {names}",
                name=name[:80],
                names=", ".join(self.names()),
            )
        )

    def _write(
        self, name: str, part: str, wording: Wording, variables: Mapping[str, Any]
    ) -> str:
        limit = self._limits[part]
        try:
            return wording.write(variables, limit=limit)
        except TooLong:
            raise PolicyViolation(
                _too_long(part, limit),
                limit=part,
                maximum=limit,
                wait=False,
            ) from None
        except Unwritable as error:
            why = Phrase(
                "template {name!r}, {part}: {why}",
                name=name,
                part=part,
                why=error.fault.phrase,
            )
            raise Invalid(why) from None


def _too_long(part: str, limit: int) -> Phrase:
    if part == "subject":
        return Counted(
            "the subject comes to over {count:,} character; give shorter values",
            "the subject comes to over {count:,} characters; give shorter values",
            limit,
        )
    return Counted(
        "the body comes to over {count:,} character; give shorter values",
        "the body comes to over {count:,} characters; give shorter values",
        limit,
    )


def _sorted(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.file.name, fault.line, fault.text))
