"""Replicas as containers of a plain Docker engine. Only this package imports the docker SDK."""
