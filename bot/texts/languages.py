"""Which languages there are, and which may be meant by what is none (CLDR).

CLDR knows all languages of ISO 639-1 and -3 that are spoken, scripts, countries and
variants. Its data are loaded when a tag is first asked for that is not the plain one
of a usual language.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache

from bot.domain.errors import Invalid, about
from bot.domain.language import is_tag
from bot.domain.phrase import Phrase
from bot.domain.schedule import FieldValues

#: ISO 639-1, to which nothing has been added since 2003
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs"
    " cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv"
    " ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl"
    " km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt"
    " my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru"
    " rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn"
    " to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_USUAL = frozenset(_ISO_639_1.split())
#: a language tag's parts (RFC 5646 §2.1)
_PARTS = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<extended>[a-z]{3}))?(-(?P<script>[a-z]{4}))?"
    r"(-(?P<region>[a-z]{2}|[0-9]{3}))?(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?"
)
_BETWEEN = re.compile("[-_]")
_NO_LANGUAGES = frozenset({"mis", "mul", "root", "und", "zxx"})
_NO_REGIONS = frozenset({"XA", "XB", "ZZ"})
#: those whose words for all languages are taken for what is meant, and for themselves
_FLUENT = ("en", "de", "fr", "es", "pl")
_OTHERS = (
    "ar bg ca cs da el et eu fa fi ga he hi hr hu it ja ko lt lv nb nl no pt ro ru sk"
    " sl sr sv tr uk vi zh"
)
_ALIKE = 0.8
MAX_TAG = 71  #: characters; RFC 5646 has none longer than is sensible
_MAX_LENGTH = 40  #: of what is compared with names


def is_language(text: str) -> bool:
    """`text` is a tag whose language there is, whatever clients write behind that."""
    return is_tag(text) and exists(text.partition("-")[0])


def language_tag(text: str) -> str:
    """`text`, which somebody has chosen: all of it must be; raises Invalid."""
    if exists(text):
        return text
    if proposal := meant(text):
        raise Invalid(
            Phrase(
                "{text!r} is no language; do you mean {tag!r}?",
                text=text[:40],
                tag=proposal,
            )
        )
    if is_tag(text):
        raise Invalid(
            Phrase(
                "there is no language {tag!r}; write one such as 'en' or 'pt-BR'",
                tag=text[:40],
            )
        )
    raise Invalid(Phrase("{tag!r} is no language tag such as 'en'", tag=text[:40]))


@lru_cache(maxsize=256)
def native(tag: str) -> str:
    """Its name in itself, Deutsch, Français; the tag where there is none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - slow, seldom needed

    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return f"{name[:1].upper()}{name[1:]}" if name else tag


def judge(values: FieldValues) -> None:
    """Whether each field of a template is told in languages that there are; raises
    Invalid naming the field.
    """
    for name, given in values.items():
        with about(f"set.{name}"):
            for tag in filter(None, given):
                language_tag(tag)


def exists(tag: str) -> bool:
    """There is such a language, as it is written in that place or way, if it says so;
    in any case of letters.
    """
    wanted = tag.lower() if len(tag) <= MAX_TAG else ""
    return wanted in _USUAL or _exists(wanted)


@lru_cache(maxsize=1024)
def _exists(wanted: str) -> bool:
    found = _PARTS.fullmatch(wanted)
    if found is None:
        return False
    languages, scripts, regions, variants = _known()
    return (
        all(
            part is None or part in known
            for part, known in (
                (found["language"], languages),
                (found["extended"], languages),
                (found["script"], scripts),
                (found["region"], regions),
            )
        )
        and set(found["variants"].split("-")[1:]) <= variants
    )


@lru_cache(maxsize=256)
def meant(text: str) -> str | None:
    """A tag of a language that there is for `de_DE.UTF-8`, `German`, `ger`, `cz`."""
    given = " ".join(text.split())
    if not given or len(given) > _MAX_LENGTH:
        return None
    names = _names()
    wanted = given.casefold()
    if wanted in names:
        return names[wanted]
    first, *others = _BETWEEN.split(given.partition(".")[0].partition("@")[0].lower())
    if language := _language(first):
        return _tag(language, others)
    alike = get_close_matches(wanted, names, n=1, cutoff=_ALIKE)
    return names[alike[0]] if alike else None


def _language(text: str) -> str | None:
    """The one of that code, of another code, or of the country that has it."""
    from babel.core import get_global  # noqa: PLC0415 - slow, and seldom needed

    if exists(text):
        return text
    found = get_global("language_aliases").get(text)
    if found is None and len(text) == len("xx"):
        found = get_global("likely_subtags").get(f"und_{text.upper()}")
    language = found.partition("_")[0] if found else ""
    return language if exists(language) else None


def _tag(language: str, others: list[str]) -> str:
    """With as much of the rest as there is, each part as it is usually written."""
    from babel.core import get_global  # noqa: PLC0415 - slow, and seldom needed

    tag = language
    for part in others:
        written = part.title() if len(part) == len("Latn") else part
        if len(part) == len("xx"):
            written = part.upper()
            written = get_global("territory_aliases").get(written, [written])[0]
        if exists(f"{tag}-{written}"):
            tag = f"{tag}-{written}"
    return tag


@cache
def _known() -> tuple[frozenset[str], ...]:
    """Languages, scripts, regions and variants, in small letters."""
    from babel import Locale  # noqa: PLC0415 - slow, and seldom needed
    from babel.core import get_global  # noqa: PLC0415

    english = Locale("en")
    spoken = {str(tag) for tag in get_global("likely_subtags") if "_" not in str(tag)}
    # what CLDR has another code for is not the code to be used: `iw`, `deu`
    spoken -= get_global("language_aliases").keys()
    named = {str(tag) for tag in english.languages if "_" not in str(tag)}
    return (
        frozenset((named | spoken) - _NO_LANGUAGES),
        frozenset(map(str.lower, english.scripts)),
        frozenset(map(str.lower, english.territories.keys() - _NO_REGIONS)),
        frozenset(map(str.lower, english.variants)),
    )


@cache
def _names() -> Mapping[str, str]:
    """What languages are called -> tag; the names without case."""
    names: dict[str, str] = {}
    for name, tag in _named():
        if exists(language := tag.partition("_")[0]):
            names.setdefault(name.casefold(), language)
    return names


def _named() -> Iterator[tuple[str, str]]:
    from babel import Locale  # noqa: PLC0415 - slow, and seldom needed

    for tag in (*_FLUENT, *_OTHERS.split()):
        locale = Locale(tag)
        yield locale.languages[tag], tag
        if tag in _FLUENT:
            yield from ((name, one) for one, name in locale.languages.items())
