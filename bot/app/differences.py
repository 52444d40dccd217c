"""Where a command reads its configuration otherwise than the running service did."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.domain.phrase import Phrase
from bot.rendering.digest import FolderDigest
from bot.service.ports.pulses import Pulse
from bot.settings import Settings
from bot.settings.comparing import TEMPLATES, differing, digests

#: a sign of life that is not younger than a change of a template says nothing of it
_SOON = timedelta(seconds=1)


class Differences:
    """Between `settings`, of whoever asks, and those of services that run."""

    def __init__(self, settings: Settings) -> None:
        digest, folder = FolderDigest(), settings.templates.folder
        self._own = digests(settings, digest.of(folder))
        self._folder = str(folder.absolute()) if folder else None
        self._changed_at = digest.changed_at

    def of(self, pulse: Pulse) -> Sequence[str]:
        """The keys; none where the service does not say what it has read."""
        if pulse.reading is None:
            return ()
        found = differing(self._own, pulse.reading.digests)
        seen = (pulse.seen_at - _SOON).timestamp()
        if self._folder == pulse.reading.templates and self._changed_at > seen:
            return [key for key in found if key != TEMPLATES]
        return found

    def told(self, pulse: Pulse) -> Iterator[Phrase]:
        """In words, with what to do."""
        reading = pulse.reading
        if reading is None:
            return
        for fault in reading.faults:
            yield Phrase(
                "the service could not read its configuration anew, and goes on with"
                " that of before: {fault}",
                fault=fault,
            )
        if keys := [key for key in self.of(pulse) if key not in reading.waiting]:
            yield Phrase(
                "the running service has read another configuration ({file}) than this"
                " command; they differ in {keys}. What counts is the service's:"
                " `carillon reload` has it read its file anew",
                file=reading.file,
                keys=", ".join(keys),
            )
        if reading.waiting:
            yield Phrase(
                "changes of {keys} wait until the service is started again",
                keys=", ".join(reading.waiting),
            )
