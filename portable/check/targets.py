"""The targets that a stack file is checked for, with what no stack file tells: how much may go in and out."""

from __future__ import annotations

from typing import NamedTuple

from platforms.aws_lambda import limits as aws_lambda
from platforms.azure_functions import limits as azure_functions
from platforms.google_cloud import limits as google_cloud
from platforms.openfaas import limits as openfaas
from platforms.openwhisk import limits as openwhisk

from ..deploying.errors import BadSettings

OPENFAAS = ("openfaas-ce", "faasd", "openfaas-pro")
CLOUDS = ("openwhisk", "aws_lambda", "google_cloud", "azure_functions")


class Target(NamedTuple):
    """A place where functions run, by the name of its folder in platforms/, or of the edition of OpenFaaS."""

    name: str
    unseen: str
    """What holds for every function there, whatever its stack file says."""

    source: str


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / 2**20:g} MB"


TARGETS = {
    one.name: one
    for one in (
        Target(
            "openfaas-ce",
            f"at most {openfaas.CE_MAX_QUEUED} asynchronous calls wait, in memory, of up to "
            f"{openfaas.CE_MAX_QUEUED_BYTES // 1024} KB each; failed ones are not tried again",
            "https://docs.openfaas.com/openfaas-pro/comparison/",
        ),
        Target(
            "faasd",
            "a function is one replica, which an update stops before it starts the new one",
            "https://github.com/openfaas/faasd",
        ),
        Target(
            "openfaas-pro",
            f"asynchronous requests are up to {_mb(openfaas.PRO_MAX_QUEUED_BYTES)}",
            "https://docs.openfaas.com/reference/async/",
        ),
        Target(
            "openwhisk",
            f"requests and replies are up to {_mb(openwhisk.MAX_REQUEST_BYTES)}, base64 included; nothing is streamed",
            "https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits",
        ),
        Target(
            "aws_lambda",
            f"requests and replies are up to {_mb(aws_lambda.MAX_PAYLOAD_BYTES)} "
            # where every body is base64
            f"(requests {_mb(aws_lambda.MAX_PAYLOAD_BYTES * 3 / 4)} through the REST API, "
            f"both {_mb(aws_lambda.ALB_MAX_PAYLOAD_BYTES)} through a load balancer); nothing is streamed",
            "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        ),
        Target(
            "google_cloud",
            f"requests and replies are up to {_mb(google_cloud.MAX_REQUEST_BYTES)}, "
            f"streamed replies up to {_mb(google_cloud.MAX_STREAM_BYTES)}",
            "https://cloud.google.com/functions/quotas",
        ),
        Target(
            "azure_functions",
            f"requests are up to {_mb(azure_functions.MAX_REQUEST_BYTES)}, and chunked ones arrive empty; "
            "nothing is streamed",
            "https://learn.microsoft.com/azure/azure-functions/functions-scale#service-limits",
        ),
    )
}


def parse_targets(written: str) -> tuple[str, ...]:
    """Return the targets that a list with commas names, each once. Raises BadSettings for one that there is not."""
    names = tuple(dict.fromkeys(name.strip() for name in written.split(",")))
    for name in names:
        if name not in TARGETS:
            raise BadSettings(f"{name!r} is no target; there are: {', '.join(TARGETS)}")
    return names
