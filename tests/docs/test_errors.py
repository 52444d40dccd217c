"""docs/reference/errors.md leaves nothing out and says nothing that is not so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import bot
from bot.domain import errors, meanings, verdict
from bot.domain.phrase import Phrase
from bot.domain.verdict import judge
from bot.service.requests.bounds import _TOO_MUCH
from bot.settings import LimitSettings
from bot.xmpp.stanzas.errors import CONDITIONS, stanza_error
from tests.docs.pages import DOCS

PAGE = (DOCS / "reference" / "errors.md").read_text()
SOURCES = Path(bot.__file__).parent


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_error_has_its_line() -> None:
    """Each error with its code, condition and type, as the one table has them."""
    said = {
        (*coded(code), *coded(condition), etype)
        for code, condition, etype, *_ in rows("Of requests")
    }
    there = {(kind.code, *pair) for kind, pair in CONDITIONS.items()}
    wait = errors.PolicyViolation(Phrase("x"), limit="x", maximum=1, wait=True)
    assert set(CONDITIONS) == set(errors.CarillonError.__subclasses__())
    there.add((wait.code, "policy-violation", stanza_error(wait).type))
    unforeseen = stanza_error(RuntimeError())
    there.add(("error", unforeseen.condition, unforeseen.type))
    assert said == there


def test_every_limit_has_its_line() -> None:
    """Each name that `<limit/>` can have, with the type of its error and its key."""
    said = {
        coded(name)[0]: (etype, coded(key)) for name, _, etype, key in rows("Limits")
    }
    assert {name: etype for name, (etype, _) in said.items()} == dict(_limits())
    configured = {key for _, keys in said.values() for key in keys}
    assert configured == set(LimitSettings.model_fields)


def _limits() -> Iterator[tuple[str, str]]:
    """(name, type) of every PolicyViolation in the sources."""
    computed = 0
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "exceeded":
                name = node.args[0]
                assert isinstance(name, ast.Constant), path
                yield str(name.value), "wait"
            elif node.func.id == "PolicyViolation":
                [name] = [one.value for one in node.keywords if one.arg == "limit"]
                if isinstance(name, ast.Constant):
                    yield str(name.value), "modify"
                else:
                    computed += 1
    # two name what they check (bounds, and subject or body of a template), and
    # `exceeded` passes on what it is given
    assert computed == 3
    yield from ((name, "modify") for name in (*_TOO_MUCH, "body", "subject"))


def test_every_reason_has_its_line() -> None:
    """Each reason for which an announcement was not sent."""
    said = [
        name
        for cells in rows("Why an announcement was not sent")
        for name in coded(cells[0])
    ]
    assert sorted(said) == sorted(meanings.UNSENT)


def test_what_becomes_of_bounces() -> None:
    """The table of bounces is that of the domain, and its numbers are."""
    heading = "What becomes of messages that come back"
    words = {
        "repeats": "retry",
        "gives up": "give up",
        "counts": "score",
        "suspends": "suspend",
    }
    named = set()
    for conditions, does in rows(heading):
        [wanted] = [word for start, word in words.items() if does.startswith(start)]
        own = "own server" in conditions
        for condition in (one for one in coded(conditions) if one != "wait"):
            assert judge(condition, "cancel", own_server=own) == wanted
            named.add(condition)
    assert judge("anything-else", "wait", own_server=False) == "retry"
    assert judge("anything-else", "cancel", own_server=True) == "give up"
    assert named == (
        verdict._GONE | verdict._UNREACHABLE | verdict._REFUSED | verdict._ABSENT
    )
    hours = verdict.RETRY_FOR.total_seconds() / 3600
    assert f"{verdict.MAX_ATTEMPTS} times within {hours:.0f} hours" in PAGE
    assert (
        f"{verdict.SUSPEND_SCORE} counted within {verdict.SCORE_LIFETIME.days} days"
        in PAGE
    )
