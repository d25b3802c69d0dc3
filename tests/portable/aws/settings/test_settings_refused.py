"""Settings that AWS would refuse, or that would do nothing: each is refused before any call, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .settings_files import refusal


class Bad(NamedTuple):
    """Settings that are refused: lines of [defaults], and what the message says, in this order."""

    name: str
    lines: str
    says: tuple[str, ...]
    toml: str | None = None
    """The whole deploy.toml, if it is not [defaults] and the lines."""

    function: str = ""
    """Lines that the function has in stack.yml."""

    options: Mapping[str, Any] = {}
    environ: Mapping[str, str] | None = None


LONG = "x" * 2100
KEYS_AND_TABLES = (
    Bad("unknown key", "memory = 128", ("[defaults] 'memory'", "did you mean 'memory_mb'?")),
    Bad("key in capitals", "TIMEOUT_S = 3", ("'TIMEOUT_S'", "did you mean 'timeout_s'?")),
    Bad("key like no other", "qqq = 3", ("'qqq' is not known; there are: region, account",)),
    Bad("unknown table", "", ("'stage'", "did you mean 'stages'?"), toml="[stage.prod]\ntimeout_s = 3"),
    Bad("key above every table", "", ("memory_mb stands above every table",), toml="memory_mb = 256"),
    Bad("defaults that are no table", "", ("[defaults] must be a table",), toml="defaults = 3"),
    Bad("stages that are no table", "", ("stages must be a table",), toml="stages = []"),
    Bad("stage that is no table", "", ("[stages.prod] must be a table",), toml="stages.prod = true"),
    Bad("table of a stage in capitals", "", ("[stages.Prod]: a stage is called by",), toml="[stages.Prod]\n"),
    Bad("app in the file", 'app = "a"', ("'app'", "its function in stack.yml")),
    Bad("stage in the file", 'stage = "a"', ("'stage'", "--stage or APP_STAGE")),
    Bad("secrets in the file", 'secrets = ["a"]', ("'secrets'", "stack.yml")),
    Bad("key twice", "tracing = true\ntracing = true", ("deploy.toml: ", "line 3")),
)
TYPES = (
    Bad("text for a number", 'memory_mb = "256"', ("memory_mb must be a whole number, and is '256'",)),
    Bad("fraction for a whole number", "timeout_s = 2.5", ("timeout_s must be a whole number, and is 2.5",)),
    Bad("true for a number", "timeout_s = true", ("timeout_s must be a whole number, and is true",)),
    Bad("text for a number of money", 'budget_usd = "5"', ("budget_usd must be a number",)),
    Bad("no number", "throttle_rate = nan", ("throttle_rate must be a number, and is nan",)),
    Bad("endless number", "throttle_rate = inf", ("throttle_rate must be a number, and is inf",)),
    Bad("text for a flag", 'api_key = "yes"', ("api_key must be true or false, and is 'yes'",)),
    Bad("number for a text", "runtime = 3.13", ("runtime must be a text in quotes, and is 3.13",)),
    Bad("list for a text", "region = []", ("region must be a text in quotes, and is a list",)),
    Bad("account without quotes", "account = 123456789012", ("account must be 12 digits in quotes",)),
    Bad("smoke without a path", 'smoke = "GET"', ('smoke must be a method and a path, such as "POST /"',)),
    Bad("smoke as a list", 'smoke = ["GET", "/"]', ("smoke must be a method and a path",)),
    Bad("one status without a list", "smoke_statuses = 200", ("smoke_statuses must be a list",)),
    Bad("statuses in quotes", 'smoke_statuses = ["200"]', ("smoke_statuses must be a list",)),
    Bad("variable that is a number", "environment = {SIZE = 3}", ("[defaults.environment] SIZE must be a text",)),
    Bad("environment that is a list", "environment = []", ("environment must be a table",)),
    Bad("tag that is a flag", "tags = {team = true}", ("[defaults.tags] team must be a text in quotes",)),
    Bad("statement that is a text", 'statements = ["*"]', ("statements must be a list of tables",)),
    Bad("statement with one action", "statements = [{actions = 's3:Get*'}]", ("actions of number 1 must be a list",)),
    Bad("statement without actions", "statements = [{actions = []}]", ("actions of number 1 must be a list",)),
    Bad("statement of one key", "statements = [{actions = ['s3:Get*']}]", ("resources of number 1 must be a list",)),
    Bad("statement with another key", "statements = [{action = []}]", ("number 1 has 'action'", "'actions'?")),
)
NAMES = (
    Bad("stage in capitals", "", ("--stage is 'Prod': a stage is called by",), options={"stage": "Prod"}),
    Bad("stage that is empty", "", ("--stage is ''",), options={"stage": ""}),
    Bad("stage with a line after it", "", ("--stage is 'dev\\n'",), options={"stage": "dev\n"}),
    Bad("stage of the environment", "", ("APP_STAGE is '1'",), environ={"APP_STAGE": "1"}),
    Bad("stage of API Gateway's own", "", ("--stage is 'test-invoke-stage'",), options={"stage": "test-invoke-stage"}),
    Bad(
        "name that is too long for a role",
        "",
        ("stack.yml: function 'meditations' makes the role's name", "66 characters", "IAM takes 64"),
        options={"stage": "s" * 44},
    ),
    Bad("region with a typo", "", ("--region is 'eu-wset-1'", "'eu-west-1'?"), options={"region": "eu-wset-1"}),
    Bad("region of the environment", "", ("AWS_REGION is 'mars'",), environ={"AWS_REGION": "mars"}),
    Bad("region of the file", 'region = "us-east-9"', ("[defaults] region is 'us-east-9'", "did you mean"), environ={}),
    Bad("region that is a partition's", "", ("'aws-global'",), options={"region": "aws-global"}),
    Bad("region that is empty", "", ("--region is ''",), options={"region": ""}),
    Bad("account of eleven digits", 'account = "12345678901"', ("account is '12345678901'", "12 digits")),
    Bad("account with dashes", 'account = "1234-5678-9012"', ("account is '1234-5678-9012'",)),
    Bad("account in other digits", 'account = "١٢٣٤٥٦٧٨٩٠١٢"', ("12 digits",)),
)
FUNCTION = (
    Bad("runtime that is dead", 'runtime = "python3.9"', ("'python3.9'", "deprecated", "python3.13")),
    Bad("runtime that is about to die", 'runtime = "python3.10"', ("deprecated", "python3.11")),
    Bad("runtime of another century", 'runtime = "python2.7"', ("deprecated",)),
    Bad("runtime that is none", 'runtime = "python9.9"', ("'python9.9'", "none that the deployer knows")),
    Bad("runtime of another language", 'runtime = "nodejs22.x"', ("none that the deployer knows",)),
    Bad("architecture by another name", 'architecture = "arm"', ("'arm'", "did you mean 'arm64'?")),
    Bad("too little memory", "memory_mb = 127", ("memory_mb is 127", "from 128 to 10240 MB")),
    Bad("too much memory", "memory_mb = 10241", ("memory_mb is 10241", "from 128 to 10240 MB")),
    Bad("too much memory in stack.yml", "", ("limits.memory is 20480",), function="limits: {memory: 20Gi}"),
    Bad("no time", "timeout_s = 0", ("timeout_s is 0", "from 1 to 900")),
    Bad("too much time", 'front_door = "none"\ntimeout_s = 901', ("timeout_s is 901", "from 1 to 900")),
    Bad("small /tmp", "ephemeral_storage_mb = 511", ("ephemeral_storage_mb is 511", "512 to 10240")),
    Bad("large /tmp", "ephemeral_storage_mb = 10241", ("512 to 10240",)),
    Bad("retention between two", "retention_days = 13", ("retention_days is 13", "7, 14, 30")),
    Bad("retention for ever", "retention_days = 0", ("retention_days is 0", "CloudWatch Logs takes 1, 3")),
    Bad("log level of Python's", 'log_level = "WARNING"', ("'WARNING'", "did you mean 'WARN'?")),
    Bad("log level in small letters", 'log_level = "info"', ("did you mean 'INFO'?",)),
    Bad("concurrency below none", "reserved_concurrency = -1", ("reserved_concurrency is -1", "at least 0")),
    Bad("no version kept", "keep_versions = 0", ("keep_versions is 0", "at least 1")),
)
FRONT_DOORS = (
    Bad("front door by another name", 'front_door = "https"', ("'https'", "did you mean 'http'?")),
    Bad("longer than REST waits", "timeout_s = 30", ("timeout_s is 30", "rest waits for 29 s", "504")),
    Bad("longer than HTTP waits", 'front_door = "http"\ntimeout_s = 31', ("http waits for 30 s",)),
    Bad("no requests", "throttle_rate = 0", ("throttle_rate is 0, and must be more than 0",)),
    Bad("fewer than no requests", "throttle_rate = -0.5", ("throttle_rate is -0.5",)),
    Bad("no burst", "throttle_burst = 0", ("throttle_burst is 0", "at least 1 requests at once")),
    Bad("endless burst", "throttle_burst = 2147483648", ("from 1 to 2147483647",)),
    Bad("throttle without a gateway", 'front_door = "url"\nthrottle_rate = 5', ("throttle_rate does nothing",)),
    Bad("burst without a front door", 'front_door = "none"\nthrottle_burst = 5', ("throttle_burst does nothing",)),
    Bad("API key of an HTTP API", 'front_door = "http"\napi_key = true', ("http has no API keys", "rest")),
    Bad("API key of a Function URL", 'front_door = "url"\napi_key = true', ("url has no API keys",)),
    Bad("quota without a key", "quota_per_day = 100", ("quota_per_day", "set api_key = true")),
    Bad("quota of nothing", "api_key = true\nquota_per_day = 0", ("quota_per_day is 0", "at least 1 requests a day")),
    Bad("URL's auth of a REST API", 'url_auth = "AWS_IAM"', ("url_auth is for front door url",)),
    Bad("URL's auth by another name", 'front_door = "url"\nurl_auth = "IAM"', ("did you mean 'AWS_IAM'?",)),
    Bad("smoke by an unknown method", 'smoke = "FETCH /"', ("smoke has the method 'FETCH'", "GET")),
    Bad("smoke of half a path", 'smoke = "GET health"', ("smoke has the path 'health'",)),
    Bad("smoke with a space", 'smoke = "GET /a b"', ("smoke has the path '/a b'", "percent-encoded")),
    Bad("smoke with a fragment", 'smoke = "GET /#top"', ("smoke has the path '/#top'",)),
    Bad("smoke that is never answered so", "smoke_statuses = [200, 600]", ("smoke_statuses has 600",)),
    Bad("smoke that goes on", "smoke_statuses = [100]", ("smoke_statuses has 100",)),
)
ALARMS = (
    Bad("address without a host", 'alarm_email = "ops"', ("alarm_email is 'ops'", "one e-mail address")),
    Bad("address without a dot", 'alarm_email = "ops@localhost"', ("alarm_email",)),
    Bad("two addresses", 'alarm_email = "a@example.org,b@example.org"', ("one e-mail address",)),
    Bad("address with a name", 'alarm_email = "Ops <ops@example.org>"', ("one e-mail address",)),
    Bad("empty address", 'alarm_email = ""', ("alarm_email is ''",)),
    Bad("budget of nothing", 'alarm_email = "a@example.org"\nbudget_usd = 0', ("budget_usd is 0", "more than 0")),
    Bad("alarm at less", 'alarm_email = "a@example.org"\nbilling_alarm_usd = -1', ("billing_alarm_usd is -1",)),
    Bad("budget without an address", "budget_usd = 5", ("budget_usd", "set alarm_email")),
    Bad("billing alarm without an address", "billing_alarm_usd = 5", ("billing_alarm_usd", "set alarm_email")),
    Bad(
        "billing alarm where there is no such metric",
        'alarm_email = "a@example.org"\nbilling_alarm_usd = 5',
        ("billing_alarm_usd", "us-east-1", "cn-north-1"),
        options={"region": "cn-north-1"},
    ),
)
TEXTS = (
    Bad("variable of one letter", 'environment = {A = "1"}', ("[defaults.environment] A is no name",)),
    Bad("variable with a dash", "", ("--env MY-VAR is no name",), options={"environment": {"MY-VAR": "1"}}),
    Bad("variable with a digit first", "", ("environment.1ST is no name",), function="environment: {1ST: x}"),
    Bad("variable of Lambda's", 'environment = {AWS_REGION = "x"}', ("AWS_REGION is reserved: Lambda",)),
    Bad("variable with an underscore", "", ("--env _HANDLER is no name",), options={"environment": {"_HANDLER": "x"}}),
    Bad("variable of ours", 'environment = {SECRETS_PATH = "x"}', ("SECRETS_PATH is reserved: the deployer",)),
    Bad("much environment", f'environment = {{AA = "{LONG}", BB = "{LONG}"}}', ("environment is 4217 bytes", "AA, BB")),
    Bad("tag of AWS's", 'tags = {"aws:team" = "x"}', ("[defaults.tags] aws:team begins with aws:",)),
    Bad("tag of AWS's in capitals", 'tags = {"AWS:team" = "x"}', ("begins with aws:",)),
    Bad("tag of ours", 'tags = {managed-by = "me"}', ("managed-by", "the deployer's own")),
    Bad("tag of ours but for its case", 'tags = {App = "me"}', ("App", "the deployer's own")),
    Bad("tag twice but for its case", 'tags = {Team = "a", team = "b"}', ("team is there twice",)),
    Bad("tag with a comma", 'tags = {team = "a,b"}', ("team is 'a,b'", "letters, digits, spaces")),
    Bad("tag without a name", 'tags = {"" = "x"}', ("1 to 128 characters",)),
    Bad("tag with a long name", f'tags = {{{"n" * 129} = "x"}}', ("1 to 128 characters",)),
    Bad("tag with a long value", f'tags = {{team = "{"v" * 257}"}}', ("up to 256",)),
    Bad("many tags", "\n".join(f'tags.t{n} = "x"' for n in range(45)), ("tags are 45: AWS takes 50",)),
    Bad("every action", "statements = [{actions = ['*'], resources = ['*']}]", ("number 1 has the action '*'",)),
    Bad("every service", "statements = [{actions = ['*:*'], resources = ['*']}]", ("name the service",)),
    Bad("action without a service", "statements = [{actions = ['GetObject'], resources = ['*']}]", ("'GetObject'",)),
    Bad("bucket's name", "statements = [{actions = ['s3:*'], resources = ['bucket']}]", ("'bucket'", "an ARN")),
    Bad("half an ARN", "statements = [{actions = ['s3:*'], resources = ['arn:aws:s3']}]", ("'arn:aws:s3'",)),
    Bad("ARN of any service", "statements = [{actions = ['s3:*'], resources = ['arn:aws:*:::b']}]", ("an ARN",)),
)
TABLE = (*KEYS_AND_TABLES, *TYPES, *NAMES, *FUNCTION, *FRONT_DOORS, *ALARMS, *TEXTS)


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name.replace(" ", "-"))
def test_bad_setting_is_refused_by_name_with_what_is_allowed(tmp_path: Path, bad: Bad) -> None:
    toml = f"[defaults]\n{bad.lines}\n" if bad.toml is None else bad.toml
    message = refusal(tmp_path, toml, function=bad.function, environ=bad.environ, **bad.options)

    at = 0
    for words in bad.says:
        assert words in message[at:], message
        at = message.index(words, at) + len(words)


@pytest.mark.parametrize(
    "bad", [bad for bad in TABLE if bad.lines and bad.environ is None], ids=lambda bad: bad.name.replace(" ", "-")
)
def test_message_begins_with_the_file(tmp_path: Path, bad: Bad) -> None:
    message = refusal(tmp_path, f"[defaults]\n{bad.lines}\n", function=bad.function, **bad.options)

    assert message.startswith(("deploy.toml: ", "environment is 4", "tags are 45"))


def test_value_of_a_variable_is_never_in_the_message(tmp_path: Path) -> None:
    value = "hunter2" * 700
    for toml, options in (
        (f'[defaults.environment]\nA = "{value}"', {}),
        (f'[defaults.environment]\nSECRETS_PATH = "{value}"', {}),
        (f'[defaults.environment]\nTOKEN = "{value}"', {}),
        ("[defaults.environment]\nTOKEN = ['hunter2']", {}),
        ("[defaults]\nenvironment = 'hunter2'", {}),
        ("", {"environment": {"1": value}}),
    ):
        message = refusal(tmp_path, toml, **options)

        assert message
        assert "hunter2" not in message
