"""`portable openwhisk`: deploy, call and look after an action of Apache OpenWhisk."""

from ..openwhisk.cli import command

__all__ = ["command"]
