"""`carillon check`: configuration, database, templates and login."""

import contextlib
from collections.abc import Callable, Iterator

import typer

from bot.cli import output, session
from bot.domain.errors import CarillonError, Unavailable
from bot.rendering.templates import JinjaTemplates
from bot.service.health import health
from bot.settings import Settings, SettingsError
from bot.store import upgrade


def check(context: typer.Context, json: output.JSON = False) -> None:
    """Verify the configuration, the database, the templates and the login.

    Exit code 1 where something has to be changed; it says what and where.
    """
    path = session.locate(context.find_root().obj)
    settings = session.settings_of(context)
    parts: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("database", _database),
        ("templates", _templates),
        ("login", _login),
    )
    found = [("configuration", True, str(path))]
    found += [(name, *_tried(part, settings)) for name, part in parts]
    if json:
        output.document(
            {
                "checks": [
                    {"name": name, "ok": good, "text": text}
                    for name, good, text in found
                ]
            }
        )
    else:
        output.table(
            ("check", "result", "what"),
            [(name, "ok" if good else "FAILED", text) for name, good, text in found],
        )
    failed = [name for name, good, _ in found if not good]
    if failed:
        output.fail(f"to put right: {', '.join(failed)}")


def _tried(part: Callable[[Settings], str], settings: Settings) -> tuple[bool, str]:
    try:
        return True, part(settings)
    except CarillonError as error:
        return False, error.text
    except (OSError, SettingsError) as error:
        return False, str(error)


def _database(settings: Settings) -> str:
    if upgrade.is_new(settings.database.url):
        return "new: `carillon run` makes the tables"
    faults = upgrade.check(settings.database.url)
    if faults:
        raise CarillonError(f"{faults[0]} Run `carillon db upgrade`.")
    return f"at {upgrade.head()}"


def _templates(settings: Settings) -> str:
    from bot.app.service import templates_of  # noqa: PLC0415 - slow to start

    templates = templates_of(settings)
    for fault in template_faults(settings, templates):
        raise CarillonError(fault)
    return ", ".join(templates.names())


def template_faults(settings: Settings, templates: JinjaTemplates) -> Iterator[str]:
    """What will be missed when an announcement or a greeting is due."""
    folder = settings.templates.folder
    if folder is not None and not folder.is_dir():
        yield f"[templates] folder: {folder} is no folder"
    for name, entry in settings.lists.items():
        if entry.welcome and entry.welcome not in templates.names():
            yield f"[lists.{name}] welcome: no template is called {entry.welcome!r}"
    for fault in templates.check_all():
        yield str(fault)


def _login(settings: Settings) -> str:
    from bot.app.probe import probe  # noqa: PLC0415 - slow to start
    from bot.app.service import open_service  # noqa: PLC0415

    # A second login as the same component would disturb the first.
    with contextlib.suppress(Unavailable), open_service(settings) as service:
        if service.database.look(health, service.clock, 1).connected:
            return "the running service is connected"
    return probe(settings)
