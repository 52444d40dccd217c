"""The benchmark of starts measures what it says."""

from benchmarks.start.__main__ import COMMANDS, TAB, measure


def test_each_command() -> None:
    """Each is run as often as is said, and ends as it has to."""
    found = measure(1)
    assert [one.command for one in found] == [*COMMANDS, f"(tab) {TAB}"]
    assert all(0 < one.least_cpu_seconds <= one.most_cpu_seconds for one in found)
