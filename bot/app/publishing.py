"""The feeds, as they are configured."""

from datetime import timedelta

from bot.domain.phrase import Phrase
from bot.engine.loop import Loop
from bot.feeds.folder import Folder
from bot.feeds.making import Making, Shape
from bot.feeds.publisher import Publisher
from bot.service.use_cases import UseCases
from bot.settings import Settings
from bot.texts import ENGLISH, said
from bot.web.feeds import Shelf


class Publishing:
    """What the running service has of them: nothing, where there are to be none."""

    def __init__(self, settings: Settings, use_cases: UseCases) -> None:
        self.loops: tuple[Loop, ...] = ()
        #: for the web pages
        self.shelf: Shelf | None = None
        #: what service discovery tells (XEP-0455)
        self.status_addresses: tuple[str, ...] = ()
        if not settings.feeds.enabled:
            return
        shape, directory = shape_of(settings), settings.feeds.directory
        publisher = Publisher(
            use_cases.database,
            use_cases.publicity,
            Making(shape),
            Folder(directory) if directory is not None else None,
            use_cases.clock,
        )
        self.loops = (Loop("feeds", publisher.step),)
        self.shelf = publisher.documents
        self.status_addresses = shape.status_addresses


def shape_of(settings: Settings) -> Shape:
    default = settings.default_list
    language = settings.lists[default].language if default is not None else ENGLISH
    domain = settings.xmpp.addresses.domain
    usual = Phrase("Announcements of {domain}", domain=domain)
    return Shape(
        service=settings.xmpp.addresses.own,
        title=settings.feeds.title or said(usual, language),
        language=language,
        urls=tuple(settings.feeds.urls),
        entries=settings.feeds.entries,
        ahead=timedelta(days=settings.feeds.ahead_days),
    )
