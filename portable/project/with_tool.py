"""`python with_tool.py FOLDERS -m MODULE ...`: run a module of the tool in a function's environment.

The tool's packages are appended: what the function requires itself is imported from its own environment. This file is
run by its path and with -P, where `portable` cannot be imported yet.
"""

from __future__ import annotations

import os
import runpy
import site
import sys


def main() -> None:
    """Append the folders to the path, with what their .pth files name, and run the module in place of this one."""
    folders, _, module, *arguments = sys.argv[1:]
    for folder in folders.split(os.pathsep):
        site.addsitedir(folder)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
