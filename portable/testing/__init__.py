"""Test a function without a server: `from portable.testing import Client`.

client      the test's client: requests and events, through the shim and the front door of any platform
subject     the function under test: found, loaded, called
requests    a test's arguments as a request
environ     its variables, in the environment of the process while a call runs
missing     which of its requirements are not installed here
events      the event that a test names
sending     a request on its way through a platform
reply       what a request is answered with
platform    the platform that the test of the moment runs on
runs        which tests `portable test` runs in whose environment
call        one call on some platforms, as data
asking      curl's arguments as what `call` takes
elsewhere   pytest or a call in the environment of a function: `portable test`, `portable call`
plugin      the pytest plugin: `on_every_platform`, `--platform`, `not_on`
left_out    its other half: functions whose requirements are not here
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client as Client
    from .reply import ClientReply as ClientReply

_MODULES = {"Client": "client", "ClientReply": "reply"}


def __getattr__(name: str) -> Any:
    # imported when it is asked for: pytest loads the plugin in every project that has this tool
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
