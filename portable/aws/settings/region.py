"""What boto3 knows of regions and of the profiles of this machine: files only, no call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import botocore.session
from botocore.exceptions import ConfigParseError, ProfileNotFound
from botocore.loaders import create_loader

from ...deploying.errors import BadSettings
from ...deploying.hints import hint


@cache
def partitions() -> Mapping[str, str]:
    """Return every region that this boto3 knows, with its partition: `{"eu-west-1": "aws", "cn-north-1": "aws-cn"}`."""
    known = create_loader().load_data("partitions")["partitions"]
    return {
        region: partition["id"]
        for partition in known
        for region in partition["regions"]
        if not region.endswith("-global")
    }


def check_region(region: str, place: str) -> None:
    """Raise BadSettings for a region that boto3 does not know: every call to it would end in an unknown host."""
    if region not in partitions():
        raise BadSettings(
            f"{place} is {region!r}, which boto3 {botocore.__version__} does not know; {hint(region, partitions())}"
        )


def of_profile(profile: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the region that a profile has in AWS's own files, as boto3 finds it; None if it has none there.

    Without `profile` it is the one of AWS_PROFILE, or `default`. Raises BadSettings for a profile that is not there.
    """
    session = botocore.session.Session()
    for variable, name in (("AWS_CONFIG_FILE", "config_file"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials_file")):
        if environ.get(variable):
            session.set_config_variable(name, environ[variable])
    session.set_config_variable("profile", profile or of_environment(environ))
    try:
        region: str | None = session.get_scoped_config().get("region")
    except ProfileNotFound as error:
        there_are = f"; {hint(profile or '', session.available_profiles)}" if session.available_profiles else ""
        raise BadSettings(f"{error}{there_are}: `aws configure --profile NAME` makes one") from None
    except ConfigParseError as error:
        raise BadSettings(str(error)) from None
    return region


def of_environment(environ: Mapping[str, str]) -> str | None:
    """Return the profile that boto3 would take from the environment."""
    return environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or None
