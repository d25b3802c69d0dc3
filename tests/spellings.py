"""A function that imports its own modules in every spelling, and answers which of them gave the one object."""

from __future__ import annotations

from pathlib import Path

HELPER = ("import helper", "from . import helper", "from function import helper")
SUB = ("import pkg.sub as sub", "from pkg import sub", "from .pkg import sub", "from function.pkg import sub")
BARE = ("import bare.low as low", "from .bare import low", "from function.bare import low")
DYNAMIC = ("helper", "function.helper", "pkg.sub", "function.pkg.sub")

_HANDLER = """
import importlib
import pickle
import sys

LATE = {late!r}

def load():
    found = {{}}
{imports}
    for name in {dynamic!r}:
        found[f"import_module {{name}}"] = importlib.import_module(name)
    return found

def differing(found):
    one = {{name: sys.modules[f"function.{{name}}"] for name in ("helper", "pkg.sub", "bare.low")}}
    return [how for how, module in found.items() if module is not one[module.__name__.removeprefix("function.")]]

EARLY = {{}} if LATE else load()

def handle(event, context):
    import helper
    from function.helper import Thing
    found = EARLY or load()
    return {{
        "spellings": sorted(found),
        "differing": differing(found),
        "names": sorted({{(module.__name__, module.__spec__.name) for module in found.values()}}),
        "pickled": pickle.loads(pickle.dumps(Thing())) == Thing(),
        "reloaded": importlib.reload(helper) is helper,
        "circle": helper.mutual.helper is helper,
        "main": importlib.import_module("main").__name__,
    }}
"""
_HELPER = """
from dataclasses import dataclass

import mutual

VALUE = 1

@dataclass
class Thing:
    value: int = 1
"""


def write(folder: Path, *, late: bool = False) -> Path:
    """Write the function's folder and return it; `late` imports while a call is handled."""
    lines = [f"    {spelling}; found[{spelling!r}] = {name}" for name, spellings in _NAMED for spelling in spellings]
    files = {
        "handler.py": _HANDLER.format(imports="\n".join(lines), dynamic=DYNAMIC, late=late),
        "helper.py": _HELPER,
        "mutual.py": "import helper\n",
        "main.py": "",  # Google's runtime has a module of that name, too
        "pkg/__init__.py": "",
        "pkg/sub.py": "from helper import VALUE\nfrom .. import helper\n",
        "bare/low.py": "from function import helper\n",
        "data/notes.txt": "no module",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


_NAMED = (("helper", HELPER), ("sub", SUB), ("low", BARE))
ANSWER = {
    "spellings": sorted([*HELPER, *SUB, *BARE, *(f"import_module {name}" for name in DYNAMIC)]),
    "differing": [],
    "names": [[name, name] for name in ("function.bare.low", "function.helper", "function.pkg.sub")],
    "pickled": True,
    "reloaded": True,
    "circle": True,
    "main": "function.main",
}
