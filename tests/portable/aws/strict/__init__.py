"""A strict AWS in this process, for tests: what moto accepts and AWS does not is refused as AWS refuses it.

strict_aws      the world itself: sessions, what was called, time, the public internet
faults          what goes wrong on purpose: refusals, throttling, denials, a killed process
exchange        one call on its way: its arguments, moto's answer to it, ours
services        who answers which call
lambda_*        Lambda, wholly our own: functions, versions, aliases, policies, URLs, invocations
rest_*, http_*  API Gateway's two kinds of API, wholly our own; budgets_model: as much of Budgets as there is
*_rules         a service of moto's, and what AWS refuses besides
front_*         what answers the URLs: it finds the way to the function, asks its policy, and lets an emulator send
runtimes        the zip under awslambdaric, with secrets_bridge for what it asks of AWS itself
plain           what test_harness_* do by plain boto3 calls
"""

from __future__ import annotations

from .faults import Killed
from .strict_aws import StrictAws

__all__ = ["Killed", "StrictAws"]
