"""What the editions of OpenFaaS take of a function: how many, which image, what resources."""

from __future__ import annotations

from platforms.openfaas import limits

from ..inspections import (
    MEGABYTE,
    build_keys,
    constraints,
    cpu_limit,
    devices,
    either,
    local_image,
    memory,
    namespace,
    number_over,
    private_image,
    read_only,
    request_over_limit,
    requests,
    streamed,
    timeout,
)
from ..model import Rule, Severity
from ..targets import OPENFAAS

REFUSES, IGNORES, DIFFERS = Severity
COMPARISON = "https://docs.openfaas.com/openfaas-pro/comparison/"
EDGE = "https://docs.openfaas.com/deployment/edge/"
FAASD = "https://github.com/openfaas/faasd"
TIMEOUTS = "https://docs.openfaas.com/tutorials/expanded-timeouts/"
CE, FAASD_ONLY, PRO = ("openfaas-ce",), ("faasd",), ("openfaas-pro",)

RULES = (
    # How many, and where.
    Rule(
        "ce-functions",
        CE,
        REFUSES,
        number_over(limits.CE_MAX_FUNCTIONS),
        f"there are at most {limits.CE_MAX_FUNCTIONS}; remove one, or deploy to Pro",
        COMPARISON,
    ),
    Rule(
        "faasd-functions",
        FAASD_ONLY,
        REFUSES,
        number_over(limits.FAASD_MAX_FUNCTIONS),
        f"there are at most {limits.FAASD_MAX_FUNCTIONS}; remove one",
        EDGE,
    ),
    Rule(
        "pro-functions",
        PRO,
        REFUSES,
        number_over(limits.PRO_MAX_FUNCTIONS),
        f"there are at most {limits.PRO_MAX_FUNCTIONS} in the Standard edition",
        COMPARISON,
    ),
    Rule("ce-namespace", CE, REFUSES, namespace, "there is openfaas-fn alone; leave it out", COMPARISON),
    Rule("faasd-namespace", FAASD_ONLY, REFUSES, namespace, "there is openfaas-fn alone; leave it out", EDGE),
    Rule(
        "pro-namespace",
        PRO,
        DIFFERS,
        namespace,
        "only the Enterprises edition has others than openfaas-fn; make it there first",
        COMPARISON,
    ),
    # Images.
    Rule(
        "ce-private-image",
        CE,
        REFUSES,
        private_image,
        "it pulls from public registries, without a login; push the image to one",
        COMPARISON,
    ),
    Rule(
        "image-pulled",
        OPENFAAS,
        DIFFERS,
        local_image,
        "every image is pulled from a registry, and this one's would be Docker Hub; set yours, and push it there",
        EDGE,
    ),
    Rule(
        "ce-build-secrets",
        CE,
        REFUSES,
        build_keys("build_secrets"),
        "secrets of a build are Pro's; build the image without them",
        COMPARISON,
    ),
    # Time, resources, the file system.
    Rule(
        "gateway-timeout",
        OPENFAAS,
        DIFFERS,
        timeout(over_s=limits.GATEWAY_TIMEOUT_S),
        "the gateway gives up first, unless its upstreamTimeout is longer than it is by default",
        TIMEOUTS,
    ),
    Rule(
        "ce-asynchronous-timeout",
        CE,
        DIFFERS,
        timeout(over_s=limits.CE_ASYNC_TIMEOUT_S),
        f"an asynchronous call is ended after {limits.CE_ASYNC_TIMEOUT_S // 60} minutes",
        COMPARISON,
    ),
    Rule("ce-constraints", CE, IGNORES, constraints, "where a function runs is chosen in Pro only", COMPARISON),
    Rule(
        "memory-unit",
        OPENFAAS,
        REFUSES,
        memory(lambda size: size < MEGABYTE),
        "no process starts in so little; write Mi for megabytes (m is a thousandth of a byte)",
        "https://docs.openfaas.com/reference/yaml/#function-memorycpu-limits",
    ),
    Rule(
        "request-over-limit",
        ("openfaas-ce", "openfaas-pro"),
        REFUSES,
        request_over_limit,
        "Kubernetes takes no request that is more than the limit",
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    Rule(
        "faasd-resources",
        FAASD_ONLY,
        IGNORES,
        either(cpu_limit, requests, constraints, devices),
        "it limits memory alone, on its one machine",
        FAASD,
    ),
    Rule("faasd-read-only", FAASD_ONLY, IGNORES, read_only, "the root file system stays writable", FAASD),
    Rule("ce-devices", CE, IGNORES, devices, "functions get no GPU", COMPARISON),
    Rule(
        "openfaas-streams",
        OPENFAAS,
        DIFFERS,
        streamed,
        "the gateway passes a stream on as it comes only to callers that send `Accept: text/event-stream`",
        "https://docs.openfaas.com/languages/python/examples/sse/",
    ),
    Rule("pro-devices", PRO, DIFFERS, devices, "a GPU is given by a profile, which the function names", COMPARISON),
)
