"""What Carillon says to people, before it is known in which language.

    Phrase("There is no list {name!r}; the lists: {known}.", name=name, known=known)

The first argument is the English text and the msgid of the catalogues (GNU gettext),
so it stands there as a literal; the values are put in by `str.format` afterwards. A
value may be a phrase itself. `str()` gives English, for logs and programs; whoever
talks to people asks `bot.texts` for theirs.
"""

from gettext import NullTranslations

_ENGLISH = NullTranslations()


class Phrase:
    """One text with its values; equal to any other of the same."""

    __slots__ = ("_template", "_values")

    def __init__(self, template: str, /, **values: object) -> None:
        self._template = template
        self._values = values

    def through(self, translations: NullTranslations) -> str:
        """The text with its values, in the language of `translations`."""
        values = {
            name: value.through(translations) if isinstance(value, Phrase) else value
            for name, value in self._values.items()
        }
        return self._translated(translations).format(**values)

    def _translated(self, translations: NullTranslations) -> str:
        return translations.gettext(self._template)

    def __str__(self) -> str:
        return self.through(_ENGLISH)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        mine = (type(self), self._template, self._values)
        return mine == (type(other), other._template, other._values)

    def __hash__(self) -> int:
        return hash(self._template)


class Counted(Phrase):
    """A phrase that depends on a number, which it shows as `{count}`.

    Counted("{count} line", "{count} lines", len(lines))
    """

    __slots__ = ("_count", "_plural")

    def __init__(
        self, singular: str, plural: str, count: int, /, **values: object
    ) -> None:
        super().__init__(singular, count=count, **values)
        self._plural = plural
        self._count = count

    def _translated(self, translations: NullTranslations) -> str:
        return translations.ngettext(self._template, self._plural, self._count)


class Quoted(Phrase):
    """Words of others, a name say, where a phrase is wanted: in no catalogue."""

    __slots__ = ()

    def __init__(self, text: str, /) -> None:
        super().__init__("{text}", text=text)

    def _translated(self, _: NullTranslations) -> str:
        return self._template


class Listed(Phrase):
    """Several phrases with commas, or what else is given, between."""

    __slots__ = ()

    def __init__(self, *phrases: Phrase, separator: str = ", ") -> None:
        values = {f"_{number}": phrase for number, phrase in enumerate(phrases)}
        super().__init__(separator.join(f"{{{name}}}" for name in values), **values)

    def _translated(self, _: NullTranslations) -> str:
        return self._template
