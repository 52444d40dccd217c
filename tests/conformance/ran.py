"""A plugin of pytest: what docs/conformance.md names has run and passed.

`watch` switches it on for a run of everything, in the process that sees all reports
(under pytest-xdist the controller). A run of a part says nothing of the others.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.conformance.table import PAGE, read

#: options that leave tests out
NARROWING = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob"),
    *("lf", "stepwise", "collectonly"),
)


def watch(config: pytest.Config, *, strict: bool, page: Path = PAGE) -> None:
    """`strict`: a test that was skipped did not run."""
    if is_whole(config) and not hasattr(config, "workerinput"):
        shown = str(page.relative_to(config.rootpath))
        config.pluginmanager.register(Ran(page, shown, strict=strict), "conformance")


def is_whole(config: pytest.Config) -> bool:
    """No argument and no option leaves anything out."""
    folders = {config.rootpath / name for name in config.getini("testpaths")}
    asked = {Path(argument).resolve() for argument in config.args}
    return asked == folders and not any(
        config.getoption(name, None) for name in NARROWING
    )


class Ran:
    def __init__(self, page: Path, shown: str, *, strict: bool) -> None:
        #: test -> the first line that names it
        self._named: dict[str, int] = {}
        for row in read(page):
            for test in row.tests:
                self._named.setdefault(test, row.line)
        self._page, self._strict = shown, strict
        self._outcomes: dict[str, set[str]] = defaultdict(set)
        self._faults: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self._outcomes[report.nodeid.partition("[")[0]].add(report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        ended = session.exitstatus in {
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
        }
        if not ended or session.shouldfail or session.shouldstop:
            return  # the run was broken off
        for test, line in self._named.items():
            fault = self._fault(self._outcomes[test])
            if fault is not None:
                self._faults.append(f"{self._page}:{line}: {test} {fault}")
        if self._faults:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _fault(self, outcomes: set[str]) -> str | None:
        """Of all its parameters' outcomes."""
        if "failed" in outcomes:
            return "failed"
        if "passed" in outcomes:
            return None
        if "skipped" in outcomes:
            return "was skipped" if self._strict else None
        return "did not run"

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        for fault in self._faults:
            terminalreporter.write_line(fault, red=True)
