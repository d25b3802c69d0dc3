"""`portable up` and `portable down`: the gateway and a project's functions as services of docker compose.

services  the compose file, as data: the gateway, and a service for each function of stack.yml
contexts  what its images are built from, written below .portable/ from the installed tool
engine    docker compose, the plugin or the older program, and docker
project   the three put together
"""
