"""A play goes on only where what it says is what came."""

from xml.etree import ElementTree as ET

import pytest

from tests.e2e.play import fits, play

MESSAGE = """<message xmlns='jabber:client' from='a@b' type='chat'>
  <subject>s</subject> <body>hello</body> <x xmlns='urn:x'><y/></x></message>"""


@pytest.mark.parametrize(
    ("written", "fit"),
    [
        ("<message/>", True),
        ("<message from='a@b'/>", True),
        ("<message from='...'><body>...</body></message>", True),
        ("<message><body> hello </body><subject/></message>", True),
        ("<message><x xmlns='urn:x'><y/></x></message>", True),
        ("<presence/>", False),
        ("<message xmlns='urn:x'/>", False),
        ("<message from='c@d'/>", False),
        ("<message to='...'/>", False),
        ("<message><body>hell</body></message>", False),
        ("<message><x/></message>", False),
        ("<message><x xmlns='urn:x'><z/></x></message>", False),
        ("<message><x xmlns='urn:x'>...</x></message>", False),
    ],
)
def test_what_fits(written: str, fit: bool) -> None:
    """Name, namespace and all that is written have to be there, and may be more."""
    wanted = ET.fromstring(f"<play xmlns='jabber:client'>{written}</play>")[0]
    assert fits(ET.fromstring(MESSAGE), wanted) is fit


def test_a_line_that_is_nobodys() -> None:
    """What stands before the first cue is a slip of the pen, not a comment."""
    with pytest.raises(AssertionError, match="romeo cries"):
        play("romeo cries:\n<message/>", {}, {})
