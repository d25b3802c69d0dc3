"""Replicas as containers of a plain Docker engine. Only here the docker SDK is imported."""
