"""A strict AWS in this process, for tests: what moto accepts and AWS does not is refused as AWS refuses it.

strict_aws   the world itself: sessions, what was called, time, the public internet
exchange     one call on its way: its arguments, moto's answer to it, ours
faults       what goes wrong on purpose: refusals, throttling, denials, a killed process
lambda_*     Lambda, wholly our own: functions, versions, aliases, policies, URLs, invocations of the real zip
http_apis    API Gateway's HTTP APIs, wholly our own
*_rules      a service of moto's, and what AWS refuses besides
front_*      what answers the URLs: it finds the way through API Gateway and runs the zip under awslambdaric
"""

from __future__ import annotations

from .faults import Killed
from .strict_aws import StrictAws

__all__ = ["Killed", "StrictAws"]
