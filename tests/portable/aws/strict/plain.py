"""What the harness's own tests do by plain boto3 calls."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .strict_aws import ACCOUNT, REGION, StrictAws

NAME = "app-dev"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
LIVE = f"{ARN}:live"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
ANSWER = """\
import json
import os


def handler(event, context):
    print("asked")
    if event.get("fail"):
        raise ValueError("as asked")
    return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": os.environ.get("SAYS", "") or TEXT}


TEXT = "one"
"""


def zipped(source: str = ANSWER) -> bytes:
    """Return a zip with the source as `main.py`; its handler is `main.handler`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), source)
    return content.getvalue()


@contextmanager
def refused(code: str, status: int = 400, says: str = "") -> Iterator[None]:
    """Demand that the block ends with this error."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert says in answer["Error"]["Message"]


def make_role(world: StrictAws, name: str = "role", trust: Mapping[str, Any] = TRUST) -> str:
    """Make an execution role that can be used at once; return its ARN."""
    iam = world.session().client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    world.settle()
    return arn


def make_function(world: StrictAws, *, code: bytes | None = None, **more: Any) -> Any:
    """Make the function and wait for it; return the client."""
    client = world.session().client("lambda")
    role = more.pop("Role", None) or make_role(world)
    params = {"FunctionName": NAME, "Runtime": "python3.13", "Handler": "main.handler", **more}
    client.create_function(Role=role, Code={"ZipFile": code or zipped()}, **params)
    world.settle()
    return client


def publish(world: StrictAws, says: str | None = None) -> str:
    """Publish `$LATEST`, which says this from now on; return the version."""
    client = world.session().client("lambda")
    if says is not None:
        client.update_function_configuration(FunctionName=NAME, Environment={"Variables": {"SAYS": says}})
        world.settle()
    version: str = client.publish_version(FunctionName=NAME)["Version"]
    world.settle()
    return version


def make_live(world: StrictAws, **more: Any) -> Any:
    """Make the function with the alias `live` on version 1; return the client."""
    client = make_function(world, **more)
    client.create_alias(FunctionName=NAME, Name="live", FunctionVersion=publish(world))
    return client


def let_in(world: StrictAws, source_arn: str, *, qualifier: str | None = "live", **more: Any) -> None:
    """Let API Gateway call the alias."""
    params = {"StatementId": "gateway", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    params |= {"FunctionName": NAME, "SourceArn": source_arn, **({"Qualifier": qualifier} if qualifier else {})}
    world.session().client("lambda").add_permission(**params, **more)


def integration(arn: str = LIVE, **more: Any) -> dict[str, Any]:
    """Return what an OpenAPI document says of a Lambda proxy integration."""
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, **more}}


def document(paths: Mapping[str, Any] | None = None, **more: Any) -> bytes:
    """Return an OpenAPI document: `POST /` if nothing else is given."""
    paths = {"/": {"post": integration()}} if paths is None else paths
    return json.dumps(
        {"openapi": "3.0.3", "info": {"title": "app", "version": "1"}, "paths": paths, **more},
    ).encode()


def make_rest_api(world: StrictAws, body: bytes | None = None) -> str:
    """Make a REST API with the stage `dev`; return its id."""
    client = world.session().client("apigateway")
    api: str = client.import_rest_api(body=body or document())["id"]
    made = client.create_deployment(restApiId=api)["id"]
    client.create_stage(restApiId=api, stageName="dev", deploymentId=made)
    return api


def rest_url(api: str, path: str = "/") -> str:
    """Return the URL of a path of the stage `dev`."""
    return f"https://{api}.execute-api.{REGION}.amazonaws.com/dev{path}"
