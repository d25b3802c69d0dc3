"""One call on its way between botocore and whoever answers it, as bytes of the service's own protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.parsers import create_parser
from moto.core.models import botocore_stubber
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

_READS = ("get_", "list_", "describe_", "filter_")


@dataclass(frozen=True)
class Call:
    """One call that was made."""

    service: str
    region: str
    operation: str
    """As boto3's method is called."""
    params: Mapping[str, Any]
    action: str
    """The IAM action that it needs."""
    number: int = 0
    """Which of the world's mutating calls it is, from 1; 0 for one that only reads."""

    @property
    def mutating(self) -> bool:
        """Tell whether it may change anything."""
        return not self.operation.startswith(_READS)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


class Refusal(Exception):
    """What AWS answers in place of a result: an error code, its message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class MotoRefused(Exception):
    """Moto answered with an error, which is passed on as it is."""

    def __init__(self, response: AWSResponse) -> None:
        super().__init__(response.content)
        self.response = response


class Exchange:
    """One attempt at a call: its arguments, and the ways to answer it."""

    def __init__(self, call: Call, model: Any, request: AWSPreparedRequest) -> None:
        self.call = call
        self.params = call.params
        self.region = call.region
        self.request = request
        self._model = model

    def ask_moto(self) -> dict[str, Any]:
        """Return moto's answer as boto3 would. Raises MotoRefused if it is an error."""
        response = self.pass_to_moto()
        if response.status_code >= 300:
            raise MotoRefused(response)
        raw = {"body": response.content, "headers": response.headers, "status_code": response.status_code}
        parser = create_parser(self._model.service_model.resolved_protocol)
        parsed: dict[str, Any] = parser.parse(raw, self._model.output_shape)
        parsed.pop("ResponseMetadata", None)
        return parsed

    def pass_to_moto(self) -> AWSResponse:
        """Return moto's answer as it comes."""
        return botocore_stubber("before-send", self.request)

    def answer(self, result: Mapping[str, Any]) -> AWSResponse:
        """Return a result as the service would send it."""
        model = get_service_model(self.call.service).operation_model(self._model.name)
        serializer = get_serializer_class(self.call.service, self._model.service_model.resolved_protocol)(model)
        sent = serializer.serialize(result)
        return self.respond(sent["status_code"], sent["headers"], sent["body"])

    def refuse(self, refusal: Refusal) -> AWSResponse:
        """Return an error as the service would send it."""
        message, code = str(refusal), refusal.code
        if self._model.service_model.resolved_protocol == "query":
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            return self.respond(refusal.status, {}, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>")
        headers = {"x-amzn-ErrorType": code, "x-amzn-query-error": f"{code};Sender"}
        body = {"__type": code, "message": message, "Message": message}
        return self.respond(refusal.status, headers, json.dumps(body))

    def respond(self, status: int, headers: Mapping[str, str], body: str | bytes) -> AWSResponse:
        """Return an answer of these very bytes."""
        content = body.encode() if isinstance(body, str) else body
        return AWSResponse(self.request.url, status, {"x-amzn-RequestId": "r", **headers}, _Raw(content))


class _Raw(BytesIO):
    """What botocore reads a body from."""

    def stream(self, **_: Any) -> Any:
        while chunk := self.read():
            yield chunk
