"""The targets by name, and the kept inputs of each."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fuzz.commands import commands
from tests.fuzz.messages import messages
from tests.fuzz.reads import reads
from tests.fuzz.stanzas import inbox, requests, steering
from tests.fuzz.templates import templates
from tests.fuzz.texts import recurrences, times

Target = Callable[[bytes], None]

TARGETS: Mapping[str, Target] = {
    "requests": requests,
    "steering": steering,
    "inbox": inbox,
    "commands": commands,
    "messages": messages,
    "reads": reads,
    "recurrences": recurrences,
    "times": times,
    "templates": templates,
}
CORPUS = Path(__file__).parent / "corpus"
#: seconds of CPU that no input may take
LONGEST = 0.05


def kept(name: str) -> list[Path]:
    """The corpus of a target."""
    return sorted((CORPUS / name).iterdir())


def cost(target: Target, data: bytes) -> float:
    """Seconds of CPU that it takes, the least of several times once it is over."""
    spent = _once(target, data)
    if spent > LONGEST:
        spent = min(spent, *(_once(target, data) for _ in range(3)))
    return spent


def _once(target: Target, data: bytes) -> float:
    start = time.process_time()
    target(data)
    return time.process_time() - start
