"""Writes the man pages, contrib/man/*.1, from the commands and their help.

    python -m contrib.manual

One page for the program and one for each command; the commands of a command are
sections of its page. man(7) says what the macros mean.
"""

import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.cli.program import whole

FOLDER = Path(__file__).with_name("man")

#: what is the same for all
AFTER = r"""
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Refused or failed, with one line on standard error;
a bad configuration has a line for each fault.
.TP
.B 2
Usage.
.SH ENVIRONMENT
.TP
.B CARILLON_CONFIG
The configuration, where no
.B \-c
names it.
.TP
.BI CARILLON_ SECTION __ KEY
A key of the configuration, which wins over the file.
.TP
.BR LANGUAGE ", " LC_ALL ", " LC_MESSAGES ", " LANG
The first that is set names the language:
English, German, French, Spanish or Polish.
The locale C is English, whatever LANGUAGE says.
.SH FILES
.TP
.I /etc/carillon/carillon.toml
The configuration, where neither says otherwise and the current folder has no
.IR carillon.toml .
"""


def pages() -> dict[str, str]:
    """{file name: text} of all pages."""
    program = whole()
    settings = program.context_settings
    context: Any = program.context_class(program, info_name="carillon", **settings)
    found = {"carillon.1": _program(program, context)}
    for name, command in _commands(program):
        found[f"carillon-{name}.1"] = _page(name, command, context)
    return found


def _program(program: Any, context: Any) -> str:
    names = [name for name, _ in _commands(program)]
    return "\n".join(
        [
            _title("carillon"),
            _name("carillon", program),
            *_synopsis(context),
            ".SH DESCRIPTION",
            *_prose(program.help),
            *_options(program, context),
            ".SH COMMANDS",
            *(
                line
                for name, command in _commands(program)
                for line in (
                    ".TP",
                    f".BR carillon\\-{name} (1)",
                    _text(_brief(command)),
                )
            ),
            AFTER.strip(),
            *_see_also(names),
        ]
    )


def _page(name: str, command: Any, above: Any) -> str:
    context = command.context_class(command, info_name=name, parent=above)
    inner = list(_commands(command))
    lines = [_title(f"carillon-{name}"), _name(f"carillon-{name}", command)]
    lines += _synopsis(
        *(
            child.context_class(child, info_name=called, parent=context)
            for called, child in inner
        )
        if inner
        else (context,)
    )
    lines += [".SH DESCRIPTION", *_prose(command.help)]
    if not inner:
        lines += _options(command, context)
    for called, child in inner:
        own = child.context_class(child, info_name=called, parent=context)
        lines += [f".SH {name.upper()} {called.upper()}".replace("-", "\\-")]
        lines += [*_prose(child.help), *_records(child, own)]
    return "\n".join([*lines, AFTER.strip(), *_see_also([])])


def _commands(command: Any) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield name, child


def _title(name: str) -> str:
    return f'.TH {name.upper()} 1 "" "Carillon {version("carillon")}" Carillon'.replace(
        "-", "\\-"
    )


def _name(name: str, command: Any) -> str:
    brief = _text(f"{name} - {_brief(command).rstrip('.')}")
    return f".SH NAME\n{brief}"


def _brief(command: Any) -> str:
    """The first paragraph in one line."""
    return " ".join(command.help.partition("\n\n")[0].split())


def _synopsis(*contexts: Any) -> Iterator[str]:
    yield ".SH SYNOPSIS"
    for number, context in enumerate(contexts):
        if number:
            yield ".br"
        yield f".B {_text(context.command_path)}"
        yield _text(" ".join(context.command.collect_usage_pieces(context)))


def _options(command: Any, context: Any) -> list[str]:
    return [".SH OPTIONS", *_records(command, context)]


def _records(command: Any, context: Any) -> Iterator[str]:
    """Each argument and option, as `--help` has them."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            what, says = record
            yield ".TP"
            yield f".B {_text(what)}"
            yield _text(says) if says else "\\&"


def _prose(help_text: str) -> Iterator[str]:
    for number, paragraph in enumerate(help_text.split("\n\n")):
        if number:
            yield ".PP"
        yield _text(paragraph)


def _see_also(names: list[str]) -> Iterator[str]:
    others = [f"carillon\\-{name}" for name in names] or ["carillon"]
    yield ".SH SEE ALSO"
    for name in others[:-1]:
        yield f".BR {name} (1),"
    yield f".BR {others[-1]} (1)"


def _text(words: str) -> str:
    """In short lines, nothing of it taken for a request or an escape."""
    lines = textwrap.wrap(words, 70, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_line(line) for line in lines)


def _line(line: str) -> str:
    line = line.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{line}" if line.startswith((".", "'")) else line


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.1"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(f"{text}\n")


if __name__ == "__main__":
    main()
