"""A template's folder as it is on disk now."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import bot
from bot.rendering import declaration, wording
from bot.rendering.faults import Fault
from bot.rendering.sandbox import Sandbox
from bot.rendering.wording import Wording
from bot.service.fields import Template

SUFFIX = ".txt.j2"
#: tells one state of a folder from another: name, time, size and inode of each file
Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The wording in one language."""

    subject: Wording
    body: Wording

    @property
    def names(self) -> Mapping[str, int]:
        return {**self.subject.names, **self.body.names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A template as read; usable where it has no `faults`."""

    folder: Path
    signature: Signature
    #: the text of template.toml
    toml: str
    template: Template | None
    pairs: Mapping[str, Pair]
    faults: tuple[Fault, ...]


def shipped() -> Path:
    """The folder of the templates that come along, in a checkout or a wheel."""
    package = Path(bot.__file__).parent
    wheel = package / "_templates"
    root = wheel if wheel.is_dir() else package.parent / "templates"
    return root / "announcements"


def folders(root: Path) -> Iterator[Path]:
    """The templates in `root`; none where it cannot be listed."""
    with suppress(OSError):
        yield from (folder for folder in root.iterdir() if signature(folder))


def signature(folder: Path) -> Signature:
    """The state of the files in `folder`; empty where there is no template.

    Wording without a template.toml counts as a (broken) template: an override
    that is half there must not be passed over in silence.
    """
    found: list[tuple[str, int, int, int]] = []
    with suppress(OSError):
        for entry in folder.iterdir():
            with suppress(OSError):  # a dangling link, as editors use for locks
                stat = entry.stat()
                found.append((entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    if any(name == declaration.FILE or name.endswith(SUFFIX) for name, *_ in found):
        return tuple(sorted(found))
    return ()


def load(folder: Path, state: Signature, sandbox: Sandbox) -> Source:
    """Read all of `folder`; what is wrong with it is in the result's `faults`."""
    template, toml, faults = declaration.read(folder)
    pairs: dict[str, Pair] = {}
    if template is not None:
        known = declaration.CONTEXT | {field.name for field in template.fields}
        for language in template.languages:
            pair = Pair(
                subject=wording.read(folder / f"subject.{language}{SUFFIX}", sandbox),
                body=wording.read(folder / f"body.{language}{SUFFIX}", sandbox),
            )
            pairs[language] = pair
            for text in (pair.subject, pair.body):
                faults += text.faults
                faults += [
                    Fault(text.path, line, f"{name!r} is not a declared field")
                    for name, line in text.names.items()
                    if name not in known
                ]
    return Source(
        folder=folder,
        signature=state,
        toml=toml,
        template=template,
        pairs=pairs,
        faults=tuple(faults),
    )
