"""For how long a server says that it keeps files, as it is read."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from bot.xmpp.servers.uploads import MAX_SERVICES, told

WEEK = timedelta(days=7)


def info(*values: str, kind: str = "urn:x-carillon:announce:0") -> ET.Element:
    uploads = "".join(f"<value>{value}</value>" for value in values)
    return ET.fromstring(
        "<iq xmlns='jabber:client'><query"
        " xmlns='http://jabber.org/protocol/disco#info'>"
        "<x xmlns='jabber:x:data' type='result'>"
        f"<field var='FORM_TYPE' type='hidden'><value>{kind}</value></field>"
        f"<field var='uploads'>{uploads}</field></x></query></iq>"
    )


def test_what_is_told() -> None:
    """An address and seconds; what is neither is passed over, as other forms are."""
    good = "https://up.example.org:5281/file_share 604800"
    assert told(info(good)) == {"https://up.example.org:5281/file_share": WEEK}
    assert told(info(good, "http://b.example 1")) == {
        "https://up.example.org:5281/file_share": WEEK,
        "http://b.example": timedelta(seconds=1),
    }
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
        assert told(info(bad)) == {}
    assert told(info(good, kind="urn:xmpp:http:upload:0")) == {}
    assert told(ET.Element("iq")) == {}
    many = [f"https://{number}.example 60" for number in range(MAX_SERVICES + 5)]
    assert len(told(info(*many))) == MAX_SERVICES
