"""What a handler may import: the contract's types, and nothing of any platform."""

from .contract import BadRequest, Context, Event, Response

__all__ = ["BadRequest", "Context", "Event", "Response"]
