"""`portable aws`: plan, deploy, roll back and look after a function on AWS Lambda."""

from ..aws.cli import command

__all__ = ["command"]
