"""Lines of keys in a TOML text."""

import pytest

from bot.domain.positions import line_of, lines_of

TEXT = '''\
# a comment with [brackets]

title = "x"
[xmpp]
  jid = "a"  # [not.a.table]
text = """
[lists.hidden]
key = 1
"""
people = [
  "one", # first

  "two",
]
[lists]
news.title = "News"
[lists."a.b"]
kind = "open"
[[rows]]
a = 1
[[rows]]
a = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 3),
        (("xmpp",), 4),
        (("xmpp", "jid"), 5),
        (("xmpp", "text"), 6),
        (("xmpp", "people", 1), 10),
        (("lists",), 15),
        (("lists", "news", "title"), 16),
        (("lists", "a.b", "kind"), 18),
        (("rows", 0, "a"), 20),
        (("rows", 1, "a"), 22),
        (("xmpp", "missing"), 4),
        (("lists", "news", "title", "deeper"), 16),
        (("lists", "hidden"), 15),
        (("nowhere",), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines(path: tuple[str | int, ...], line: int | None, end: str) -> None:
    """A key stands where its statement begins, whatever strings and comments say."""
    assert line_of(lines_of(TEXT.replace("\n", end)), path) == line
