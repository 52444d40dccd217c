"""The table of the slowest tests says what the run's report says."""

from xml.etree import ElementTree as ET

from tests.slowest import PAGE, ROWS, rewritten

REPORT = """
<testsuites><testsuite>
  <testcase classname="tests.e2e.test_kills" name="test_kills[a]" time="4.2"/>
  <testcase classname="tests.e2e.test_kills" name="test_kills[b]" time="4.4"/>
  <testcase classname="tests.cli.test_init" name="test_force" time="5.1"/>
  {more}
</testsuite></testsuites>
"""


def test_runs_of_one_test_are_added() -> None:
    """All runs of a test are one row, the slowest first, twenty at most."""
    more = "".join(
        f'<testcase classname="tests.x" name="test_{number}" time="0.1"/>'
        for number in range(30)
    )
    page = rewritten(PAGE.read_text(), ET.fromstring(REPORT.format(more=more)))
    table = page.partition("<!-- slowest tests -->\n")[2].partition("<!-- end -->")[0]
    rows = table.strip().splitlines()[2:]
    assert len(rows) == ROWS
    assert rows[:2] == [
        "| `tests/e2e/test_kills.py::test_kills` | 2 | 9 |",
        "| `tests/cli/test_init.py::test_force` | 1 | 5 |",
    ]
