"""python -m tests.fuzz [run] [TARGET …]      all targets under atheris, one by one
python -m tests.fuzz replay TARGET FILE     one input, as it is
python -m tests.fuzz keep TARGET FOLDER     take what is new into the corpus
python -m tests.fuzz measure TARGET         seconds of CPU of what is on stdin

`make fuzz` installs atheris and runs them all. Of what is found, new inputs go to
`tests/fuzz/corpus` (to be committed), faults to `.fuzz/TARGET/faults`.
"""

import argparse
import logging
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz import keeping, tokens
from tests.fuzz.large import large
from tests.fuzz.targets import CORPUS, LONGEST, TARGETS, cost

FOUND = Path(".fuzz")
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
#: bytes; the servers' limits are larger, and tested in tests/e2e
_MOST = {"requests": 8_192, "inbox": 8_192, "reads": 8_192, "templates": 4_096}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.fuzz", usage=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--runs", type=int, default=-1, help="of each target at most")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    match given.words:
        case ["replay", name, file]:
            spent = cost(TARGETS[name], Path(file).read_bytes())
            print(f"{spent * 1000:.1f} ms, {LONGEST * 1000:.0f} at most")
            return spent > LONGEST
        case ["keep", name, folder]:
            new = keeping.keep(name, TARGETS[name], Path(folder).iterdir())
            print(f"{name}: {len(new)} inputs new in {CORPUS / name}")
            return 0
        case ["measure", name]:
            data = sys.stdin.buffer.read()
            TARGETS[name](b"")  # what is built once is not the input's
            print(cost(TARGETS[name], data))
            return 0
        case ["run", *names] | [*names]:
            faults = [
                file
                for name in names or TARGETS
                for file in _run(name, given.seconds, given.runs)
            ]
    for file in faults:
        name = file.parent.parent.name
        print(f"a fault: {sys.executable} -m tests.fuzz replay {name} {file}")
    return bool(faults)


def _run(name: str, seconds: int, runs: int) -> list[Path]:
    """Fuzz one target; the files of its faults."""
    TARGETS[name](b"")  # what is built once is not the first input's
    for what, data in large(name).items():
        if (spent := cost(TARGETS[name], data)) > LONGEST:
            raise SystemExit(f"{name}: {what}: {spent * 1000:.0f} ms")
    folder, seeds = FOUND / name / "corpus", CORPUS / name
    faults = FOUND / name / "faults"
    for path in (folder, seeds, faults):
        path.mkdir(parents=True, exist_ok=True)
    for old in faults.iterdir():
        old.unlink()
    words = FOUND / name / "words"
    words.write_text("".join(map(_quoted, (*tokens.TEXTS, *tokens.WORDS))))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.guided", name, faults, folder, seeds),
            *(f"-max_total_time={seconds}", f"-runs={runs}", f"-dict={words}"),
            *(f"-artifact_prefix={faults}/", "-timeout=20", "-rss_limit_mb=2048"),
            *(f"-max_len={_MOST.get(name, 256)}", "-print_final_stats=1"),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    told = done.stderr + done.stdout
    if counted := _DONE.search(told):
        count, spent = map(int, counted.groups())
        print(f"{name}: {count:,} runs, {count // max(1, spent):,} a second")
    # what libFuzzer itself calls a crash is there as a fault
    found = sorted(set(faults.iterdir()) - set(faults.glob("crash-*")))
    if done.returncode:
        print(told[-4_000:])
    if done.returncode and not found:
        raise SystemExit(f"{name}: the fuzzer ended with {done.returncode}")
    subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "keep", name, folder], check=True
    )
    return found


def _quoted(word: str) -> str:
    """A line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{one:02x}" for one in word.encode()[:64]) + '"\n'


if __name__ == "__main__":
    raise SystemExit(main())
