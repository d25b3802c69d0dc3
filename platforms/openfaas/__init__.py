"""OpenFaaS: the WSGI shim on port 8080 with the paths, limits and manners of of-watchdog; no watchdog needed."""
