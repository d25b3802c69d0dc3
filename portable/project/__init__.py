"""A user's project: the functions that stack.yml declares, and which of them a command is about.

functions          find a function by its name in stack.yml, or by its folder
portable_dir       the folder .portable/, where the tool keeps what it makes
environment        a function's own Python, with what it requires
requirement_files  the files that say what it requires
local_requirements the folders and archives of this machine among them
variables          what stack.yml gives to its process: environment and secrets
uv                 run uv, and tell its errors in a line
with_tool          run a module of the tool in a function's own Python
"""
