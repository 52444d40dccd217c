"""`carillon check`: what can be verified, and what to change where."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output, session
from bot.cli.parts import everything, pydantic, settings, values
from bot.cli.reader import words
from bot.domain.errors import Invalid, about
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.domain.findings import Finding

_ORDER = ("fault", "warning")
_RESULTS = {
    "ok": Phrase("ok"),
    "warning": Phrase("warning"),
    "fault": Phrase("fault"),
    "skipped": Phrase("skipped"),
}


def check(
    context: typer.Context,
    as_jid: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="JID",
            help="An account that looks at the service as any client does;"
            " it is online for some seconds.",
        ),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file", metavar="FILE", readable=False, help="Its password."
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server", metavar="HOST[:PORT]", help="Its server; otherwise by DNS."
        ),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            "--ca-file",
            metavar="FILE",
            readable=False,
            help="The certificates to trust instead of the system's (PEM).",
        ),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Verify all that can be verified: files, database, server, login, limits.

    Works beside a running service and does not disturb it. Exit code 1 where
    something has to be changed; it says what and where.
    """
    config = session.locate(context.find_root().obj)
    found = everything.examine(config, _other(as_jid, password_file, server, ca_file))
    if json:
        output.document({"checks": [_as_data(one) for one in found]})
    else:
        _show(found)
    faults = dict.fromkeys(one.name for one in found if one.result == "fault")
    if faults:
        output.fail(Phrase("to put right: {checks}", checks=", ".join(faults)))


def _other(
    jid: str | None,
    password_file: Path | None,
    server: str | None,
    ca_file: Path | None,
) -> "settings.XMPPSettings | None":
    if jid is None:
        if password_file or server or ca_file:
            output.fail(
                Phrase("--password-file, --server and --ca-file go with --as JID"), 2
            )
        return None
    if password_file is None:
        output.fail(Phrase("--as JID wants --password-file FILE"), 2)
    host, _, port = (server or "").partition(":")
    with about("--password-file"):
        password = values.kept(password_file)  # once: it may be a pipe
        if not password:
            raise Invalid(Phrase("{where}: it is empty", where=password_file))
    try:
        return settings.XMPPSettings.model_validate(
            {
                "mode": "account",
                "jid": jid,
                "password": password,
                "host": host or None,
                "port": port or None,
                "ca_file": ca_file,
            }
        )
    except pydantic.ValidationError as error:
        output.fail(output.about(f"--as {jid}", settings.reasons(error)))


def _show(found: list["Finding"]) -> None:
    output.table(
        (Phrase("check"), Phrase("result"), Phrase("what")),
        [(one.name, _RESULTS[one.result], one.text) for one in found],
    )
    changes = sorted(
        (one for one in found if one.change), key=lambda one: _ORDER.index(one.result)
    )
    for one in changes:
        output.plain()
        output.say(
            Phrase(
                "{check} ({result}), change:",
                check=one.name,
                result=_RESULTS[one.result],
            )
        )
        output.plain(words(one.change or ""), indent=2)
    counts = Counter(one.result for one in found)
    output.plain()
    output.plain(
        ", ".join(f"{count} {words(_RESULTS[one])}" for one, count in counts.items())
    )


def _as_data(one: "Finding") -> dict[str, object]:
    return {
        "check": one.name,
        "result": one.result,
        "what": one.text,
        "change": one.change,
    }
