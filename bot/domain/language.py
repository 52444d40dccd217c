"""Language tags and the choice among what there is (BCP 47; RFC 4647 §3.4)."""

import re
from collections.abc import Iterable

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")


def is_tag(text: str) -> bool:
    """`text` has the form of a language tag, say `de` or `zh-Hant-TW`."""
    return _TAG.fullmatch(text) is not None


def latest(known: str | None, said: str) -> str:
    """Which language somebody speaks who was known by one and says another now.

    Clients stamp `en` on whatever their people write, so it replaces no other.
    """
    return known if known and base_of(said) == "en" != base_of(known) else said


def base_of(tag: str) -> str:
    """`de` of `de-AT`; "" where there is none."""
    return tag.partition("-")[0].lower()


def choose(available: Iterable[str], *wanted: str) -> str:
    """The best of the `available` tags for what is `wanted`, most wanted first.

    Each wish is tried exactly, then without its last subtags (`de-AT`, `de`),
    whatever the case; what is no tag is no wish. Then what has no tag (`''`), else
    the first. `available` must not be empty.
    """
    tags: dict[str, str] = {}
    for each in available:
        tags.setdefault(each.lower(), each)
    # whoever writes to us says what he likes: a long one would be tried for long
    for wish in filter(is_tag, wanted):
        rest = wish.lower()
        while rest:
            if rest in tags:
                return tags[rest]
            rest = rest.rpartition("-")[0]
    return tags.get("", next(iter(tags.values())))
