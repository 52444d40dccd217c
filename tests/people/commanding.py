"""A person who runs commands of the service (XEP-0050), one form after the other."""

from xml.etree import ElementTree as ET

from tests.people.conftest import Person, Town

COMMANDS, DATA = "http://jabber.org/protocol/commands", "jabber:x:data"


def run(place: Town, who: Person, node: str, *steps: dict[str, str]) -> ET.Element:
    """The last answer, after each form was filled in so."""
    session, forms = "", [None, *steps]
    found = ET.Element("none")
    for values in forms:
        form = ""
        if values is not None:
            fields = "".join(
                f"<field var='{var}'><value>{value}</value></field>"
                for var, value in values.items()
            )
            form = f"<x xmlns='{DATA}' type='submit'>{fields}</x>"
        answer = place.ask(
            who,
            "set",
            f"<command xmlns='{COMMANDS}' node='{node}' action='execute'{session}>"
            f"{form}</command>",
        )
        command = answer.find(f"{{{COMMANDS}}}command")
        assert command is not None, ET.tostring(answer, "unicode")
        session, found = f" sessionid='{command.get('sessionid')}'", command
    return found


def text(command: ET.Element) -> str:
    return "\n".join(command.itertext())
