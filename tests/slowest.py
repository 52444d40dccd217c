"""`make slowest`: which tests the last `make test` spent its time in, as a table.

Read from the report that pytest wrote in the form of JUnit; the table stands in
CONTRIBUTING.md between `<!-- slowest tests -->` and `<!-- end -->`.
"""

import re
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
REPORT = ROOT / ".cache" / "tests.xml"
PAGE = ROOT / "CONTRIBUTING.md"
ROWS = 20
_SPAN = re.compile(r"(<!-- slowest tests -->\n).*?(<!-- end -->)", re.DOTALL)


def table(report: ET.Element) -> str:
    """All runs of a test together: what they set up, did and took down."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for case in report.iter("testcase"):
        name = case.attrib["name"].partition("[")[0]
        where = case.attrib["classname"].replace(".", "/")
        seconds[f"{where}.py::{name}"].append(float(case.attrib["time"]))
    slowest = sorted(seconds.items(), key=lambda item: -sum(item[1]))[:ROWS]
    lines = ["| test | runs | seconds |", "|---|---|---|"]
    lines += [f"| `{name}` | {len(each)} | {sum(each):.0f} |" for name, each in slowest]
    return "\n".join(lines)


def rewritten(page: str, report: ET.Element) -> str:
    return _SPAN.sub(
        lambda found: f"{found[1]}\n{table(report)}\n\n{found[2]}", page, count=1
    )


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(), ET.parse(REPORT).getroot()))
