"""Stanzas as large as servers let through, too large to be kept as files."""

from collections.abc import Mapping

from tests.e2e.hostile import LARGE, SILENT, SIZES, nested

_FORM = "<x xmlns='jabber:x:data'>" + "<field var='a'/>" * 10_000 + "</x>"
_ITEMS = "<item jid='a'/>" * 2_990
_DISCO = "http://jabber.org/protocol/disco#"
_ASKED: Mapping[str, tuple[str, str]] = {
    **SIZES,
    "info": ("get", f"<query xmlns='{_DISCO}info'>{'<identity/>' * 2_990}</query>"),
    "items": ("get", f"<query xmlns='{_DISCO}items'>{_ITEMS}</query>"),
    "a node": ("get", f"<query xmlns='{_DISCO}info' node='{'x' * LARGE}'/>"),
}
_TOLD: Mapping[str, str] = {
    **SILENT,
    "bodies": "<message>" + "<body xml:lang='de'> </body>" * 8_000 + "</message>",
    "blanks": f"<message><body>{' ' * LARGE}</body></message>",
    "forms": f"<message><body>x</body>{_FORM}</message>",
    "errors": "<message type='error'>" + "<error/>" * 2_990 + "</message>",
    "a long id": f"<message type='error' id='{'x' * LARGE}.1'/>",
    "a long language": f"<message xml:lang='{'a-' * 100_000}'><body>x</body></message>",
    "a subscription": f"<presence type='subscribe' xml:lang='{'a' * LARGE}'/>",
}


def large(target: str) -> Mapping[str, bytes]:
    """By name; none for targets that take no stanzas."""
    told = {name: xml for name, xml in _TOLD.items() if not xml.startswith("<iq")}
    asked = {
        name: f"<iq type='{kind}' id='1' from='admin@example.org/x'>{content}</iq>"
        for name, (kind, content) in _ASKED.items()
    }
    found = {"requests": asked, "inbox": told}.get(target, {})
    deep = nested(20_000)
    return {name: xml.replace("{deep}", deep).encode() for name, xml in found.items()}
