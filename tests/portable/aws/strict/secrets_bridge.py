"""The way from a running zip to this world's Secrets Manager: boto3 in it is told to call here.

What the function's role does not allow is denied, as IAM would.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends


class SecretsBridge:
    """A server on this machine; its URLs have the role of the function that calls."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, config: Mapping[str, Any]) -> str:
        """Return the endpoint URL for a function with this configuration."""
        region, account = config["FunctionArn"].split(":")[3:5]
        return f"http://127.0.0.1:{self._server.server_address[1]}/{region}/{account}/{config['Role'].split('/')[-1]}"

    def was_used(self) -> bool:
        """Tell whether it was called since it was last asked."""
        used, self._server.used = self._server.used, False
        return used

    def close(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    used = False


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        region, account, role = self.path.split("/")[1:4]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        secret = json.loads(body)["SecretId"]
        action = "secretsmanager:" + self.headers["X-Amz-Target"].rpartition(".")[2]
        server.used = True
        arn = _arn(account, region, secret)
        if arn is not None and not _allows(account, role, action, arn):
            message = f"User: arn:aws:sts::{account}:assumed-role/{role}/f is not authorized to perform: {action}"
            self._reply(400, json.dumps({"__type": "AccessDeniedException", "Message": message}))
            return
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            headers[name] = value
        url = f"https://secretsmanager.{region}.amazonaws.com/"
        answer = botocore_stubber.process_request(AWSPreparedRequest("POST", url, headers, body, False))
        assert answer is not None
        self._reply(answer[0], str(answer[2]))

    def _reply(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        pass


def _arn(account: str, region: str, secret: str) -> str | None:
    """Return the ARN of a secret; None if there is no such secret."""
    secrets = secretsmanager_backends[account][region].secrets.values()
    return next((str(one.arn) for one in secrets if secret in (one.name, one.arn)), None)


def _allows(account: str, role_name: str, action: str, resource: str) -> bool:
    return any(
        fnmatchcase(action, one_action) and fnmatchcase(resource, one_resource)
        for statement in _statements(account, role_name)
        if statement["Effect"] == "Allow"
        for one_action in _list(statement["Action"])
        for one_resource in _list(statement["Resource"])
    )


def _statements(account: str, role_name: str) -> Iterator[dict[str, Any]]:
    role = next((one for one in iam_backends[account]["aws"].roles.values() if one.name == role_name), None)
    for document in role.policies.values() if role else ():
        yield from json.loads(document)["Statement"]


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
