"""What becomes the package's `main.py`, where functions-framework looks the entry points up.

The folder it lies in comes first on sys.path: the framework puts it last, behind a `function/` where it was started.
"""

import sys
from os.path import abspath, dirname

sys.path.insert(0, dirname(abspath(__file__)))

from platforms.google_cloud.shim import handle_event, handle_http

__all__ = ["handle_event", "handle_http"]
