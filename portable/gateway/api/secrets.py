"""Secrets over HTTP: names go out, values only come in."""

from __future__ import annotations

from flask import Response

from ...stack.messages import Secret
from ..secrets import SecretStore
from .bodies import json_reply, read_namespace, read_object


class SecretRoutes:
    """The views of /system/secrets."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def list(self) -> Response:
        """Answer the names."""
        namespace = read_namespace()
        return json_reply([{"name": name, "namespace": namespace} for name in self._secrets.list(namespace)])

    def create(self) -> Response:
        """Keep a new secret; 409 if there is one, on which `faas-cli secret create --replace` updates it."""
        self._secrets.create(Secret.from_wire(read_object()))
        return Response(status=200)

    def update(self) -> Response:
        """Give a secret another value; functions that run see it at once."""
        self._secrets.update(Secret.from_wire(read_object()))
        return Response(status=200)

    def delete(self) -> Response:
        """Forget a secret."""
        secret = Secret.from_wire(read_object(), has_value=False)
        self._secrets.delete(secret.namespace, secret.name)
        return Response(status=200)
