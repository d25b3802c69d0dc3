"""Where to deploy: the API host and its key, from arguments, the environment or ~/.wskprops. It calls nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from ..deploying.arguments import Arguments
from ..deploying.errors import BadSettings
from ..deploying.world import World
from .api_host import url_of

OPTIONS = (
    click.option("--apihost", metavar="HOST", help="API host (WHISK_APIHOST, __OW_API_HOST; ~/.wskprops)."),
    click.option("--auth", metavar="UUID:KEY", help="Key (WHISK_AUTH, __OW_API_KEY; ~/.wskprops)."),
    click.option("-i", "--insecure", is_flag=True, help="Take a certificate that cannot be verified."),
    click.option("--allow-http", is_flag=True, help="Send the key in the clear to a host that is not local."),
)
_SET_HOST = "`wsk property set --apihost HOST`, WHISK_APIHOST or --apihost sets it"
_SET_KEY = "`wsk property set --auth UUID:KEY`, WHISK_AUTH or --auth sets it"


@dataclass(frozen=True)
class Settings:
    """Where the API is, and who asks. `api_url` is `https://HOST/api/v1`; `namespace` is `_` for the key's own."""

    api_url: str
    auth: str = field(repr=False)
    auth_source: str
    namespace: str
    insecure: bool


def read(arguments: Arguments, world: World) -> Settings:
    """Return the settings. Raises BadSettings for what is missing or malformed; Refused for a key over plain http."""
    sources = _Sources(world.environ)
    host, host_source = sources.value(arguments.apihost, "--apihost", ("WHISK_APIHOST", "__OW_API_HOST"), "APIHOST")
    auth, auth_source = sources.value(arguments.auth, "--auth", ("WHISK_AUTH", "__OW_API_KEY"), "AUTH")
    version, version_source = sources.value(None, "", ("WHISK_APIVERSION",), "APIVERSION")
    namespace, _ = sources.value(None, "", ("WHISK_NAMESPACE", "__OW_NAMESPACE"), "NAMESPACE")
    if not host:
        raise BadSettings(f"no API host: {_SET_HOST}")
    if not auth:
        raise BadSettings(f"no key: {_SET_KEY}")
    if not re.fullmatch(r"v[0-9]{1,3}", version or "v1"):
        raise BadSettings(f"the API version (from {version_source}) is {version!r}; it takes v1")
    return Settings(
        api_url=f"{url_of(host, host_source, allow_http=arguments.allow_http)}/api/{version or 'v1'}",
        auth=_checked_key(auth, auth_source),
        auth_source=auth_source,
        namespace=namespace or "_",
        insecure=arguments.insecure,
    )


class _Sources:
    """The places where a value may stand, in wsk's own order: argument, environment, file.

    https://github.com/apache/openwhisk-cli/blob/master/commands/property.go, and for the names in `__OW_` the
    environment of an action.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._path, is_demanded = _properties_path(environ)
        self._properties = _read_properties(self._path, is_demanded=is_demanded)

    def value(self, argument: str | None, option: str, variables: tuple[str, ...], name: str) -> tuple[str, str]:
        """Return the first value that is there, or an empty one, and where it is from."""
        if argument is not None:
            return argument.strip(), option
        for variable in variables:
            if self._environ.get(variable):
                return self._environ[variable].strip(), variable
        return self._properties.get(name, ""), f"{name} in {self._path}"


def _properties_path(environ: Mapping[str, str]) -> tuple[Path, bool]:
    if named := environ.get("WSK_CONFIG_FILE"):
        return Path(named), True
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / ".wskprops", False


def _read_properties(path: Path, *, is_demanded: bool) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        if is_demanded:
            raise BadSettings(f"WSK_CONFIG_FILE names {str(path)!r}, and there is no such file") from None
        return {}
    except OSError as error:
        raise BadSettings(f"{str(path)!r} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{str(path)!r} is not UTF-8: it takes lines of NAME=VALUE") from None
    properties = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            # the line may be the key: it is not shown
            raise BadSettings(f"line {number} of {str(path)!r} is not NAME=VALUE")
        properties[name.strip()] = value.strip()
    return properties


def _checked_key(auth: str, source: str) -> str:
    if not re.fullmatch(r"""[^:"'\s]+:[^:"'\s]+""", auth) or not auth.isascii():
        raise BadSettings(
            f"the key (from {source}) is not of the form UUID:KEY, without quotes or spaces; "
            "`wsk property get --auth` shows the one that wsk uses"
        )
    return auth
