"""The steps of `carillon init`, each of which may have been done before."""

import asyncio
import contextlib
import secrets
import shlex
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.app.equipping import Equipment, equipment
from bot.app.setup import before, writing
from bot.app.setup.answers import Answers
from bot.app.setup.before import Before
from bot.app.setup.neighbours import Neighbour, neighbours
from bot.app.snippets import ServerKind, Snippet, snippet
from bot.cli import output, questions
from bot.cli.agreeing import agree
from bot.cli.questions import Flags
from bot.cli.reader import words
from bot.cli.session import FOLDER
from bot.domain.characters import block
from bot.domain.errors import Conflict
from bot.domain.guidance import commands_at
from bot.domain.phrase import Phrase
from bot.settings import Settings, load
from bot.store import upgrade
from bot.store.whereabouts import file_of

if TYPE_CHECKING:
    from bot.app.checks.everything import State

#: seconds between attempts to connect
_RETRY_SECONDS = 2.0


class Steps:
    """`done` is what programs are told. Nobody is asked unless `asks`."""

    def __init__(self, flags: Flags, *, asks: bool, quiet: bool, force: bool) -> None:
        self._flags, self._asks, self._quiet, self._force = flags, asks, quiet, force
        self._config = flags.folder / "carillon.toml"
        self._secret = flags.folder / "secret"
        self._goes_on = writing.is_there(self._config) and not force
        self._before = before.read(self._config) if force else Before()
        self._found = neighbours()
        self._kind: ServerKind | None = None
        #: an account whose password somebody knows need not be made
        self._known = flags.secret_file is not None
        self._settings: Settings
        self.done: dict[str, Any] = {"config": str(self._config), "wrote": []}

    @property
    def missing(self) -> list[str]:
        """Options that have to be given where nobody is asked."""
        return (
            []
            if self._goes_on
            else (questions.missing(self._flags, self._found, self._before))
        )

    # --- the files ---------------------------------------------------------------

    def write(self) -> None:
        """The secret first: a configuration that is there can be used."""
        self._kind = questions.kind_of(self._flags, self._found)
        with contextlib.suppress(OSError):
            for file in (self._config, self._secret):
                writing.sweep(file)
        if self._goes_on:
            self._settings = load(self._config)
            agree(self._flags, self._settings, self._config)
            self._say(
                Phrase("{file} is there already: going on with it.", file=self._config)
            )
        else:
            if why := self._before.unreadable:
                self._say(Phrase("{why}: begun anew, without it.", why=why))
            if self._kind is None and (self._asks or not self._before.content):
                self._kind = questions.kind(self._found)
            found = questions.answers(
                self._flags, self._before, self._near, self._secret, asks=self._asks
            )
            self._write(found, found.as_toml())
            self._settings = load(self._config)
        self.done["secret"] = str(self._settings.xmpp.password_file or self._config)

    @property
    def _near(self) -> Neighbour | None:
        """The server, where it is on this machine."""
        return next((one for one in self._found if one.kind is self._kind), None)

    def _write(self, found: Answers, text: str) -> None:
        # asked before anything is made: whoever goes away here leaves nothing behind
        known = self._known or found.password_file != self._secret
        secret = None if known else self._new_secret(found)
        made = writing.folder(self._config.parent)
        database = file_of(found.database)
        if database is not None:
            writing.folder(database.parent)
        if secret is not None:
            writing.write(self._secret, f"{secret}\n", writing.SECRET_MODE)
            self._wrote(self._secret)
        kept = writing.keep(self._config) if self._force else None
        mode = writing.CONFIG_MODE if kept is None else writing.mode_of(kept)
        writing.write(self._config, text, mode, replace=self._force)
        self._wrote(self._config)
        if kept is not None:
            self._say(Phrase("What it said before is in {file}.", file=kept))
        if database is not None:
            ours = [self._secret, *([self._config.parent] * made)]
            writing.give(ours, database.parent)
            writing.give([self._config], kept or database.parent)

    def _new_secret(self, found: Answers) -> str | None:
        """None: one is there already."""
        if self._secret.exists():
            self._say(
                Phrase("{file} is there already: it is taken.", file=self._secret)
            )
            return None
        known = questions.password(found, asks=self._asks)
        self._known = known is not None
        return known or secrets.token_urlsafe(24)

    def _wrote(self, file: Path) -> None:
        self.done["wrote"].append(str(file))
        mode = f"{file.stat().st_mode & 0o777:o}"
        self._say(Phrase("Wrote {file} (mode {mode}).", file=file, mode=mode))

    # --- the server ----------------------------------------------------------------

    def show(self) -> None:
        """What to paste where and what to run then, where the server is known."""
        if self._kind is None:
            self.done["server"] = None
            self._say(
                Phrase(
                    "To see again what to paste into the server's configuration,"
                    " add {option}.",
                    option=f"--server {'|'.join(ServerKind)}",
                )
            )
            return
        xmpp = self._settings.xmpp
        found = snippet(
            self._kind,
            xmpp.mode,
            xmpp.jid,
            xmpp.secret,
            secret_file=None if self._known else xmpp.password_file,
            host=xmpp.host,
            port=xmpp.port,
            file=self._near.file if self._near else None,
        )
        self.done["server"] = _as_data(self._kind, found)
        self._plain()
        if found.merged:
            self._say(Phrase("Merge this {place}:", place=found.place))
        else:
            self._say(Phrase("Paste this {place}:", place=found.place))
        self._verbatim(f"\n{found.text}\n")
        if found.merged:
            self._say(
                Phrase(
                    "These sections are in the file already: add to them, and make no"
                    " second one."
                )
            )
            self._plain()
        if self._goes_on and len(found.commands) > 1:
            self._say(
                Phrase(
                    "Then run, where the server is, the first only if there is no such"
                    " account yet:"
                )
            )
        else:
            self._say(Phrase("Then run, where the server is:"))
        self._commands(found.commands)
        self._plain()

    # --- the database ----------------------------------------------------------------

    def migrate(self) -> None:
        url = self._settings.database.url
        backup = upgrade.prepare(url, self._settings.xmpp.addresses.own)
        file = file_of(url)
        if file is not None:
            parts = [
                file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm")
            ]
            parts += [backup] if backup else []
            writing.give(parts, file.parent)
        self.done["database"] = upgrade.current(url)
        self._say(
            Phrase("The database is at {revision}.", revision=self.done["database"])
        )

    # --- the test --------------------------------------------------------------------

    def test(self, patience: float) -> Phrase | None:
        """Announce to the first admin; why that failed, None where it did not."""
        to = next(iter(self._settings.access.admins), None)
        self.done["test"] = {"to": to, "result": "skipped"}
        if to is None:
            self._say(Phrase("No admin is configured: nobody gets a test."))
            return None
        state = self._state()
        if state.connected:
            self._say(
                Phrase("The service is {state}: no test is needed.", state=state.text)
            )
            return None
        failed = self._until_taken(to, patience)
        self.done["test"]["result"] = "failed" if failed else "sent"
        if failed is None:
            self._say(
                Phrase("The server took a first announcement to {admin}.", admin=to)
            )
        return failed

    def _until_taken(self, to: str, patience: float) -> Phrase | None:
        from bot.app.setup.greeting import greet  # noqa: PLC0415 - slow to start

        deadline = time.monotonic() + patience
        question = (
            Phrase("Has the server read that? Connect now?")
            if self._kind
            else Phrase("Connect now?")
        )
        while True:
            if self._asks and not output.confirmed(question, default=True):
                return Phrase(
                    "not tested; run `{command}` again to go on", command=self._again
                )
            try:
                asyncio.run(greet(self._settings, to))
            except Conflict as error:
                if self._asks:
                    output.note(error.phrase)
                    question = Phrase("Try again?")
                elif time.monotonic() + _RETRY_SECONDS > deadline:
                    return Phrase(
                        "{why}; run `{command}` again to go on",
                        why=error.phrase,
                        command=self._again,
                    )
                else:
                    time.sleep(_RETRY_SECONDS)
            else:
                return None

    def _state(self) -> "State":
        from bot.app.checks.everything import state_of  # noqa: PLC0415 - likewise

        return state_of(self._settings)

    @property
    def _again(self) -> str:
        """The command that goes on."""
        evident = [one.kind for one in self._found] == [self._kind]
        known = self._kind is None or evident
        server = [] if known else ["--server", str(self._kind)]
        place = [] if self._flags.folder == FOLDER else ["--dir", self._flags.folder]
        return shlex.join(map(str, ["carillon", "init", *server, *place]))

    # --- messages between people -----------------------------------------------------

    def equip(self) -> None:
        """What else the server needs so that people can schedule messages."""
        xmpp = self._settings.xmpp
        if self._kind is None or xmpp.mode != "component":
            return
        found = equipment(
            self._kind,
            xmpp.jid,
            xmpp.addresses.server,
            self._near.file if self._near else None,
        )
        self.done["server"]["module"] = _equipment(found)
        self._plain()
        self._say(
            Phrase(
                "People can schedule messages to each other, too, once the server has"
                " Carillon's module. Run, where the server is:"
            )
        )
        self._commands(found.before)
        self._plain()
        for paste in found.pastes:
            if paste.merged:
                self._say(Phrase("Merge this {place}:", place=paste.place))
            else:
                self._say(Phrase("Paste this {place}:", place=paste.place))
            self._verbatim(f"\n{paste.text}\n")
        self._say(Phrase("Then run, where the server is:"))
        self._commands(found.after)

    def end(self) -> None:
        place = [] if self._flags.folder == FOLDER else ["-c", str(self._config)]
        self._plain()
        self._say(Phrase("Next, check it and start the service:"))
        self._commands(
            shlex.join(["carillon", *place, command]) for command in ("check", "run")
        )
        self._plain()
        self._say(commands_at(self._settings.xmpp.addresses.service))

    def _say(self, phrase: Phrase) -> None:
        self._plain(words(phrase))

    def _commands(self, commands: Iterable[str]) -> None:
        self._plain()
        for command in commands:
            self._verbatim(f"  {command}")

    def _verbatim(self, text: str) -> None:
        """Not wrapped: it is copied."""
        if not self._quiet:
            typer.echo(block(text))

    def _plain(self, text: str = "") -> None:
        if not self._quiet:
            output.plain(text)


def _equipment(found: Equipment) -> dict[str, Any]:
    return {
        "before": list(found.before),
        "pastes": [
            {"place": str(one.place), "merged": one.merged, "text": one.text}
            for one in found.pastes
        ],
        "after": list(found.after),
    }


def _as_data(kind: str, found: Snippet) -> dict[str, Any]:
    return {
        "kind": kind,
        "place": str(found.place),
        "merged": found.merged,
        "text": found.text,
        "commands": list(found.commands),
    }
