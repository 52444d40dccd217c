"""Talks by ad-hoc commands: a command, and what is filled in step after step.

The input is `<talk from='…' to='…'>` with a `<command/>` for each step; the session of
the answer before is the step's, where it names none of its own. What is looked for:

    a failure inside, or one on the way out
    an answer that no client could show: not one form with its ways on, nor one note
    an answer that is too large, goes to somebody else or holds control characters
"""

import unicodedata
from xml.etree import ElementTree as ET

from bot.xmpp.stanzas.commands import COMMAND, NS
from bot.xmpp.stanzas.data_forms import FORM
from bot.xmpp.stanzas.data_forms import NS as DATA
from tests.fuzz.standing import PEOPLE
from tests.fuzz.stanzas import ADDRESSES, COMPONENT, LARGEST, service
from tests.world import ADMIN, SERVICE

C, D = f"{{{NS}}}", f"{{{DATA}}}"
MOST_STEPS = 4


def commands(data: bytes) -> None:
    """A talk, from its first step to its end or the last step."""
    talk = _read(data)
    if talk is None:
        return
    sender = talk.get("from", "").partition("/")[0]
    known = sender if sender in PEOPLE else ADMIN
    to = talk.get("to", "")
    session: str | None = None
    for number, step in enumerate(list(talk)[:MOST_STEPS]):
        if session is not None and step.get("sessionid") is None:
            step.set("sessionid", session)
        step.tail = None
        iq = ET.Element(
            f"{{{COMPONENT}}}iq",
            {
                "type": "set",
                "id": f"c{number}",
                "from": f"{known}/x",
                "to": to if to in ADDRESSES else SERVICE,
            },
        )
        iq.append(step)
        sent, _ = service().put(iq)
        [answer] = [one for one in sent if one.tag.rpartition("}")[2] == "iq"]
        assert answer.get("to", "").partition("/")[0] == known, "to somebody else"
        assert len(ET.tostring(answer)) <= LARGEST, "too large"
        found = answer.find(COMMAND)
        if found is None:
            assert answer.get("type") == "error" or step.tag != COMMAND, "no command"
            continue
        _check(found)
        session = found.get("sessionid")


def _read(data: bytes) -> ET.Element | None:
    if b"<!" in data or b"<?" in data:
        return None
    try:
        talk = ET.fromstring(data)
    except (ET.ParseError, ValueError):
        return None
    return talk if talk.tag == "talk" else None


def _check(answer: ET.Element) -> None:
    """Something that each client shows (docs/explanation/clients.md)."""
    notes, forms = answer.findall(f"{C}note"), answer.findall(FORM)
    status = answer.get("status")
    if status == "executing":
        [actions], [form] = answer.findall(f"{C}actions"), forms
        assert not notes, "a note beside a form"
        ways = {one.tag.removeprefix(C) for one in actions}
        assert actions.get("execute") in ways, "no usual way on"
        assert form.findtext(f"{D}title"), "no title"
    elif status == "completed":
        assert len(notes) + len(forms) == 1, "neither a note nor something to look at"
        assert all(one.get("type") in {"info", "warn", "error"} for one in notes)
        assert all(one.text for one in notes), "a note without words"
    else:
        assert status == "canceled", status
    assert answer.find(f".//{D}reported") is None, "a table"
    for one in answer.iter(f"{D}field"):
        options = [option.findtext(f"{D}value") for option in one.iter(f"{D}option")]
        if one.get("type") == "list-single":
            assert options, "a choice among nothing"
            assert one.find(f"{D}value") is not None, "a choice without a default"
    for one in answer.iter():
        if (
            one.tag == f"{D}field"
            and one.get("type") != "fixed"
            and status != "completed"
        ):
            one.clear()  # what he typed himself comes back as it was
        assert not [c for c in one.text or "" if _is_control(c)], "control characters"


def _is_control(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) == "Cc"
