"""Every failure is one message that says what to do."""

from __future__ import annotations

import pytest
from botocore import exceptions as botocore

from portable.aws.aws import AwsError
from portable.aws.failures import explained
from portable.deploying.errors import BadSettings, Refused


@pytest.mark.parametrize(
    ("error", "said", "exit_code"),
    [
        (botocore.NoCredentialsError(), "no AWS credentials: set AWS_PROFILE", 2),
        (botocore.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "no AWS credentials", 2),
        (botocore.ProfileNotFound(profile="prod"), "prod", 2),
        (botocore.NoRegionError(), "no region: set `region`", 2),
        (botocore.UnauthorizedSSOTokenError(), "aws sso login", 1),
        (botocore.EndpointConnectionError(endpoint_url="https://sts"), "AWS cannot be reached", 1),
        (AwsError("sts get_caller_identity: expired", "ExpiredToken"), "credentials have expired", 1),
        (
            AwsError("sts get_caller_identity: invalid", "InvalidClientTokenId"),
            "AWS does not know these credentials",
            1,
        ),
        (AwsError("lambda create_function: no", "ServiceException"), "lambda create_function: no", 1),
        (BadSettings("memory_mb is 1"), "memory_mb is 1", 2),
        (Refused("another account"), "another account", 5),
        (ValueError("odd"), "ValueError: odd", 1),
    ],
)
def test_each_says_what_to_do(error: Exception, said: str, exit_code: int) -> None:
    failure = explained(error)

    assert said in str(failure)
    assert failure.exit_code == exit_code


def test_arguments_that_boto3_refuses_are_not_repeated() -> None:
    error = botocore.ParamValidationError(report="Invalid type for parameter SecretString, value: hunter2")

    assert "hunter2" not in str(explained(error))
