"""Some hundred hostile inputs for each target, and all that were kept.

`make fuzz` goes on where these end, with millions.
"""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import recurrence
from tests.domain.strategies import rules
from tests.fuzz import stanzas, tokens
from tests.fuzz.commands import commands
from tests.fuzz.large import large
from tests.fuzz.messages import messages
from tests.fuzz.mutation import changed
from tests.fuzz.targets import TARGETS, kept
from tests.fuzz.templates import templates
from tests.fuzz.texts import recurrences, times

KEPT = [(name, path) for name in TARGETS for path in kept(name)]
many = settings(max_examples=300, deadline=None)


def joined(*words: str) -> st.SearchStrategy[str]:
    """Known words and any characters in a row."""
    word = st.sampled_from(words) | st.text(max_size=3)
    return st.lists(word, max_size=12).map("".join)


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def mutants(draw: st.DrawFn, name: str) -> bytes:
    """A kept stanza, changed a few times, well-formed still."""
    data = draw(st.sampled_from(kept(name))).read_bytes()
    random = Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 3))):
        data = changed(data, random) or data
    return data


@pytest.mark.parametrize(
    ("name", "path"), KEPT, ids=[f"{name}-{path.name}" for name, path in KEPT]
)
def test_kept(name: str, path: Path) -> None:
    """What once reached something new, or broke something, does no harm."""
    TARGETS[name](path.read_bytes())


LARGE = [(name, what) for name in TARGETS for what in large(name)]


@pytest.mark.parametrize(("name", "what"), LARGE)
def test_large(name: str, what: str) -> None:
    """As large, as deep and as many as servers let through, and it does no harm."""
    TARGETS[name](large(name)[what])


@many
@given(mutants("requests"))
def test_requests(data: bytes) -> None:
    """An IQ of whatever shape: one answer to a request, none to anything else."""
    stanzas.requests(data)


@many
@given(mutants("messages"))
def test_messages(data: bytes) -> None:
    """A message with <schedule/> of whatever shape is refused in words, or goes out as
    it was.
    """
    messages(data)


@given(mutants("steering"))
def test_steering(data: bytes) -> None:
    """A verb of steering of whatever shape is refused in words, or names its job."""
    stanzas.steering(data)


@many
@given(mutants("inbox"))
def test_inbox(data: bytes) -> None:
    """A message or presence of whatever shape: one error back at most."""
    stanzas.inbox(data)


@settings(max_examples=100, deadline=None)
@given(mutants("commands"))
def test_commands(data: bytes) -> None:
    """A talk of whatever steps: each answer is one that clients can show."""
    commands(data)


RECURRENCES = st.tuples(
    rules().map(recurrence.canonical) | joined(*tokens.RULES),
    st.sampled_from(tokens.TIMES) | joined(*tokens.TIMES),
    st.sampled_from(["", "UTC", "Pacific/Apia", "Europe/Warsaw", "x"]),
    st.integers(0, 99_999).map(str),
)


@many
@given(RECURRENCES.map("\n".join).map(encoded))
def test_recurrences(data: bytes) -> None:
    """Any rule from any start is refused, or its moments come in order."""
    recurrences(data)


@many
@given(joined(*tokens.TEXTS, *tokens.WORDS).map(encoded) | st.binary(max_size=40))
def test_times(data: bytes) -> None:
    """Any text is refused, or is a moment, a duration, a JID and the same again."""
    times(data)


FIELDS = st.sampled_from(
    ["text_=", "line_:de=", "moment_=", "number_=", "start=", "x="]
)
TEMPLATES = st.tuples(
    st.sampled_from(["", "@maintenance", "@welcome"]) | joined(*tokens.WORDING),
    joined(*tokens.WORDING),
    joined(*tokens.WORDING),
    st.lists(FIELDS | joined("\n", *tokens.TIMES, *tokens.WORDS)).map("".join),
    joined("de-AT", "\n", "Europe/Warsaw"),
)


@settings(max_examples=150, deadline=None)
@given(TEMPLATES.map("\n---\n".join).map(encoded))
def test_templates(data: bytes) -> None:
    """Any files and values: refused in words, or a text within its limits."""
    templates(data)


def test_a_failure_inside_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The target sees an exception that the sender would get as a number only."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.xmpp.doors.scheduling.questions.read_query", fail)
    query = next(path for path in kept("requests") if path.name == "query.xml")
    with pytest.raises(AssertionError) as fault:
        stanzas.requests(query.read_bytes())
    assert isinstance(fault.value.__cause__, ZeroDivisionError)


def test_a_change_without_right_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The target sees rows that the sender had no right to add."""
    monkeypatch.setattr("bot.service.rules.rights.may_announce", lambda *_: True)
    request = next(path for path in kept("requests") if path.name == "user.xml")
    with pytest.raises(AssertionError, match="schedule"):
        stanzas.requests(request.read_bytes())
