"""Why a server ends a stream (RFC 6120 §4.9.3), and what to do about it."""

from collections.abc import Callable

from bot.domain.addresses import Addresses
from bot.domain.phrase import Phrase

#: RFC 6120 §4.9.3: endings that the content of the stream cannot have caused
BLAMELESS = frozenset(
    {
        "conflict",
        "connection-timeout",
        "host-gone",
        "host-unknown",
        "not-authorized",
        "remote-connection-failed",
        "reset",
        "resource-constraint",
        "see-other-host",
        "system-shutdown",
        "unsupported-feature",
        "unsupported-version",
    }
)
#: characters of the server's own words that are told
_MAX_TOLD_CHARACTERS = 200


def ending(condition: str, text: str, addresses: Addresses) -> Phrase:
    """`text` is what the server said beside it, "" for nothing; of see-other-host,
    the host.
    """
    if told := _ALWAYS.get(condition):
        return told
    if ours := _OURS.get(condition):
        return ours(addresses)
    words = text.strip()[:_MAX_TOLD_CHARACTERS]
    if not words:
        return Phrase(
            "the server ended the connection ({condition}): see its log",
            condition=condition,
        )
    if condition == "see-other-host":
        return Phrase(
            "the server sends us to {host}: set host and port to that", host=words
        )
    return Phrase(
        "the server ended the connection ({condition}): {text}",
        condition=condition,
        text=words,
    )


def _stranger(addresses: Addresses) -> Phrase:
    if addresses.component:
        return Phrase(
            "the server does not know {jid}: add the component to its configuration"
            " and restart it (or correct jid or port)",
            jid=addresses.service,
        )
    return Phrase(
        "the server does not serve {domain}: check jid, host and port",
        domain=addresses.domain,
    )


def _refused(addresses: Addresses) -> Phrase:
    """Of a component that it does not know ejabberd says the same."""
    if addresses.component:
        return Phrase(
            "the secret was refused: the server's configuration has another for"
            " {jid}, or none: give both sides the same password",
            jid=addresses.service,
        )
    return Phrase("the server does not let us in: check jid and password")


def _wrong_port(addresses: Addresses) -> Phrase:
    if addresses.component:
        return Phrase(
            "the server takes no components at this port: check mode and port"
        )
    return Phrase("the server takes no accounts at this port: check mode and port")


_ALWAYS = {
    "conflict": Phrase("somebody else is connected as us: one process per address"),
    "remote-connection-failed": Phrase(
        "the server cannot reach another that it needs to let us in: see its log"
    ),
    "resource-constraint": Phrase(
        "the server has no room for another connection now: see its log"
    ),
    "system-shutdown": Phrase("the server is shutting down"),
}
_OURS: dict[str, Callable[[Addresses], Phrase]] = {
    "host-gone": _stranger,
    "host-unknown": _stranger,
    "improper-addressing": _stranger,
    "invalid-namespace": _wrong_port,
    "not-authorized": _refused,
    "unsupported-version": _wrong_port,
}
