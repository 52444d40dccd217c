"""What single values may be: the sections judge by it, and whoever asks for them."""

import base64
import binascii
import os
import re
import ssl
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import PlainSerializer, PlainValidator

from bot.domain.characters import line
from bot.domain.errors import Invalid
from bot.domain.jid import bare
from bot.domain.phrase import Phrase, Quoted
from bot.domain.pictures import MAX_BYTES, Picture, picture
from bot.domain.reading import Misread, decoded

#: of a key by which content is encrypted
KEY_BYTES = 32
#: of which a URI is made (RFC 3986 §2), no longer than any browser takes
_URL = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]{1,2000}")


def domain(text: str) -> str:
    """`text` prepared, which is one; raises Invalid."""
    host = bare(text)
    if "@" in host:
        raise Invalid(Phrase("{host} is a person, not a domain", host=host))
    return host


def own_jid(text: str, mode: Literal["component", "account"]) -> str:
    """The service's own bare JID, normalised; raises Invalid."""
    address = bare(text)
    if mode == "component" and "@" in address:
        raise Invalid(Phrase("a component's JID is a domain, without @"))
    if mode == "account" and "@" not in address:
        raise Invalid(Phrase("an account's JID has the form user@domain"))
    return address


def contact(text: str) -> str:
    """Whom or what to turn to, as it stands in a sentence, "" for nobody; raises
    Invalid.
    """
    words = text.strip()
    if line(words) != words:
        raise Invalid(Phrase("it stands in a sentence: write it in one line"))
    return words


def web_folder(text: str) -> str:
    """`text` with a / at its end, below which files are found; raises Invalid."""
    usage = Phrase(
        "write where the files are found, {sample}", sample='"https://status.example/"'
    )
    try:
        parts = urlsplit(text)
        whole = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise Invalid(usage) from None
    # XEP-0455 §2.1: HTTP, without authentication; a file's name is put behind it
    odd = parts.username or parts.query or parts.fragment or not _URL.fullmatch(text)
    if parts.scheme not in {"https", "http"} or not whole or odd:
        raise Invalid(usage)
    return text if text.endswith("/") else f"{text}/"


def database_url(text: str) -> str:
    """`text`, which is one of a database that is supported; raises Invalid."""
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise Invalid(Phrase("sqlite:///FILE or postgresql+psycopg://… is supported"))
    return text


def certificates(file: Path) -> Path:
    """`file`, which holds some to trust (PEM); raises Invalid."""
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError) as error:
        raise Invalid(Phrase("{file}: {error}", file=file, error=str(error))) from None
    return file


def kept(password_file: Path) -> str:
    """What it holds, without white space around it; raises Invalid."""
    try:
        return decoded(_handed_over(password_file).read_bytes()).strip()
    except OSError as error:
        raise Invalid(Quoted(str(error))) from None
    except Misread as error:
        raise Invalid(
            Phrase("{file}: {error}", file=password_file, error=error.phrase)
        ) from None


def avatar(file: object) -> Picture | None:
    """The picture that a file of that name holds, None for no name; raises Invalid."""
    if file is None or file == "" or isinstance(file, Picture):
        return file if isinstance(file, Picture) else None
    if not isinstance(file, str):
        raise Invalid(Phrase("name a file, a PNG or JPEG"))
    try:
        with Path(file).open("rb") as content:
            # one byte more tells that it is too large, whatever it is
            return picture(content.read(MAX_BYTES + 1))
    except OSError as error:
        raise Invalid(Quoted(str(error))) from None
    except Invalid as error:
        text = Phrase("{file}: {error}", file=file, error=error.phrase)
        raise Invalid(text) from None


#: what the file holds is what counts, so that another in its place is a change
Avatar = Annotated[
    Picture | None,
    PlainValidator(avatar),
    PlainSerializer(lambda found: found and found.digest),
]


def keys(key_file: Path) -> tuple[bytes, ...]:
    """The keys that it holds, one a line, 32 bytes each; raises Invalid."""
    found = []
    for number, given in enumerate(kept(key_file).splitlines(), start=1):
        text = given.strip()
        if not text or text.startswith("#"):
            continue
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise Invalid(
                Phrase(
                    "{file}: what stands in line {number} is no key; each is what"
                    " {command} prints",
                    file=key_file,
                    number=number,
                    command="`openssl rand -base64 32`",
                )
            )
        found.append(key)
    if not found:
        raise Invalid(
            Phrase(
                "{file}: there is no key in it; {command} prints one",
                file=key_file,
                command="`openssl rand -base64 32`",
            )
        )
    return tuple(found)


def _handed_over(file: Path) -> Path:
    """Where systemd has put it for a service that may not read the file itself
    (systemd.exec(5), "Credentials"): by its name, blank where there is none.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        return file
    copy = Path(folder, file.name)
    return copy if copy.is_file() and copy.read_bytes().strip() else file
