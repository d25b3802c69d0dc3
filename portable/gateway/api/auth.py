"""Who may use the control plane: whoever has the password, from no page of another site.

The gateway's address is loopback's, but a browser on the same machine reaches that too. So a page of another site is
kept out by `Origin` and `Sec-Fetch-Site`, and one whose name was made to mean 127.0.0.1 (DNS rebinding) by `Host`.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ...stack.errors import Forbidden, GatewayError, NotLoggedIn
from ..config import OWN_HOSTS

USER_FILE = "basic-auth-user"  # the names that OpenFaaS has for them
PASSWORD_FILE = "basic-auth-password"  # noqa: S105 - a file's name


@dataclass(frozen=True)
class Credentials:
    """The one user there is."""

    user: str
    password: str = field(repr=False)

    def accept(self, authorization: str) -> bool:
        """Tell whether an Authorization header carries them, in the same time for every wrong one of one length."""
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(token.strip(), validate=True)
        except ValueError:  # no base64, or not even ASCII
            return False
        return hmac.compare_digest(given, f"{self.user}:{self.password}".encode())


def load_credentials(state_dir: Path) -> Credentials:
    """Return the credentials kept in a folder, made if they are not there: user admin, and a random password.

    Raises GatewayError if they cannot be made or read, are empty, or can be read by others than the file's owner.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        user = _read_or_make(state_dir / USER_FILE, "admin")
        password = _read_or_make(state_dir / PASSWORD_FILE, secrets.token_urlsafe(32))
    except OSError as error:
        raise GatewayError(
            f"cannot keep the password in {str(state_dir)!r}: {error.strerror or error}; choose another --state-dir"
        ) from error
    if ":" in user:
        raise GatewayError(f"{str(state_dir / USER_FILE)!r}: a user's name has no colon in it, and {user!r} has")
    return Credentials(user, password)


class Guard:
    """Decides whether a request to the control plane may go on."""

    def __init__(self, credentials: Credentials, allowed_hosts: Iterable[str] = ()) -> None:
        self._credentials = credentials
        self._hosts = OWN_HOSTS | {host.lower() for host in allowed_hosts}

    def check(self, header: Callable[[str], str]) -> None:
        """Return if a request may go on; `header` returns its header of a name, "" if it has none.

        Raises Forbidden for a foreign Host and for a page of another site, NotLoggedIn for wrong credentials.
        """
        host = header("Host")
        self._check_host(host)
        _check_site(header, host)
        if not self._credentials.accept(header("Authorization")):
            raise NotLoggedIn("invalid credentials")

    def _check_host(self, host: str) -> None:
        name = _name_of(host)
        if name in self._hosts or _is_address(name):
            return
        raise Forbidden(
            f"the gateway does not know itself as {host[:253]!r} (the request's Host); use its address, "
            f"or start it with --allowed-host {name[:253] or 'NAME'}"
        )


def _check_site(header: Callable[[str], str], host: str) -> None:
    site, origin = header("Sec-Fetch-Site").lower(), header("Origin")
    if origin and _netloc(origin) != host.lower():
        raise Forbidden(f"a page of {origin[:253]!r} may not use the gateway; only its own pages may")
    if site in ("cross-site", "same-site") and not _is_link_followed(header):
        raise Forbidden(f"another site's page may not use the gateway (Sec-Fetch-Site: {site}); only its own pages may")


def _netloc(origin: str) -> str:
    """Return the host and port of an Origin; "" if it is "null" or no URL."""
    try:
        return urlsplit(origin.lower()).netloc
    except ValueError:
        return ""


def _is_link_followed(header: Callable[[str], str]) -> bool:
    """Tell whether the user followed a link to the gateway: its answer is shown, and the other page cannot read it.

    https://web.dev/articles/fetch-metadata
    """
    return header("Sec-Fetch-Mode") == "navigate" and header("Sec-Fetch-Dest") == "document" and not header("Origin")


def _name_of(host: str) -> str:
    """Return the host of a Host header, without its port and an address's brackets."""
    bare = host.lower()
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare.partition(":")[0].removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _read_or_make(path: Path, content: str) -> str:
    """Return the text of a file of the owner's alone; `content` if it was not there. Raises GatewayError, OSError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return content


def _read(path: Path) -> str:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        raw = file.read(4096)
    if mode & 0o077:
        raise GatewayError(
            f"{str(path)!r} can be read by others (mode {mode & 0o777:04o}): run `chmod 600 {path}`; "
            "if others use this machine, remove it first, and the gateway makes a new one"
        )
    try:
        content = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        content = ""
    if not content:
        raise GatewayError(f"{str(path)!r} holds no text: remove it, and the gateway makes a new one")
    return content
