"""The five HTTP dialects that Lambda speaks, each as one class: `to_event` and `to_native`, pure.

What differs between them is written down in https://docs.aws.amazon.com/apigateway/latest/developerguide/ and, for
what the pages do not say, in the golden events under tests/platforms/aws_lambda/events.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping

from ..contract import BadRequest, Event, Response
from ..result import group
from .limits import ALB_MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Native = Mapping[str, Any]


class RestApi:
    """API Gateway REST, proxy integration: any map may be null, and the query arrives decoded.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """

    name = "AWS Lambda"
    limit_bytes = MAX_PAYLOAD_BYTES

    def to_event(self, native: Native) -> Event:
        """Return the Event; raises BadRequest if the body is not the base64 it claims to be."""
        request = native.get("requestContext") or {}
        path, base_path = self._split_path(native, request)
        return Event(
            native.get("httpMethod") or "GET",
            **path,
            raw_query=_render_query(native),
            header_pairs=_header_pairs(native),
            body=_body(native),
            base_path=base_path,
            scheme="https",
            host=request.get("domainName") or "",
            client_ip=(request.get("identity") or {}).get("sourceIp") or "",
        )

    def to_native(self, response: Response, native: Native) -> dict[str, Any]:
        """Return the only keys that REST takes: any other one is a 502 "malformed Lambda proxy response"."""
        body, is_base64 = _encode_body(response.body)
        return {
            "statusCode": response.status,
            "headers": {},
            "multiValueHeaders": group(response.headers),
            "body": body,
            "isBase64Encoded": is_base64,
        }

    def _split_path(self, native: Native, request: Native) -> tuple[dict[str, str], str]:
        path: str = native.get("path") or "/"
        is_custom_domain = ".execute-api." not in (request.get("domainName") or "")
        mapping = _base_path_mapping(path, native) if is_custom_domain else ""
        # requestContext.path has the stage in front, `path` has not
        whole: str = request.get("path") or path
        stage = whole.removesuffix(path) if whole.endswith(path) else ""
        return {"raw_path": path[len(mapping) :]}, mapping or stage


class HttpApiV1(RestApi):
    """HTTP API with payload format 1.0: as REST, but the path is decoded and may begin with the stage."""

    def _split_path(self, native: Native, request: Native) -> tuple[dict[str, str], str]:
        path: str = native.get("path") or "/"
        stage = _stage_prefix(path, request)
        return {"path": path[len(stage) :] or "/"}, stage


class HttpApiV2:
    """HTTP API with payload format 2.0: the path is decoded, cookies are apart, optional keys are absent.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """

    name = "AWS Lambda"
    limit_bytes = MAX_PAYLOAD_BYTES

    def to_event(self, native: Native) -> Event:
        """Return the Event; raises BadRequest if the body is not the base64 it claims to be."""
        request = native["requestContext"]
        http = request["http"]
        path: str = native.get("rawPath") or "/"
        stage = _stage_prefix(path, request)
        return Event(
            http["method"],
            path=path[len(stage) :] or "/",
            raw_query=native.get("rawQueryString") or "",
            header_pairs=self._header_pairs(native),
            body=_body(native),
            base_path=stage,
            scheme="https",
            host=request.get("domainName") or "",
            client_ip=http.get("sourceIp") or "",
        )

    def to_native(self, response: Response, native: Native) -> dict[str, Any]:
        """Return the 2.0 envelope: cookies apart, every other repeated header joined, names in lower case."""
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for pair_name, value in response.headers:
            name = pair_name.lower()
            if name == "set-cookie":
                cookies.append(value)
            else:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        body, is_base64 = _encode_body(response.body)
        reply = {"statusCode": response.status, "headers": headers, "body": body, "isBase64Encoded": is_base64}
        if cookies:
            reply["cookies"] = cookies
        return reply

    def _header_pairs(self, native: Native) -> list[tuple[str, str]]:
        pairs = list((native.get("headers") or {}).items())
        if cookies := native.get("cookies"):
            pairs = [pair for pair in pairs if pair[0].lower() != "cookie"]
            pairs.append(("cookie", "; ".join(cookies)))
        return pairs


class FunctionUrl(HttpApiV2):
    """A function's own URL: the 2.0 payload, but `rawPath` stays encoded and the cookies come twice.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """

    def to_event(self, native: Native) -> Event:
        """Return the Event; raises BadRequest if the body is not base64 or the path has a malformed escape."""
        request = native["requestContext"]
        http = request["http"]
        return Event(
            http["method"],
            raw_path=native.get("rawPath") or "/",
            raw_query=native.get("rawQueryString") or "",
            header_pairs=self._header_pairs(native),
            body=_body(native),
            scheme="https",
            host=request.get("domainName") or "",
            client_ip=http.get("sourceIp") or "",
        )


class LoadBalancer:
    """An Application Load Balancer's target group, with multi-value headers on or off.

    That switch also decides which of the two header maps it takes back. Its health check has no host and no x-forwarded
    header. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    """

    name = "a load balancer"
    limit_bytes = ALB_MAX_PAYLOAD_BYTES

    def to_event(self, native: Native) -> Event:
        """Return the Event; raises BadRequest if the body is not base64 or the path has a malformed escape."""
        header_pairs = _header_pairs(native)
        first = dict(reversed(header_pairs))
        return Event(
            native.get("httpMethod") or "GET",
            raw_path=native.get("path") or "/",
            raw_query="&".join(f"{name}={value}" for name, value in _query_pairs(native)),
            header_pairs=header_pairs,
            body=_body(native),
            scheme=first.get("x-forwarded-proto", "http"),
            host=first.get("host", ""),
            # the load balancer appends the address it saw; what stands before it is the caller's word
            client_ip=header_value(native, "x-forwarded-for").rpartition(",")[2].strip(),
        )

    def to_native(self, response: Response, native: Native) -> dict[str, Any]:
        """Return the envelope with the one header map that this target group reads."""
        from http import HTTPStatus

        reason = HTTPStatus(response.status).phrase if response.status in HTTPStatus._value2member_map_ else "Unknown"
        if native.get("multiValueHeaders") is not None:
            headers: dict[str, Any] = {"multiValueHeaders": group(response.headers)}
        else:
            headers = {"headers": _single_headers(response.headers)}
        body, is_base64 = _encode_body(response.body)
        return {
            "statusCode": response.status,
            "statusDescription": f"{response.status} {reason}",
            **headers,
            "body": body,
            "isBase64Encoded": is_base64,
        }


def header_value(native: Native, name: str) -> str:
    """Return the last value of a lower-case header of a load balancer's event; "" if it has none."""
    values: list[str] = (native.get("multiValueHeaders") or {}).get(name) or []
    return values[-1] if values else (native.get("headers") or {}).get(name) or ""


def _header_pairs(native: Native) -> list[tuple[str, str]]:
    multi = native.get("multiValueHeaders")
    if multi:
        return [(name, value) for name, values in multi.items() for value in values or ()]
    return list((native.get("headers") or {}).items())


def _query_pairs(native: Native) -> list[tuple[str, str]]:
    multi = native.get("multiValueQueryStringParameters")
    if multi:
        return [(name, value) for name, values in multi.items() for value in values or ()]
    return list((native.get("queryStringParameters") or {}).items())


def _render_query(native: Native) -> str:
    pairs = _query_pairs(native)
    if not pairs:
        return ""
    from urllib.parse import quote, urlencode

    return urlencode(pairs, quote_via=quote, errors="replace")


def _base_path_mapping(path: str, native: Native) -> str:
    """Return the custom domain's base path: what stands in `path` before the route that `resource` describes."""
    resource: str = native.get("resource") or ""
    parameters: Mapping[str, str] = native.get("pathParameters") or {}
    for name, value in parameters.items():
        resource = resource.replace(f"{{{name}+}}", value).replace(f"{{{name}}}", value)
    if not resource or "{" in resource or path == resource:
        return ""
    bare = path.rstrip("/")
    if resource == "/":
        return bare
    return bare.removesuffix(resource) if bare.endswith(resource) else ""


def _stage_prefix(path: str, request: Native) -> str:
    """Return `/stage` where API Gateway leaves a named stage in front of the path: on its own domain only."""
    stage = request.get("stage")
    if not stage or stage == "$default" or ".execute-api." not in (request.get("domainName") or ""):
        return ""
    prefix = f"/{stage}"
    return prefix if path == prefix or path.startswith(f"{prefix}/") else ""


def _body(native: Native) -> bytes:
    body = native.get("body")
    if not body:
        return b""
    if not isinstance(body, str):
        raise BadRequest(f"the event's body is a {type(body).__name__}, not a string: write its JSON into one")
    if not native.get("isBase64Encoded"):
        return body.encode(errors="replace")
    try:
        return a2b_base64(body, strict_mode=True)
    except (Error, ValueError) as error:
        raise BadRequest(f"the event's body is marked as base64 and is not: {error}") from error


def _encode_body(body: bytes) -> tuple[str, bool]:
    """Return the body as a string, and whether that is base64."""
    # text wherever it says the same bytes: REST sends base64 on undecoded unless binaryMediaTypes is set for it
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return b2a_base64(body, newline=False).decode(), True


def _single_headers(headers: Any) -> dict[str, str]:
    """Return one value for each name. Cookies cannot be joined, so each gets its own spelling of Set-Cookie."""
    single: dict[str, str] = {}
    for name, values in group(headers).items():
        if name.lower() == "set-cookie":
            single.update(zip(map(_spelling, range(len(values))), values, strict=True))
        else:
            single[name] = ", ".join(values)
    return single


def _spelling(number: int) -> str:
    """Return the n-th of the 512 ways to write Set-Cookie in upper and lower case; 0 is the usual one."""
    bits = iter(f"{number ^ 0b100100000:09b}")
    return "".join(char if char == "-" else (char.upper() if next(bits) == "1" else char) for char in "set-cookie")
