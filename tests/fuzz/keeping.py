"""The kept inputs: of those found, the small ones that reach something new."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import bot
from tests.fuzz.targets import CORPUS, Target, kept

LARGEST = 4_096  #: bytes of a kept input
MOST = 250  #: files of a target

Arc = tuple[str, int, int]
_HERE = str(Path(bot.__file__).parent)


def reached(target: Target, data: bytes) -> set[Arc]:
    """The steps from line to line that it takes in `bot`."""
    arcs: set[Arc] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if event != "call" or not file.startswith(_HERE):
            return None
        last = 0

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                arcs.add((file, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    sys.settrace(trace)
    try:
        target(data)
    finally:
        sys.settrace(None)
    return arcs


def keep(name: str, target: Target, found: Iterable[Path]) -> list[Path]:
    """Copy what reaches more than the kept do, the smallest first."""
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    before = kept(name)
    target(b"")  # what is built once is nobody's merit
    known: set[Arc] = set()
    for path in before:
        known |= reached(target, path.read_bytes())
    new: list[Path] = []
    for path in sorted(found, key=lambda path: path.stat().st_size):
        if path.stat().st_size > LARGEST or len(before) + len(new) >= MOST:
            break
        arcs = reached(target, path.read_bytes())
        if not arcs <= known:
            known |= arcs
            new.append(CORPUS / name / path.name[:16])
            shutil.copyfile(path, new[-1])
    return new
