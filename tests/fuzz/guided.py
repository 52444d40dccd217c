"""One target under atheris (libFuzzer), guided by what it covers of `bot`.

python -m tests.fuzz.guided TARGET FAULTS FOUND CORPUS [libFuzzer's options]

Started by `tests.fuzz`; it ends with the first fault or slow input, and puts it into
the folder FAULTS.
"""

import hashlib
import logging
import subprocess
import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["bot"]):
    from tests.fuzz.targets import LONGEST, TARGETS, cost

from tests.fuzz.mutation import changed

XML = {"requests", "inbox", "reads"}


class TooSlow(Exception):
    """An input took over `LONGEST` seconds, not once but always."""


def main() -> None:
    name, faults, *arguments = sys.argv[1:]
    target = TARGETS[name]
    logging.disable(logging.WARNING)

    def measured(data: bytes) -> None:
        spent = cost(target, data)
        # being watched costs time too: a suspect is measured again without
        if spent > LONGEST and (spent := _unwatched(name, data)) > LONGEST:
            raise TooSlow(f"{spent * 1000:.0f} ms")

    def watched(data: bytes) -> None:
        try:
            measured(data)
        except BaseException:
            digest = hashlib.sha256(data).hexdigest()
            Path(faults, f"fault-{digest[:16]}").write_bytes(data)
            raise

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        random = Random(seed)
        new = changed(data, random) if random.random() < 0.8 else None
        if new is None or len(new) > size:
            return bytes(atheris.Mutate(data, size))
        return new

    options = {"custom_mutator": mutate} if name in XML else {}
    atheris.Setup([sys.argv[0], *arguments], watched, **options)
    atheris.Fuzz()


def _unwatched(name: str, data: bytes) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "measure", name],
        input=data,
        capture_output=True,
        check=True,
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
