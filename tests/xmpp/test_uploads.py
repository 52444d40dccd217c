"""For how long a server says that it keeps files, as it is read."""

from xml.etree import ElementTree as ET

from bot.xmpp.servers.offers import module
from bot.xmpp.servers.uploads import MAX_SERVICES, told

GOOD = "https://up.example.org:5281/file_share 604800"


def test_what_is_told() -> None:
    """An address and seconds; what says something else is passed over."""
    kept = {"https://up.example.org:5281/file_share": 604_800}
    assert told([GOOD]) == kept
    assert told(["", GOOD, "http://b.example 1"]) == {**kept, "http://b.example": 1}
    for bad in (
        "",
        "https://up.example.org",
        "https://up.example.org 0",
        "https://up.example.org -1",
        "https://up.example.org 1.5",
        "https://up.example.org 9999999999",
        "https://up.example.org \N{ARABIC-INDIC DIGIT ONE}",
        "ftp://up.example.org 60",
        "60 https://up.example.org",
        f"https://{'x' * 600} 60",
    ):
        assert told([bad]) == {}
    many = [f"https://{number}.example 60" for number in range(MAX_SERVICES + 5)]
    assert len(told(many)) == MAX_SERVICES


def test_in_the_form_of_the_module() -> None:
    """It is known as long as the module says it, whichever component that serves."""

    def seen(kind: str, *values: str) -> ET.Element:
        fields = "".join(f"<value>{value}</value>" for value in values)
        return ET.fromstring(
            "<iq><x xmlns='jabber:x:data' type='result'>"
            f"<field var='FORM_TYPE' type='hidden'><value>{kind}</value></field>"
            f"<field var='uploads'>{fields}</field></x></iq>"
        )

    ours = "urn:x-carillon:announce:0"
    offer = module(seen(ours, GOOD), "announce.example.org")
    assert offer.uploads == told([GOOD])
    other = seen("urn:xmpp:http:upload:0", GOOD)
    assert module(other, "announce.example.org").uploads == {}
    assert module(seen(ours), "announce.example.org", offer).uploads == {}
