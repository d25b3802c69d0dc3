"""What went wrong, in one message that says what to do: errors of boto3 that are not answers of AWS, and all others."""

from __future__ import annotations

from botocore import exceptions as botocore

from ..deploying import errors
from ..deploying.errors import BadSettings, DeployError

_LOGIN = "set AWS_PROFILE, --profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws configure` makes a profile"
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"})


def explained(error: Exception) -> DeployError:
    """Return the error as one of ours."""
    match error:
        case DeployError():
            return _of_credentials(error)
        case botocore.NoCredentialsError() | botocore.PartialCredentialsError() | botocore.CredentialRetrievalError():
            return BadSettings(f"no AWS credentials: {_LOGIN}")
        case botocore.ProfileNotFound():
            return BadSettings(f"{error}: {_LOGIN}")
        case botocore.NoRegionError():
            return BadSettings("no region: set `region` in deploy.toml, AWS_REGION or --region")
        case botocore.TokenRetrievalError() | botocore.SSOError():
            return DeployError(f"the login has expired: run `aws sso login` and try again ({error})")
        case botocore.EndpointConnectionError() | botocore.ConnectTimeoutError() | botocore.HTTPClientError():
            return DeployError(f"AWS cannot be reached: {error}")
        case botocore.ParamValidationError():
            # its message has the values of the arguments, which may be secret
            return DeployError("boto3 refused a call's arguments; -v shows where: this is a defect of the deployer")
        case _:
            return errors.explained(error)


def _of_credentials(error: DeployError) -> DeployError:
    code = getattr(error, "code", "")
    if code in _EXPIRED:
        return DeployError(f"the credentials have expired: log in again (`aws sso login`), or {_LOGIN}")
    if code in _UNKNOWN_KEY:
        return DeployError(f"AWS does not know these credentials: {_LOGIN}")
    return error
