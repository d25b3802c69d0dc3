"""Settings from the command line and the environment."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.deploying.errors import BadSettings
from portable.gateway.config import SETTINGS, Config, Setting, read_config
from portable.gateway.http.addresses import Allowed


def test_read_config_nothing_given_is_the_defaults() -> None:
    assert read_config({}, {}) == Config()


def test_settings_cover_every_field_once() -> None:
    assert sorted(setting.field for setting in SETTINGS) == sorted(field.name for field in fields(Config))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.flag)
def test_setting_default_as_shown_is_one_that_it_reads(setting: Setting) -> None:
    assert not setting.default or setting.parse(setting.default) == getattr(Config, setting.field)


CASES = (
    ("host", "0.0.0.0", "host", "0.0.0.0"),
    ("port", "0", "port", 0),
    ("provider", "process", "provider", "process"),
    ("state-dir", "/var/lib/gateway", "state_dir", Path("/var/lib/gateway")),
    ("network", "mine", "network", "mine"),
    ("stack", "other.yml", "stack_path", Path("other.yml")),
    ("process-command", "node 'my server.js'", "process_command", ("node", "my server.js")),
    ("store", "store.json", "store_path", Path("store.json")),
    ("allowed-host", "nas.lan, pi.lan", "allowed_hosts", ("nas.lan", "pi.lan")),
    ("upstream-timeout", "1m30s", "upstream_timeout_s", 90.0),
    ("read-timeout", "5", "read_timeout_s", 5.0),
    ("write-timeout", "500ms", "write_timeout_s", 0.5),
    ("start-timeout", "2m", "start_timeout_s", 120.0),
    ("deploy-wait", "1s", "deploy_wait_s", 1.0),
    ("max-body", "10Mi", "max_body_bytes", 10 * 2**20),
    ("async-concurrency", "8", "async_concurrency", 8),
    ("async-max-queued", "500", "async_max_queued", 500),
    ("async-max-body", "64Ki", "async_max_body_bytes", 65536),
    ("async-max-result", "2Mi", "async_max_result_bytes", 2 * 2**20),
    ("async-backoff", "full", "async_backoff", "full"),
    ("async-keep", "10", "async_keep", 10),
    ("async-keep-for", "24h", "async_keep_for_s", 86400.0),
    ("async-max-disk", "100Mi", "async_max_disk_bytes", 100 * 2**20),
    ("history", "50", "history", 50),
    ("keep-logs", "64Ki", "keep_logs_bytes", 65536),
    ("callback-allow", "nas.lan, 10.1.0.0/16", "callback_allow", ("nas.lan", "10.1.0.0/16")),
    ("function-pages", "trusted", "function_pages", "trusted"),
    ("log-level", "debug", "log_level", "DEBUG"),
)


@pytest.mark.parametrize(("flag", "written", "field", "value"), CASES, ids=[case[0] for case in CASES])
def test_read_config_flag_or_variable_sets_the_field(flag: str, written: str, field: str, value: object) -> None:
    variable = "GATEWAY_" + flag.upper().replace("-", "_")

    assert getattr(read_config({flag.replace("-", "_"): written}, {}), field) == value
    assert getattr(read_config({}, {variable: written}), field) == value


def test_read_config_flag_and_variable_takes_the_flag() -> None:
    assert read_config({"port": "81"}, {"GATEWAY_PORT": "no port"}).port == 81


def test_read_config_empty_variable_is_none() -> None:
    assert read_config({}, {"GATEWAY_PORT": ""}).port == 8080


CHECKS = {"callback_allow": Allowed}
BAD = (
    ("port", "65536", "a number below 65536"),
    ("port", "٣", "a number below 65536"),
    ("provider", "swarm", "docker, process"),
    ("host", "", "no name"),
    ("upstream-timeout", "soon", "no time"),
    ("upstream-timeout", "0", "between 0 and 7 days"),
    ("max-body", "much", "no quantity"),
    ("max-body", "0", "from 1 byte"),
    ("allowed-host", "a,,b", "no name"),
    ("async-concurrency", "0", "from 1 to 100"),
    ("async-max-queued", "-1", "from 1"),
    ("history", "10001", "from 1 to 10000"),
    ("async-backoff", "none", "exponential, full, equal"),
    ("callback-allow", "10.1.0.1/16", "neither a host's name nor a network"),
    ("function-pages", "open", "sandboxed, trusted"),
    ("process-command", "'open", "No closing quotation"),
    ("process-command", " ", "is not a command"),
    ("log-level", "loud", "DEBUG, INFO"),
)


@pytest.mark.parametrize(("flag", "written", "reason"), BAD, ids=[f"{case[0]}={case[1]}" for case in BAD])
def test_read_config_bad_value_is_refused_and_named(flag: str, written: str, reason: str) -> None:
    with pytest.raises(BadSettings, match=f"^--{flag}: .*{re.escape(reason)}"):
        read_config({flag.replace("-", "_"): written}, {}, CHECKS)


def test_read_config_bad_variable_is_refused_and_named() -> None:
    with pytest.raises(BadSettings, match="GATEWAY_READ_TIMEOUT: 'x' is no time"):
        read_config({}, {"GATEWAY_READ_TIMEOUT": "x"})


@pytest.mark.parametrize(("verb", "left_out"), [("gateway", ()), ("dev", ("provider",))])
def test_help_of_a_verb_shows_every_default_and_variable(
    verb: str, left_out: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "--help"]) == 0

    shown = "".join(capsys.readouterr().out.split())
    for setting in SETTINGS:
        told = f"(default:{setting.default or 'none'};environment:{setting.variable})".replace(" ", "")
        assert (told in shown) == (setting.flag not in left_out)


def test_flag_of_a_verb_reaches_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("gateway", "dev"):
        assert main([verb, "--async-keep-for", "soon"]) == 2

        assert capsys.readouterr().err.startswith("error: --async-keep-for: 'soon' is no time")
