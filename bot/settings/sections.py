"""The sections of the configuration and what each key may be."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain import reminders, send_window, wallclock
from bot.domain.addresses import Addresses
from bot.domain.consent import Who
from bot.domain.errors import Invalid, SettingsError
from bot.domain.jid import bare
from bot.domain.lists import ListKind, list_name, list_title, public
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Freq
from bot.domain.send_window import Outside, SendWindow, WindowZone
from bot.settings import values
from bot.texts.languages import language_tag

LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: where servers listen for components, and for clients, unless they are told otherwise
COMPONENT_PORT, CLIENT_PORT = 5347, 5222
ListName = Annotated[str, AfterValidator(list_name)]


def _bare_jids(texts: list[str]) -> list[str]:
    return [bare(text) for text in texts]


def _domains(texts: list[str]) -> list[str]:
    return [values.domain(text) for text in texts]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@contextmanager
def _of(field: str) -> Iterator[None]:
    """What is Invalid inside is so because of that key."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.phrase, field=field) from None


class XMPPSettings(Section):
    mode: Literal["component", "account"]
    jid: str
    password: SecretStr | None = None
    password_file: Path | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["required", "off"] = "required"
    ca_file: Path | None = None
    resource: str = Field(default="carillon", min_length=1, max_length=255)
    contact: str | None = None

    @field_validator("contact")
    @classmethod
    def _said(cls, text: str | None) -> str | None:
        return None if text is None else values.contact(text) or None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        with _of("jid"):
            values.own_jid(self.jid, self.mode)
        if (self.password is None) == (self.password_file is None):
            raise Invalid(Phrase("give exactly one of password and password_file"))
        if self.mode == "account" and self.tls == "off" and self.host not in LOOPBACK:
            raise Invalid(Phrase('"off" is for a host on loopback only'), field="tls")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.password_file is not None:
            with _of("password_file"):
                values.kept(self.password_file)
        if self.ca_file is not None:
            with _of("ca_file"):
                values.certificates(self.ca_file)
        return self

    @property
    def addresses(self) -> Addresses:
        """Which JID stands for the service, and which for its lists."""
        address, component = bare(self.jid), self.mode == "component"
        service = address if component else f"{address}/{self.resource}"
        return Addresses(service=service, component=component)

    @property
    def secret(self) -> str:
        """The password or shared secret, from wherever it is kept.

        Raises SettingsError where it is empty.
        """
        if self.password is not None:
            return self._given(self.password.get_secret_value(), "xmpp.password")
        assert self.password_file is not None  # noqa: S101 - checked above
        secret = values.kept(self.password_file)
        return self._given(secret, f"xmpp.password_file: {self.password_file}")

    @staticmethod
    def _given(secret: str, where: str) -> str:
        if not secret:
            raise SettingsError([Phrase("{where}: it is empty", where=where)])
        return secret


class DatabaseSettings(Section):
    #: with the password, also where that is kept in a file
    url: str = "sqlite:///carillon.db"
    password_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_password(cls, given: Any) -> Any:
        match given:
            case {"password_file": str() | Path() as file, "url": str() as url}:
                start, at, rest = url.partition("@")
                if not at or ":" in start.partition("://")[2]:
                    pointless = Phrase(
                        "it is for a url with a user and no password: {example}",
                        example="postgresql+psycopg://user@host/name",
                    )
                    raise Invalid(pointless, field="password_file")
                with _of("password_file"):
                    password = quote(values.kept(Path(file)), safe="")
                return {**given, "url": f"{start}:{password}@{rest}"}
        return given

    _known = field_validator("url")(values.database_url)


class AccessSettings(Section):
    admins: list[str] = []
    auditors: list[str] = []
    #: publishers whose announcements may be urgent
    urgent: list[str] = []
    domains: list[str] = []
    #: whose modules may speak for their users; None: the domain above the component's
    servers: list[str] | None = None

    _normal = field_validator("admins", "auditors", "urgent")(_bare_jids)
    _hosts = field_validator("domains")(_domains)

    @field_validator("servers")
    @classmethod
    def _known(cls, given: list[str] | None) -> list[str] | None:
        return None if given is None else _domains(given)


class PeopleSettings(Section):
    """Messages between people."""

    enabled: bool = True
    consent: Who = Who.SERVER
    remote: Literal[Who.EVERYONE, Who.ENCRYPTED, Who.NOBODY] = Who.EVERYONE


class SendingSettings(Section):
    rate: int = Field(default=1000, ge=0, le=1_000_000)
    window: int = Field(default=2000, ge=1, le=100_000)


class ListSettings(Section):
    title: str | None = None
    default: bool = False
    kind: Literal["open", "request", "closed", "mandatory"] = "open"
    language: str = "en"
    timezone: str = "UTC"
    type: Literal["chat", "normal", "headline"] = "chat"
    publishers: list[str] = []
    welcome: str | None = "welcome"
    #: before a maintenance begins
    reminders: list[str] = ["24h", "1h"]
    #: whether everybody may read it in feeds; None: as its kind has it
    public: bool | None = None
    corrections: bool = True
    avatar: values.Avatar = None
    #: 09:00-20:00 MO TU WE TH FR; empty: at any hour
    send_window: str | None = None
    send_window_zone: WindowZone = WindowZone.LIST
    outside: Outside = Outside.WAIT

    _normal = field_validator("publishers")(_bare_jids)

    @field_validator("title")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        return list_title(text) if text else None

    _tag = field_validator("language")(language_tag)

    @field_validator("reminders")
    @classmethod
    def _reminders(cls, texts: list[str]) -> list[str]:
        reminders.read(texts)
        return texts

    @model_validator(mode="after")
    def _not_closed(self) -> Self:
        with _of("public"):
            public(self.public, ListKind(self.kind))
        return self

    @field_validator("send_window")
    @classmethod
    def _hours(cls, text: str | None) -> str | None:
        return str(send_window.read(text)) if text and text.strip() else None

    @property
    def window(self) -> SendWindow | None:
        """When it speaks; None: at any hour."""
        if self.send_window is None:
            return None
        hours = send_window.read(self.send_window)
        return SendWindow(hours, self.send_window_zone, self.outside)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            return wallclock.zone(name).key
        except Invalid as error:
            raise Invalid(error.phrase) from None  # of this key, whatever its name


class LimitSettings(Section):
    """Per owner; 0 is no limit for the first three."""

    pending: int = Field(default=100, ge=0)
    requests_per_minute: int = Field(default=30, ge=0)
    deliveries_per_day: int = Field(default=25, ge=0)
    window_days: int = Field(default=366, ge=1, le=366_000)
    body: int = Field(default=16_000, ge=1)
    subject: int = Field(default=1_024, ge=1)
    frequencies: list[Freq] = list(Freq)


class AdminLimitSettings(LimitSettings):
    pending: int = Field(default=10_000, ge=0)
    requests_per_minute: int = Field(default=300, ge=0)
    deliveries_per_day: int = Field(default=0, ge=0)


class Limits(Section):
    """By role; what `[limits.publisher]` does not say is as for users."""

    user: LimitSettings = LimitSettings()
    publisher: LimitSettings = LimitSettings()
    admin: AdminLimitSettings = AdminLimitSettings()

    @property
    def of_publishers(self) -> LimitSettings:
        said = self.publisher.model_dump(exclude_unset=True)
        return self.user.model_copy(update=said)


class AuditSettings(Section):
    #: days that an entry of the audit trail is kept; 0: for ever
    keep_days: int = Field(default=365, ge=0, le=36_600)


class StorageSettings(Section):
    #: of keys by which content is encrypted, the newest first
    key_file: Path | None = None
    #: 32 bytes each, as they were when this was read
    _keys: tuple[bytes, ...] = PrivateAttr(())

    @field_validator("key_file", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return given or None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.key_file is not None:
            with _of("key_file"):
                self._keys = values.keys(self.key_file)
        return self

    @property
    def keys(self) -> tuple[bytes, ...]:
        return self._keys


class RetentionSettings(Section):
    """In days after the end; 0: for ever."""

    announcements_days: int = Field(default=90, ge=0, le=36_600)
    personal_days: int = Field(default=7, ge=0, le=36_600)


class NotifySettings(Section):
    #: None: the admins, of what has no owner who could be told
    jids: list[str] | None = None

    @field_validator("jids")
    @classmethod
    def _normal(cls, given: list[str] | None) -> list[str] | None:
        return None if given is None else _bare_jids(given)


class TemplateSettings(Section):
    folder: Path | None = None


class HolidaySettings(Section):
    """A calendar by which what recurs is skipped or shifted."""

    #: iCalendar; what is wrong with it is told when it is read, and stops nothing
    file: Path
    #: of what it holds, '' where it cannot be read
    _digest: str = PrivateAttr("")

    @model_validator(mode="after")
    def _looked_at(self) -> Self:
        with suppress(OSError):
            self._digest = hashlib.sha256(self.file.read_bytes()).hexdigest()[:16]
        return self

    @property
    def digest(self) -> str:
        return self._digest


class WebSettings(Section):
    #: IP:PORT; empty: no web pages
    listen: str = "127.0.0.1:9464"
    expose: bool = False
    #: names, beside localhost, the machine's and addresses, that may stand in Host
    hosts: list[str] = []

    @property
    def address(self) -> tuple[str, int] | None:
        """IP address and port."""
        if not self.listen:
            return None
        parts = urlsplit(f"//{self.listen}")
        if parts.hostname is None or parts.port is None or parts.netloc != self.listen:
            raise ValueError("no host and port")
        return str(ip_address(parts.hostname)), parts.port

    @field_validator("listen")
    @classmethod
    def _readable(cls, listen: str) -> str:
        try:
            _ = cls.model_construct(listen=listen).address
        except ValueError:
            usage = Phrase(
                'write IP:PORT, "127.0.0.1:9464" or "[::1]:9464", or "" for none'
            )
            raise Invalid(usage) from None
        return listen

    @model_validator(mode="after")
    def _safe(self) -> Self:
        address = self.address
        exposed = address is not None and not ip_address(address[0]).is_loopback
        if exposed and not self.expose:
            open_to_all = Phrase(
                "{address} can be reached from elsewhere, and nobody has to log in;"
                " if that is meant, say expose = true",
                address=self.listen,
            )
            raise Invalid(open_to_all, field="listen")
        return self


class FeedSettings(Section):
    """What everybody may read without XMPP."""

    enabled: bool = False
    #: None: only the web pages show them
    directory: Path | None = None
    #: where people find the files, each ending in /
    urls: list[str] = []
    #: of those of all lists together
    title: str | None = None
    #: most of one Atom feed
    entries: int = Field(default=50, ge=1, le=1_000)
    #: days before its start from which on a window is told as the next outage
    ahead_days: int = Field(default=7, ge=0, le=366)

    @field_validator("directory", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return given or None

    @field_validator("urls")
    @classmethod
    def _addresses(cls, given: list[str]) -> list[str]:
        return [values.web_folder(text) for text in given]

    @field_validator("title")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        return list_title(text) if text else None


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Settings(BaseSettings):
    """Every section of the configuration; `config/carillon.toml` explains each key."""

    model_config = SettingsConfigDict(
        env_prefix="CARILLON_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    xmpp: XMPPSettings
    database: DatabaseSettings = DatabaseSettings()
    access: AccessSettings = AccessSettings()
    people: PeopleSettings = PeopleSettings()
    sending: SendingSettings = SendingSettings()
    limits: Limits = Limits()
    notify: NotifySettings = NotifySettings()
    audit: AuditSettings = AuditSettings()
    storage: StorageSettings = StorageSettings()
    retention: RetentionSettings = RetentionSettings()
    templates: TemplateSettings = TemplateSettings()
    web: WebSettings = WebSettings()
    feeds: FeedSettings = FeedSettings()
    log: LogSettings = LogSettings()
    lists: dict[ListName, ListSettings] = {}
    holidays: dict[ListName, HolidaySettings] = {}

    @model_validator(mode="after")
    def _one_default(self) -> Self:
        defaults = [name for name, entry in self.lists.items() if entry.default]
        if len(defaults) > 1:
            named = ", ".join(defaults)
            raise Invalid(
                Phrase("only one list may be the default: {lists}", lists=named),
                field="lists",
            )
        # an only list is; a second one must not take that away unseen
        if len(self.lists) > 1 and not defaults:
            named = ", ".join(self.lists)
            raise Invalid(
                Phrase(
                    "one of several lists has to be the default, the one that whoever"
                    " adds the service itself joins: say default = true in one of"
                    " {lists}",
                    lists=named,
                ),
                field="lists",
            )
        return self

    @model_validator(mode="after")
    def _shown_somewhere(self) -> Self:
        feeds = self.feeds
        if feeds.enabled and feeds.directory is None and self.web.address is None:
            nowhere = Phrase(
                "the feeds are shown nowhere: give {directory} a folder, or {listen} an"
                " address",
                directory="[feeds] directory",
                listen="[web] listen",
            )
            raise Invalid(nowhere, field="feeds")
        return self

    @property
    def default_list(self) -> str | None:
        """Which one whoever adds the service itself joins: an only list is it."""
        names = list(self.lists)
        said = [name for name in names if self.lists[name].default]
        return next(iter(said or names), None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file (which comes in as keywords)."""
        return env_settings, init_settings
