"""Shows people that an address is there, what it looks like and what it is called.

    presence   from the address with a resource, with capabilities (`disco` tells what
               they stand for) and the picture's digest (XEP-0153 1.1.1, §3.1)
    message    the name as an event (XEP-0172 1.1, §4.4), which some clients take from
               nowhere else: the type is headline, so that nobody keeps it

docs/decisions/0049-lists-as-contacts.md
docs/conformance.md, Discovery and delivery: presence of a component
"""

from xml.etree import ElementTree as ET

from bot.xmpp.doors.contacts.profiles import Profile, Profiles
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import CLIENT, NICK, VCARD_UPDATE

EVENT = "http://jabber.org/protocol/pubsub#event"


class Showing:
    """Of a component; an account's server tells of one presence to all contacts."""

    def __init__(self, connection: Connection, profiles: Profiles) -> None:
        self._connection = connection
        self._addresses = connection.addresses
        self._profiles = profiles

    def show(self, to: str, address: str) -> None:
        """`address`: one of our bare JIDs; `to` may be bare or one client's."""
        profile, sender = self._profiles.at(address), self._addresses.present(address)
        picture = None if profile is None else profile.picture
        worn = update(picture.digest if picture else None)
        self._connection.send_presence(to=to, sender=sender, payloads=[worn])
        if profile is not None:
            self._connection.send_element(_called(profile, to, address))

    def hide(self, to: str, address: str) -> None:
        sender = self._addresses.present(address)
        self._connection.send_presence("unavailable", to=to, sender=sender)


def update(digest: str | None) -> ET.Element:
    """What a presence says of the picture, None where there is none."""
    found = ET.Element(f"{{{VCARD_UPDATE}}}x")
    ET.SubElement(found, f"{{{VCARD_UPDATE}}}photo").text = digest
    return found


def nick(profile: Profile) -> ET.Element:
    found = ET.Element(f"{{{NICK}}}nick")
    found.text = profile.title
    return found


def _called(profile: Profile, to: str, address: str) -> ET.Element:
    addressed = {"type": "headline", "from": address, "to": to}
    message = ET.Element(f"{{{CLIENT}}}message", addressed)
    event = ET.SubElement(message, f"{{{EVENT}}}event")
    items = ET.SubElement(event, f"{{{EVENT}}}items", {"node": NICK})
    ET.SubElement(items, f"{{{EVENT}}}item", {"id": "current"}).append(nick(profile))
    return message
