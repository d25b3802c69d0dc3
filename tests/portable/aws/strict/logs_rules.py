"""CloudWatch Logs, over moto: what it takes and AWS does not."""

from __future__ import annotations

from .exchange import Exchange, Refusal

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


class LogsRules:
    """The operations that are checked."""

    def put_retention_policy(self, exchange: Exchange) -> None:
        """Refuse a number of days that is not one of those that there are."""
        days = exchange.params["retentionInDays"]
        if days not in RETENTION_DAYS:
            raise _invalid(f"1 validation error detected: Value '{days}' at 'retentionInDays'")

    def tag_resource(self, exchange: Exchange) -> None:
        """Refuse the ARN of what is in a group: `:*` at its end."""
        _demand_group(exchange)

    def untag_resource(self, exchange: Exchange) -> None:
        """Refuse the same."""
        _demand_group(exchange)

    def list_tags_for_resource(self, exchange: Exchange) -> None:
        """Refuse the same."""
        _demand_group(exchange)


def _demand_group(exchange: Exchange) -> None:
    if exchange.params["resourceArn"].endswith(":*"):
        raise _invalid("The ARN of a log group must not end in :*")


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)
