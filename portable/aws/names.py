"""The names of everything that a stage of an app has at AWS. They are derived, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..deploying.spelling import spelled

MANAGED_BY = "portable"
ALIAS_LIVE = "live"
ALIAS_PREVIOUS = "previous"


@dataclass(frozen=True)
class Names:
    """The names of one stage in one region of one account."""

    app: str
    stage: str
    account: str
    region: str
    partition: str = "aws"
    found_by: tuple[str, ...] = ()
    """The options that say where it is written what the stage is: a command about it has them too."""

    @property
    def base(self) -> str:
        """Return `{app}-{stage}`: the name of the function, its API, usage plan and key, and what alarms begin with."""
        return f"{self.app}-{self.stage}"

    def command(self, *words: str) -> str:
        """Return a command about this stage, as a shell reads it."""
        return spelled("aws", *words, "--function", self.app, "--stage", self.stage, *self.found_by)

    @property
    def global_base(self) -> str:
        """Return the name of what AWS keeps for all regions together: the role and the budget."""
        return f"{self.base}-{self.region}"

    @property
    def log_group(self) -> str:
        """Return where Lambda writes the function's log."""
        return f"/aws/lambda/{self.base}"

    @property
    def topic(self) -> str:
        """Return the name of the SNS topic that alarms are sent to."""
        return f"{self.base}-alarms"

    @property
    def secrets_path(self) -> str:
        """Return what the names of the stage's secrets begin with."""
        return f"{self.app}/{self.stage}/"

    @property
    def tags(self) -> Mapping[str, str]:
        """Return the tags by which our own is known again."""
        return {"app": self.app, "stage": self.stage, "managed-by": MANAGED_BY}

    @property
    def function_arn(self) -> str:
        """Return the function's ARN, without a qualifier."""
        return self.arn("lambda", f"function:{self.base}")

    @property
    def alias_arn(self) -> str:
        """Return the ARN of the alias `live`, which is what every front door calls."""
        return f"{self.function_arn}:{ALIAS_LIVE}"

    @property
    def role_arn(self) -> str:
        """Return the ARN of the execution role."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.global_base}"

    @property
    def log_group_arn(self) -> str:
        """Return the ARN of the log group."""
        return self.arn("logs", f"log-group:{self.log_group}")

    @property
    def topic_arn(self) -> str:
        """Return the ARN of the topic of alarms."""
        return self.arn("sns", self.topic)

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of this region and account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def is_ours(self, tags: Mapping[str, str]) -> bool:
        """Tell whether something with these tags belongs to this stage."""
        return self.tags.items() <= tags.items()
