"""What every command starts from: the API of a namespace, and the action's name."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from ..deploying.arguments import Arguments
from ..deploying.errors import BadSettings
from ..deploying.spelling import given, spelled
from ..deploying.world import World
from . import settings
from .action_settings import ActionSettings, Options, load
from .api import Api
from .console import Console
from .names import ActionName
from .settings import Settings
from .wanted import flags


@dataclass(frozen=True)
class Target:
    """One action in one namespace. `namespace` is its real name."""

    api: Api
    api_url: str
    namespace: str
    name: ActionName

    @property
    def url(self) -> str:
        """Return the URL that the action has if it is a web action."""
        return self.name.url(self.api_url, self.namespace)

    @property
    def heading(self) -> str:
        """Return what a command says first: where it is."""
        return f"{self.name} in namespace {self.namespace} at {self.api_url}"

    @property
    def facts(self) -> dict[str, str]:
        """Return what machines read of where it is."""
        return {"action": str(self.name), "namespace": self.namespace, "api": self.api_url}


@dataclass(frozen=True)
class Where:
    """What is known of a target before anything is asked."""

    settings: Settings
    action: ActionSettings
    name: ActionName


def action_of(arguments: Arguments, world: World) -> tuple[ActionSettings, ActionName]:
    """Return the settings of the action that a command is about, and its name. Raises BadSettings."""
    options = Options(arguments.function, arguments.stack, arguments.config, flags(arguments, world.environ))
    action = load(options, world.environ)
    return action, ActionName(arguments.name or action.function.name, action.package)


def where(arguments: Arguments, world: World, console: Console) -> Where:
    """Read the settings, and hide the key. Raises BadSettings or Refused; nothing is called."""
    action, name = action_of(arguments, world)
    found = settings.read(arguments, world)
    console.hide(found.auth, found.auth.partition(":")[2], b64encode(found.auth.encode()).decode())
    return Where(found, action, name)


def ask(place: Where, world: World, console: Console) -> Target:
    """Ask which namespace the key is for. Raises DeployError."""
    found = place.settings
    api = Api(found, world.sleep, console.trace)
    namespaces = api.namespaces()
    if found.namespace not in ("_", *namespaces):
        raise BadSettings(
            f"the key (from {found.auth_source}) is for the namespace {', '.join(namespaces)}, and NAMESPACE says "
            f"{found.namespace!r}: take the other key, or leave NAMESPACE out"
        )
    namespace = namespaces[0] if found.namespace == "_" else found.namespace
    return Target(api, found.api_url, namespace, place.name)


def again(arguments: Arguments, *words: str) -> str:
    """Return a command about the same action, as a shell reads it."""
    return spelled("openwhisk", *words, *given(arguments, "function", "stack", "config", "name", "package"))


def connect(arguments: Arguments, world: World, console: Console) -> Target:
    """Return the target of a command. Raises DeployError."""
    return ask(where(arguments, world, console), world, console)
