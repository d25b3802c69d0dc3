"""What Azure's worker imports, from the top of the package.

https://learn.microsoft.com/azure/azure-functions/functions-reference-python
The folder it lies in comes first on sys.path: the worker puts it last, behind a `function/` of what else is there.
"""

import sys
from os.path import abspath, dirname

sys.path.insert(0, dirname(abspath(__file__)))

from platforms.azure_functions.shim import app

__all__ = ["app"]
