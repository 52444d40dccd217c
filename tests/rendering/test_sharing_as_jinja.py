"""Files put together come to what Jinja itself makes of them."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import jinja2
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import render

TOML = 'languages = ["en"]\ntitle = { en = "T" }\n'
#: `main` is the body
FILES = ("main", "f1", "f2", "f3")

Files = st.SearchStrategy[dict[str, str]]


def plain(names: Sequence[str]) -> st.SearchStrategy[str]:
    """Lines of text, and of inclusion of the files called so."""
    lines = st.sampled_from(
        [
            *("a\n", "\n", "b {# c #}\n", "{{ 'd' }}\n", "e"),
            "{% if true %}\nf\n{% endif %}\n",
        ]
    )
    if names:
        lines |= st.sampled_from(names).map('{{% include "{}" %}}\n'.format)
    return st.lists(lines, max_size=4).map("".join)


def block(names: Sequence[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, text: f"{{% block {name} %}}\n{text}{{% endblock %}}\n",
        st.sampled_from(["one", "two", "three"]),
        plain(names),
    )


def content(names: Sequence[str]) -> st.SearchStrategy[str]:
    """A file of its own, or one that fills another's blocks."""
    own = st.lists(plain(names) | block(names), max_size=4).map("".join)
    if not names:
        return own
    filling = st.builds(
        lambda file, blocks: f'{{% extends "{file}" %}}\n{"".join(blocks)}',
        st.sampled_from(names),
        st.lists(block(names), max_size=3),
    )
    return own | filling


#: a file names only those after it
ORDERED: Files = st.fixed_dictionaries(
    {name: content(FILES[number:]) for number, name in enumerate(FILES, start=1)}
)
#: any file names any
TANGLED: Files = st.fixed_dictionaries({name: content(FILES[1:]) for name in FILES})


@contextmanager
def templates_of(files: dict[str, str]) -> Iterator[JinjaTemplates]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for folder in ("t", "_shared"):
            (root / folder).mkdir()
        (root / "t/template.toml").write_text(TOML)
        (root / "t/subject.en.txt.j2").write_text("s")
        (root / "t/body.en.txt.j2").write_text(files["main"])
        for stem in FILES[1:]:
            (root / f"_shared/{stem}.txt.j2").write_text(files[stem])
        yield JinjaTemplates(root)


def by_jinja(files: dict[str, str]) -> str:
    """What Jinja makes of it, each included file being whole lines."""
    lines = {
        name: text if text.endswith("\n") or name == "main" else text + "\n"
        for name, text in files.items()
    }
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(lines),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("main").render().strip()


@settings(max_examples=150, deadline=None)
@given(ORDERED)
def test_as_jinja(files: dict[str, str]) -> None:
    """Whatever is without fault here comes to what Jinja says."""
    with templates_of(files) as templates:
        try:
            said = render(templates).body
        except Invalid:
            event("refused")
            assert templates.check("t")
        else:
            event("compared")
            assert said == by_jinja(files)


@settings(max_examples=150, deadline=None)
@given(TANGLED)
def test_tangled(files: dict[str, str]) -> None:
    """However files name each other, there is a text or a fault, and an end."""
    with templates_of(files) as templates:
        faults = templates.check("t")
        try:
            said = render(templates).body
        except Invalid:
            assert faults
        else:
            assert len(said) <= 16_000
