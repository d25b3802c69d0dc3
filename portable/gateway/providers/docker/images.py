"""Images: those of this machine are used as they are, others are pulled."""

from __future__ import annotations

import logging
from typing import Any

from docker.errors import APIError, NotFound
from docker.utils import parse_repository_tag

from ....stack.errors import Refused
from .engine import Engine

log = logging.getLogger(__name__)


class Images:
    """The images of an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._inspected: dict[str, dict[str, Any]] = {}

    def ensure(self, image: str) -> None:
        """Pull an image unless the engine has it. Raises Refused if it cannot be had."""
        api = self._engine.api
        try:
            api.inspect_image(image)
        except NotFound:
            log.info("pulling image %s", image)
            repository, tag = parse_repository_tag(image)
            try:
                for line in api.pull(repository, tag or "latest", stream=True, decode=True):
                    if "error" in line:
                        raise missing_image(image, line["error"])
            except APIError as error:
                raise missing_image(image, error.explanation or str(error)) from error

    def inspect(self, image_id: str) -> dict[str, Any]:
        """Return what inspecting an image says, {} if it is gone: kept, for an image of an id never changes."""
        if image_id not in self._inspected:
            try:
                self._inspected[image_id] = self._engine.api.inspect_image(image_id)
            except NotFound:
                return {}
        return self._inspected[image_id]


def missing_image(image: str, reason: str) -> Refused:
    """Return the error of an image that the engine neither has nor gets."""
    return Refused(
        f"image {image!r} is not on this machine, and cannot be pulled ({reason.strip()}): build it with "
        "`faas-cli build -f stack.yml`, or build and deploy it with `faas-cli up --skip-push`"
    )
