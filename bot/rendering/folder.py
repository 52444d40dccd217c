"""A template's folder as it is on disk now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import bot
from bot.domain.fields import Template
from bot.domain.phrase import Phrase
from bot.rendering import declaration, wording
from bot.rendering.faults import Fault
from bot.rendering.sandbox import Sandbox
from bot.rendering.shared import FOLDER as SHARED
from bot.rendering.shared import SUFFIX, Shared
from bot.rendering.wording import Wording

#: tells one state of a folder from another: name, time, size and inode of each file
Signature = tuple[tuple[str, int, int, int], ...]
#: of a template's own folder, then of each folder of shared files
State = tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The wording in one language."""

    subject: Wording
    body: Wording

    @property
    def names(self) -> Mapping[str, tuple[Path, int]]:
        return {**self.subject.uses.names, **self.body.uses.names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A template as read; usable where it has no `faults`."""

    folder: Path
    state: State
    #: the text of template.toml
    toml: str
    template: Template | None
    pairs: Mapping[str, Pair]
    faults: tuple[Fault, ...]

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """Of all languages, subjects and bodies."""
        pairs = self.pairs.values()
        return tuple(each for pair in pairs for each in (pair.subject, pair.body))

    @property
    def files(self) -> frozenset[Path]:
        """All that its wording is put together from."""
        return frozenset().union(*(each.origins.files for each in self.wordings))


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


def state_of(folder: Path, roots: Sequence[Path]) -> State:
    """The state of all that a template may be made of; empty where there is none."""
    own = signature(folder)
    return (own, *(signature(root / SHARED) for root in roots)) if own else ()


def load(folder: Path, state: State, sandbox: Sandbox, roots: Sequence[Path]) -> Source:
    """Read all of `folder`; what is wrong with it is in the result's `faults`.

    `roots` are where `_shared` folders lie, the operator's first.
    """
    template, toml, faults = declaration.read(folder)
    pairs: dict[str, Pair] = {}
    if template is not None:
        known = declaration.CONTEXT | {field.name for field in template.fields}
        for language in template.languages:
            shared = Shared(roots, language)
            subject, body = (
                wording.read(folder / f"{part}.{language}{SUFFIX}", sandbox, shared)
                for part in ("subject", "body")
            )
            pairs[language] = Pair(subject=subject, body=body)
            for text in (subject, body):
                faults += text.faults
                faults += [
                    Fault(
                        *place,
                        Phrase(
                            "{name!r} is not a declared field of {template!r}",
                            name=name,
                            template=folder.name,
                        ),
                    )
                    for name, place in text.uses.names.items()
                    if name not in known
                ]
    return Source(
        folder=folder,
        state=state,
        toml=toml,
        template=template,
        pairs=pairs,
        faults=tuple(dict.fromkeys(faults)),
    )
