"""The benchmark of the servers' modules measures what it says."""

import pytest

from benchmarks.modules.__main__ import measure, ratio

pytestmark = pytest.mark.e2e


def test_in_turns() -> None:
    """Without the module and with it, and all messages arrive."""
    runs = measure("prosody", 500, 1)
    assert [run.module for run in runs] == [False, True]
    assert all(run.cpu_us > 0 for run in runs)
    assert ratio(runs) == runs[1].cpu_us / runs[0].cpu_us
