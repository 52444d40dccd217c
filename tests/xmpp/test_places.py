"""What is done in one place of the code only: read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "bot").rglob("*.py"))
XMPP = [module for module in MODULES if module.is_relative_to(ROOT / "bot" / "xmpp")]


def _name(module: Path) -> str:
    return module.relative_to(ROOT / "bot").as_posix()


def _nodes(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def _touches_an_error(node: ast.AST) -> bool:
    """The name of `<error/>`, or slixmpp's ways to one. Streams' errors are others."""
    match node:
        case ast.JoinedStr(values=[*before, ast.Constant(value=str(end))]):
            of_stream = any("stream_ns" in ast.unparse(one) for one in before)
            return end == "}error" and not of_stream
        case ast.Constant(value=str(text)):
            return text == "{jabber:client}error" or "<error" in text
        case ast.Subscript(slice=ast.Constant(value="error"), value=ast.Name()):
            return True
        case ast.ImportFrom(module="slixmpp.stanza.error"):
            return True
        case ast.Call(func=ast.Attribute(attr="error", value=ast.Name(id=stanza))):
            return stanza in {"iq", "stanza", "message", "presence", "reply"}
    return False


def test_errors_have_one_place() -> None:
    """No module but one makes, changes or takes apart an `<error/>`."""
    touching = {
        _name(module)
        for module in XMPP
        if any(
            _touches_an_error(node)
            for node in _nodes(module)
            # docstrings speak of it
            if not isinstance(node, ast.Constant) or "\n" not in str(node.value)
        )
    }
    assert touching == {"xmpp/stanzas/errors.py"}


@pytest.mark.parametrize(
    "line",
    [
        'ET.Element(f"{{{CLIENT}}}error")',
        'message.find("{jabber:client}error")',
        'reply["error"]["condition"] = "gone"',
        "from slixmpp.stanza.error import Error",
        'stream.send("<iq><error/></iq>")',
        "iq.error()",
    ],
)
def test_an_error_made_elsewhere_is_seen(line: str) -> None:
    """Each way to make or read an error that slixmpp and ElementTree offer counts."""
    assert any(map(_touches_an_error, ast.walk(ast.parse(line))))


def test_nobody_reaches_through_to_the_stream() -> None:
    """Doors, visits and the application ask the connection, never its stream."""
    session = ROOT / "bot" / "xmpp" / "session"
    reaching = {
        _name(module)
        for module in MODULES
        if not module.is_relative_to(session)
        for node in _nodes(module)
        if isinstance(node, ast.Attribute) and node.attr == "stream"
    }
    assert reaching == set()


def test_the_mode_is_asked_by_name() -> None:
    """Only what is about the protocol of one mode, or its settings, asks for the
    mode; all else asks what follows from it.
    """
    asking = {
        _name(module)
        for module in MODULES
        for node in _nodes(module)
        if isinstance(node, ast.Attribute) and node.attr == "component"
    }
    assert asking == {
        "app/checks/session.py",  # pings or XEP-0198; servers' limits for accounts
        "domain/addresses.py",  # gives the answers
        "xmpp/doors/discovery/disco.py",  # the identity
        "xmpp/session/connection.py",  # the stream, its host and port
        "xmpp/session/endings.py",  # what to change in the settings
    }
