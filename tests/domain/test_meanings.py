"""Every state, reason and condition that can occur has words."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest
from slixmpp.stanza.error import Error

import bot
from bot.domain import meanings, verdict
from bot.domain.audit import Occasion
from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.incident import IncidentState
from bot.domain.lateness import LatePolicy
from bot.domain.maintenance import Phase, WindowState
from bot.domain.phrase import Quoted
from bot.domain.schedule import Origin, ScheduleState
from bot.domain.updates import WireState

ENUMERATIONS = (
    *(ScheduleState, OccurrenceState, BroadcastState, ExceptionKind, WireState),
    *(WindowState, IncidentState),
)


def test_states() -> None:
    """Each state of each thing has a word, and there is none for nothing."""
    known = {one.value for states in ENUMERATIONS for one in states}
    assert meanings.STATES.keys() == known


def test_phases() -> None:
    """So has whatever is told of a maintenance."""
    assert meanings.PHASES.keys() == set(Phase)


@pytest.mark.parametrize("enumeration", [Origin, Occasion])
def test_doors(enumeration: type[StrEnum]) -> None:
    """So has each door, and what moves readers without one."""
    assert all(one in meanings.DOORS for one in enumeration)


def test_lateness() -> None:
    """What becomes of what is late is told, but where it is sent all the same."""
    assert {*meanings.LATE, LatePolicy.RUN} == set(LatePolicy)


def test_conditions() -> None:
    """Each condition of RFC 6120 has a meaning, and so has each that is judged."""
    judged = {
        one
        for name in ("_GONE", "_UNREACHABLE", "_REFUSED", "_ABSENT")
        for one in getattr(verdict, name)
    }
    assert meanings.CONDITIONS.keys() >= Error.conditions | judged


def literals() -> set[str]:
    """What the program itself gives as the reason of something, or as a condition."""
    found = set()
    for file in Path(bot.__file__).parent.rglob("*.py"):
        if not {"service", "engine"} & set(file.parts):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg in {"reason", "condition"}:
                found |= _texts(node.value)
            if isinstance(node, ast.Call) and _name(node) in GIVERS:
                found |= {text for one in node.args for text in _texts(one)}
            if isinstance(node, ast.FunctionDef) and node.name in {
                *("_refusal", "_why_not", "_may_not")
            }:
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value is not None:
                        found |= _texts(one.value)
    return found


#: what takes a reason or a condition in its place
GIVERS = {"record", "give_up", "failed", "_end"}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _texts(value: ast.expr) -> set[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.Tuple):
        return {text for one in value.elts for text in _texts(one)}
    return set()


def test_what_the_program_gives_as_a_reason() -> None:
    """Each has words."""
    found = literals()
    assert {"not-allowed", "content", "cancelled", "skipped", "ended"} <= found
    assert found - meanings.REASONS.keys() - meanings.CONDITIONS.keys() == set()


def test_a_condition_keeps_its_term() -> None:
    """The term stands behind what it means, and what came in behind it stays."""
    told = str(meanings.condition("remote-server-not-found"))
    assert told == "the reader's server cannot be found (remote-server-not-found)"
    assert str(meanings.condition("content: {x} is no field")) == (
        "the text could not be made for this reader (content): {x} is no field"
    )


def test_what_is_none_of_ours() -> None:
    """What another server made up is told as it came."""
    assert meanings.condition("urn:x:odd") == Quoted("urn:x:odd")
    assert meanings.reason("odd") == Quoted("odd")
    assert meanings.state("odd") == Quoted("odd")
