"""How the academy's mail goes out: `mail.toml` in the hub's folder (docs/formats/peer-evaluation 8)."""

import ipaddress
import tomllib
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pocus_desktop.hub.peers.errors import BadMailSettingsError, BadNominationError, NoMailSettingsError
from pocus_desktop.hub.peers.people import checked_address

FILE: Final = "mail.toml"


class MailSettings(BaseModel):
    """Where messages are handed over, and whose they are.

    Attributes:
        host: Of the mail server.
        security: `tls` from the first byte, `starttls`, or `none`, which is for a server on this computer alone.
        user: Empty where the server asks for none; then `password_file` is not read.
        ca_file: PEM of who vouches for the server; the system's where omitted.
        sender: The address that messages come from, and `sender_name` beside it.
        reply_to: Where people answer.
        bounces: Where mail servers report; each message adds its own `+…` to the name.
        pages: How evaluators reach the hub, such as `https://hub.example.org`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    sender: str
    sender_name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f<>\"]+$")]
    reply_to: str
    bounces: str
    pages: str

    @field_validator("sender", "reply_to", "bounces")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            return checked_address(value)
        except BadNominationError as problem:
            raise ValueError("write an address such as peers@example.org") from problem

    @field_validator("pages")
    @classmethod
    def _pages(cls, value: str) -> str:
        parts = urlsplit(value)
        is_plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
        if not parts.hostname or not is_plain or not is_safe:
            raise ValueError("write https:// and the hub's name, and nothing after it")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _fits(self) -> "MailSettings":
        if self.security == "none" and not _is_here(self.host):
            raise ValueError("without TLS only a server on this computer is used")
        if self.user and self.password_file is None:
            raise ValueError("user needs password_file")
        return self

    @property
    def from_address(self) -> Address:
        """Name and address, as a header has them."""
        return Address(display_name=self.sender_name, addr_spec=self.sender)

    @property
    def domain(self) -> str:
        """In which messages are numbered."""
        return self.sender.rpartition("@")[2]

    def bounces_of(self, mail_id: str) -> str:
        """Where a server reports what became of one message."""
        local, _, domain = self.bounces.rpartition("@")
        return f"{local}+{mail_id}@{domain}"

    def password(self) -> str:
        """Of the user.

        Raises:
            BadMailSettingsError: It cannot be read.
        """
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            raise BadMailSettingsError(reason="password_file cannot be read") from problem


def load(folder: Path) -> MailSettings:
    """Read the settings of a hub's folder.

    Raises:
        NoMailSettingsError: There are none.
        BadMailSettingsError: They cannot be used; names the first fault, never a value.
    """
    path = folder / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise NoMailSettingsError(file=FILE) from problem
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadMailSettingsError(reason=f"{FILE} cannot be read ({type(problem).__name__})") from problem
    try:
        return MailSettings.model_validate(document)
    except ValidationError as problem:
        fault = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or FILE
        raise BadMailSettingsError(reason=f"{place}: {fault['msg']}") from problem


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
