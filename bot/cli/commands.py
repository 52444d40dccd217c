"""The commands of `carillon`: by name, what each does in a sentence, and itself.

The list of all commands is shown without any of them; each is loaded where it is
called, and then only it. The sentence is the first of the command's own help, which
`tests/cli/test_start.py` compares.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_group

from bot.cli import helps
from bot.cli.reader import words
from bot.domain.phrase import Phrase

#: `bot.cli.NAME` declares it, in a function NAME or a Typer `app`
SENTENCES = {
    "run": Phrase(
        "Run the service until SIGTERM or Ctrl-C; SIGHUP has it read its configuration."
    ),
    "reload": Phrase(
        "Have the running service read its configuration and templates anew."
    ),
    "status": Phrase("Is it up and connected, and what goes out next."),
    "init": Phrase(
        "Write a configuration by asking, and send a first announcement to the admin."
    ),
    "check": Phrase(
        "Verify all that can be verified: files, database, server, login, limits."
    ),
    "announce": Phrase("Announce something to a list, now or scheduled."),
    "audit": Phrase("Show who asked what, with which result; the latest first."),
    "lists": Phrase("The lists: who may join, who waits, and changing them."),
    "completion": Phrase("Print what makes a shell complete commands and options."),
    "schedules": Phrase("What is pending, and changing it."),
    "maintenance": Phrase("Work that people notice: announced, moved, finished."),
    "incidents": Phrase("What is broken, and what is said of it."),
    "broadcasts": Phrase("What is or was sent."),
    "stop-all": Phrase("Stop everything: nothing more goes out until `resume-all`."),
    "resume-all": Phrase("Let all go on that `stop-all` stopped before it began."),
    "subscribers": Phrase("Who stands on a list."),
    "people": Phrase(
        "What people are told and have chosen, and what is stored of them."
    ),
    "roles": Phrase("Admins, publishers and auditors."),
    "templates": Phrase("What announcements can be made of."),
    "module": Phrase(
        "Write the module with which an XMPP server lets people schedule messages."
    ),
    "db": Phrase("The database's schema."),
}


class Named(TyperCommand):
    """A command of which only the name is known; it becomes itself when called."""

    def __init__(self, name: str, sentence: Phrase) -> None:
        super().__init__(name, short_help=words(sentence), rich_markup_mode=None)
        self._called = name

    def make_context(self, *args: Any, **more: Any) -> Any:
        """That of the command itself, which then parses, completes and runs."""
        command = loaded(self._called)
        helps.translate(command)
        helps.spell_out(command)
        return command.make_context(*args, **more)


def named() -> dict[str, TyperCommand]:
    return {name: Named(name, sentence) for name, sentence in SENTENCES.items()}


def loaded(name: str) -> Any:
    """The command itself, with all below it."""
    called = name.replace("-", "_")
    module = import_module(f"bot.cli.{called}")
    above = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    if hasattr(module, "app"):
        above.add_typer(module.app, name=name)
    else:
        above.command(name)(getattr(module, called))
    return get_group(above).commands[name]
