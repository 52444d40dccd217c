"""Which of several texts a reader gets (BCP 47 tags, RFC 4647 lookup)."""

from collections.abc import Collection, Sequence


def choose(available: Sequence[str], *wishes: str | None) -> str | None:
    """The tag out of `available` that serves the first wish that can be served.

    A wish is served by the exact tag, else by its base language; case does not
    count. Where no wish can be served: the untagged text (''), else the first.
    None only where nothing is available.
    """
    by_tag = {tag.lower(): tag for tag in reversed(available)}
    for wish in wishes:
        for candidate in _lookup(wish):
            if candidate in by_tag:
                return by_tag[candidate]
    if "" in by_tag:
        return ""
    return available[0] if available else None


def _lookup(wish: str | None) -> Collection[str]:
    """`de-ch-1996` gives itself and `de`."""
    if not wish:
        return ()
    tag = wish.lower()
    return (tag, tag.partition("-")[0])
