"""The sections of the configuration and what each key may be."""

import os
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain import wallclock
from bot.domain.addresses import Addresses
from bot.domain.errors import Invalid
from bot.domain.jid import JIDError, bare
from bot.domain.language import language_tag
from bot.domain.phrase import Phrase, Quoted
from bot.domain.recurrence import Freq
from bot.settings.faults import SettingsError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ListName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]


def _bare_jids(values: list[str]) -> list[str]:
    return [bare(value) for value in values]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _kept(password_file: Path) -> str:
    """What it holds, without white space around it; raises Invalid."""
    try:
        return _handed_over(password_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        away = Quoted(str(error))
        raise Invalid(away, field="password_file") from None
    except UnicodeDecodeError as error:
        binary = Phrase("{file}: {error}", file=password_file, error=str(error))
        raise Invalid(binary, field="password_file") from None


def _handed_over(file: Path) -> Path:
    """Where systemd has put it for a service that may not read the file itself
    (systemd.exec(5), "Credentials"): by its name, blank where there is none.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        return file
    copy = Path(folder, file.name)
    return copy if copy.is_file() and copy.read_bytes().strip() else file


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

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        try:
            address = bare(self.jid)
        except JIDError as error:
            raise Invalid(error.phrase, field="jid") from None
        if address != self.jid.lower():
            full = Phrase("give the bare JID; `resource` is a key of its own")
            raise Invalid(full, field="jid")
        if self.mode == "component" and "@" in address:
            no_domain = Phrase("a component's JID is a domain, without @")
            raise Invalid(no_domain, field="jid")
        if self.mode == "account" and "@" not in address:
            no_account = Phrase("an account's JID has the form user@domain")
            raise Invalid(no_account, field="jid")
        if (self.password is None) == (self.password_file is None):
            raise Invalid(Phrase("give exactly one of password and password_file"))
        if self.mode == "account" and self.tls == "off" and self.host not in LOOPBACK:
            raise Invalid(Phrase('"off" is for a host on loopback only'), field="tls")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.password_file is not None:
            _kept(self.password_file)
        if self.ca_file is not None:
            try:
                ssl.create_default_context(cafile=self.ca_file)
            except (OSError, ValueError) as error:
                text = Phrase("{file}: {error}", file=self.ca_file, error=str(error))
                raise Invalid(text, field="ca_file") from None
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
        secret = _kept(self.password_file)
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
    def _with_password(cls, values: Any) -> Any:
        match values:
            case {"password_file": str() | Path() as file, "url": str() as url}:
                start, at, rest = url.partition("@")
                if not at or ":" in start.partition("://")[2]:
                    pointless = Phrase(
                        "it is for a url with a user and no password: {example}",
                        example="postgresql+psycopg://user@host/name",
                    )
                    raise Invalid(pointless, field="password_file")
                password = quote(_kept(Path(file)), safe="")
                return {**values, "url": f"{start}:{password}@{rest}"}
        return values

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise Invalid(
                Phrase("sqlite:///FILE or postgresql+psycopg://… is supported")
            )
        return url


class AccessSettings(Section):
    admins: list[str] = []
    auditors: list[str] = []
    domains: list[str] = []

    _normal = field_validator("admins", "auditors", "domains")(_bare_jids)


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

    _normal = field_validator("publishers")(_bare_jids)

    _tag = field_validator("language")(language_tag)

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


class NotifySettings(Section):
    jids: list[str] = []

    _normal = field_validator("jids")(_bare_jids)


class TemplateSettings(Section):
    folder: Path | None = None


class WebSettings(Section):
    #: IP:PORT; empty: no web pages
    listen: str = "127.0.0.1:9464"
    expose: bool = False

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
    sending: SendingSettings = SendingSettings()
    limits: Limits = Limits()
    notify: NotifySettings = NotifySettings()
    audit: AuditSettings = AuditSettings()
    templates: TemplateSettings = TemplateSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    lists: dict[ListName, ListSettings] = {}

    @model_validator(mode="after")
    def _one_default(self) -> Self:
        defaults = [name for name, entry in self.lists.items() if entry.default]
        if len(defaults) > 1:
            named = ", ".join(defaults)
            raise Invalid(
                Phrase("only one list may be the default: {lists}", lists=named)
            )
        return self

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
