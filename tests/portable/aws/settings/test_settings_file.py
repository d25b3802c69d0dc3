"""Where settings come from, and which of two wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.aws.settings import Settings, Smoke, Statement
from portable.aws.settings.reading import Options, load
from portable.project.settings.deploy_toml import FILE
from tests.sample import FUNCTION_DIR, PROJECT_DIR, STACK_PATH

from .settings_files import read, refusal

PROFILES = "[default]\nregion = eu-south-1\n[profile work]\nregion = us-west-2\n[profile bare]\noutput = json\n"


def write_profiles(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "aws-config"
    path.write_text(PROFILES)
    return {"AWS_CONFIG_FILE": str(path)}


def test_nothing_given_is_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert read(tmp_path) == Settings(app="meditations", stage="dev", region="eu-west-1")


def test_default_paths_are_those_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT_DIR)
    settings = load(Options(), {"AWS_REGION": "eu-west-1"})

    assert settings.app == "meditations"
    assert settings.smoke == Smoke("POST", "/", (200,))
    assert settings.environment["OPENFAAS_NAME"] == "meditations"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_sample_deploy_toml_is_good_for_every_stage_it_names(stage: str) -> None:
    options = Options(
        stage=stage,
        config=PROJECT_DIR / FILE,
        function=str(FUNCTION_DIR),
        stack=STACK_PATH,
    )

    assert load(options, {"AWS_REGION": "eu-west-1"}).stage == stage


def test_sample_deploy_toml_is_good_with_every_comment_taken_up(tmp_path: Path) -> None:
    sample = (PROJECT_DIR / FILE).read_text()
    lines = [line.removeprefix("# ") if " = " in line else line for line in sample.splitlines()]

    settings = read(tmp_path, "\n".join(lines), environ={}, stage="prod")

    assert (settings.region, settings.account, settings.api_key) == ("eu-west-1", "123456789012", True)


class TestStage:
    def test_flag_wins_over_the_environment(self, tmp_path: Path) -> None:
        environ = {"APP_STAGE": "test", "AWS_REGION": "eu-west-1"}

        assert read(tmp_path, "", stage="prod", environ=environ).stage == "prod"
        assert read(tmp_path, "", environ=environ).stage == "test"
        assert read(tmp_path, "", environ={**environ, "APP_STAGE": ""}).stage == "dev"

    def test_table_of_the_stage_wins_over_defaults(self, tmp_path: Path) -> None:
        toml = "[defaults]\nmemory_mb = 256\ntimeout_s = 9\n[stages.prod]\nmemory_mb = 512\n"
        dev, prod = read(tmp_path, toml), read(tmp_path, toml, stage="prod")

        assert (dev.memory_mb, dev.timeout_s) == (256, 9)
        assert (prod.memory_mb, prod.timeout_s) == (512, 9)

    def test_stage_without_a_table_has_the_defaults(self, tmp_path: Path) -> None:
        toml = "[defaults]\nmemory_mb = 256\n[stages.prod]\nmemory_mb = 512\n"

        assert read(tmp_path, toml, stage="test").memory_mb == 256

    def test_tables_are_joined_and_lists_replaced(self, tmp_path: Path) -> None:
        toml = """
            [defaults]
            smoke_statuses = [200, 204]
            environment = {A1 = "defaults", B1 = "defaults"}
            tags = {team = "a", cost = "b"}
            [[defaults.statements]]
            actions = ["s3:GetObject"]
            resources = ["*"]
            [stages.prod]
            smoke_statuses = [201]
            tags = {team = "c"}
            [stages.prod.environment]
            B1 = "prod"
            [[stages.prod.statements]]
            actions = ["s3:PutObject", "s3:GetObject"]
            resources = ["arn:aws:s3:::bucket/*"]
        """
        settings = read(tmp_path, toml, stage="prod")

        assert settings.environment == {"A1": "defaults", "B1": "prod"}
        assert settings.tags == {"team": "c", "cost": "b"}
        assert settings.statements == (Statement(("s3:PutObject", "s3:GetObject"), ("arn:aws:s3:::bucket/*",)),)
        assert settings.smoke == Smoke(statuses=(201,))

    def test_mistake_in_another_stages_table_shows_at_once(self, tmp_path: Path) -> None:
        assert "[stages.prod] 'memory'" in refusal(tmp_path, "[stages.prod]\nmemory = 512\n", stage="dev")


class TestConfig:
    def test_flag_wins_over_the_environment(self, tmp_path: Path) -> None:
        other = tmp_path / "other.toml"
        other.write_text("[defaults]\nmemory_mb = 300\n")
        environ = {"APP_CONFIG": str(other), "AWS_REGION": "eu-west-1"}

        assert read(tmp_path, environ=environ).memory_mb == 300
        assert read(tmp_path, "[defaults]\nmemory_mb = 400\n", environ=environ).memory_mb == 400

    def test_missing_one_that_was_named_is_an_error(self, tmp_path: Path) -> None:
        missing = tmp_path / "missing.toml"
        environ = {"APP_CONFIG": str(missing), "AWS_REGION": "eu-west-1"}

        assert refusal(tmp_path, config=missing) == "--config: there is no file 'missing.toml'"
        assert refusal(tmp_path, environ=environ).startswith("APP_CONFIG: there is no file")

    def test_folder_in_its_place_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()

        assert refusal(tmp_path, config=tmp_path / "folder") == "folder: cannot read it: Is a directory"

    def test_byte_order_mark_is_taken(self, tmp_path: Path) -> None:
        assert read(tmp_path, "\ufeff[defaults]\nmemory_mb = 300\n").memory_mb == 300

    def test_other_encoding_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.toml"
        path.write_bytes("# für\n".encode("latin-1"))

        assert refusal(tmp_path, config=path) == "latin.toml: it is not UTF-8 (byte 3)"

    @pytest.mark.parametrize(
        ("toml", "line"),
        [("[defaults]\nmemory_mb 3\n", "line 2"), ('[defaults]\nregion = "', "line 2"), ("[", "line 1")],
    )
    def test_syntax_error_names_file_and_line(self, tmp_path: Path, toml: str, line: str) -> None:
        message = refusal(tmp_path, toml)

        assert message.startswith("deploy.toml: ")
        assert line in message


class TestRegion:
    TOML = '[defaults]\nregion = "eu-north-1"\n[stages.prod]\nregion = "eu-west-3"\n'

    def test_precedence(self, tmp_path: Path) -> None:
        profiles = write_profiles(tmp_path)
        default = {**profiles, "AWS_DEFAULT_REGION": "ap-south-1"}
        both = {**default, "AWS_REGION": "us-east-2"}

        assert read(tmp_path, self.TOML, environ=both, region="sa-east-1", stage="prod").region == "sa-east-1"
        assert read(tmp_path, self.TOML, environ=both, stage="prod").region == "us-east-2"
        assert read(tmp_path, self.TOML, environ=default, stage="prod").region == "ap-south-1"
        assert read(tmp_path, self.TOML, environ=profiles, stage="prod").region == "eu-west-3"
        assert read(tmp_path, self.TOML, environ=profiles).region == "eu-north-1"
        assert read(tmp_path, "", environ=profiles).region == "eu-south-1"

    @pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
    def test_profile_has_its_own(self, tmp_path: Path, variable: str) -> None:
        profiles = write_profiles(tmp_path)

        assert read(tmp_path, "", environ=profiles, profile="work").region == "us-west-2"
        assert read(tmp_path, "", environ={**profiles, variable: "work"}).region == "us-west-2"
        assert read(tmp_path, '[defaults]\nprofile = "work"\n', environ=profiles).region == "us-west-2"

    def test_none_anywhere_says_where_to_give_one(self, tmp_path: Path) -> None:
        message = refusal(tmp_path, "", environ={**write_profiles(tmp_path), "AWS_PROFILE": "bare"})

        assert message.startswith("there is no region: give --region or AWS_REGION")

    def test_offline_needs_none(self, tmp_path: Path) -> None:
        profiles = write_profiles(tmp_path)

        assert read(tmp_path, "", environ={}, offline=True).region == "us-east-1"
        assert read(tmp_path, "", environ=profiles, offline=True, profile="work").region == "us-west-2"
        assert read(tmp_path, "", environ=profiles, offline=True, profile="missing").region == "us-east-1"


class TestProfile:
    TOML = '[defaults]\nprofile = "work"\n'

    def test_flag_wins_over_the_file(self, tmp_path: Path) -> None:
        assert read(tmp_path, self.TOML).profile == "work"
        assert read(tmp_path, self.TOML, profile="other").profile == "other"

    @pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"])
    def test_credentials_in_the_environment_are_left_to_boto3(self, tmp_path: Path, variable: str) -> None:
        environ = {"AWS_REGION": "eu-west-1", variable: "other"}

        assert read(tmp_path, self.TOML, environ=environ).profile is None
        assert read(tmp_path, self.TOML, environ=environ, profile="flag").profile == "flag"

    def test_missing_one_is_named_with_the_nearest(self, tmp_path: Path) -> None:
        message = refusal(tmp_path, "", environ=write_profiles(tmp_path), profile="wrok")

        assert "(wrok)" in message
        assert "did you mean 'work'?" in message

    def test_broken_file_of_aws_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "broken"
        path.write_text("region = eu-west-1\n")

        assert "broken" in refusal(tmp_path, "", environ={"AWS_CONFIG_FILE": str(path)})


class TestEnvironment:
    def test_command_line_wins_over_file_over_stack(self, tmp_path: Path) -> None:
        settings = read(
            tmp_path,
            '[defaults.environment]\nFILE = "file"\nFLAG = "file"\n',
            function="environment: {STACK: stack, FILE: stack, FLAG: stack}",
            environment={"FLAG": "flag", "NEW": "x=y"},
        )

        assert settings.environment == {"STACK": "stack", "FILE": "file", "FLAG": "flag", "NEW": "x=y"}

    def test_memory_of_the_file_wins_over_the_stacks(self, tmp_path: Path) -> None:
        limits = "limits: {memory: 300Mi}"

        assert read(tmp_path, "", function=limits).memory_mb == 300
        assert read(tmp_path, "[defaults]\nmemory_mb = 200\n", function=limits).memory_mb == 200

    def test_memory_of_the_stack_is_at_least_what_lambda_gives(self, tmp_path: Path) -> None:
        assert read(tmp_path, "", function="limits: {memory: 20Mi}").memory_mb == 128

    def test_secrets_are_those_of_the_stack(self, tmp_path: Path) -> None:
        assert read(tmp_path, "", function="secrets: [token, key, token]").secrets == ("token", "key")


def test_stack_file_is_filled_from_the_environment(tmp_path: Path) -> None:
    environ = {"AWS_REGION": "eu-west-1", "LEVEL": "high"}

    assert (
        read(tmp_path, "", function="environment: {LEVEL: '${LEVEL:-low}'}", environ=environ).environment["LEVEL"]
        == "high"
    )


def test_missing_stack_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "", stack=tmp_path / "missing.yml").startswith("missing.yml: there is no such file")
