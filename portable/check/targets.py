"""The targets that a stack file is checked for, with what no stack file tells: how much may go in and out."""

from __future__ import annotations

from typing import NamedTuple

OPENFAAS = ("openfaas-ce", "faasd", "openfaas-pro")
CLOUDS = ("openwhisk", "aws_lambda", "google_cloud", "azure_functions")


class Target(NamedTuple):
    """A place where functions run, by the name of its folder in platforms/, or of the edition of OpenFaaS."""

    name: str
    unseen: str
    """What holds for every function there, whatever its stack file says."""

    source: str


TARGETS = {
    one.name: one
    for one in (
        Target(
            "openfaas-ce",
            "at most 10 asynchronous calls wait, in memory, of up to 256 KB each; failed ones are not tried again",
            "https://docs.openfaas.com/openfaas-pro/comparison/",
        ),
        Target(
            "faasd",
            "a function is one replica, which an update stops before it starts the new one",
            "https://github.com/openfaas/faasd",
        ),
        Target(
            "openfaas-pro",
            "asynchronous requests are up to 1 MB",
            "https://docs.openfaas.com/reference/async/",
        ),
        Target(
            "openwhisk",
            "requests and replies are up to 1 MB, base64 included; nothing is streamed",
            "https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits",
        ),
        Target(
            "aws_lambda",
            "requests and replies are up to 6 MB (requests 4.5 MB through the REST API, both 1 MB through a load "
            "balancer); nothing is streamed",
            "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        ),
        Target(
            "google_cloud",
            "requests and replies are up to 32 MB, streamed replies up to 10 MB",
            "https://cloud.google.com/functions/quotas",
        ),
        Target(
            "azure_functions",
            "requests are up to 100 MB, and chunked ones arrive empty; nothing is streamed",
            "https://learn.microsoft.com/azure/azure-functions/functions-scale#service-limits",
        ),
    )
}


def parse_targets(written: str) -> tuple[str, ...]:
    """Return the targets that a list with commas names, each once. Raises ValueError for one that there is not."""
    names = tuple(dict.fromkeys(name.strip() for name in written.split(",")))
    for name in names:
        if name not in TARGETS:
            raise ValueError(f"{name!r} is no target; there are: {', '.join(TARGETS)}")
    return names
