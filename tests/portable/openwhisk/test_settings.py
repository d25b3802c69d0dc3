"""Where the API host and the key come from, and what they must be."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from portable.deploying.arguments import Arguments
from portable.deploying.cli import with_options
from portable.deploying.errors import BadSettings, DeployError, Refused
from portable.deploying.world import World
from portable.openwhisk import settings
from portable.openwhisk.settings import Settings

KEY = "23bc46b1:from-file"


def read(home: Path, *arguments: str, **environ: str) -> Settings:
    command = click.command(with_options(settings.OPTIONS, lambda **given: Arguments(**given)))
    given = command.main(arguments, standalone_mode=False)
    return settings.read(given, World(environ={"HOME": str(home), **environ}))


def write(folder: Path, text: str, name: str = ".wskprops") -> Path:
    (folder / name).write_text(text)
    return folder / name


class TestSources:
    def test_a_file_as_wsk_writes_it(self, tmp_path: Path) -> None:
        write(tmp_path, f"APIHOST=https://host\nAPIVERSION=v1\nAUTH={KEY}\nCERT=\nKEY=\nNAMESPACE=_\n")

        found = read(tmp_path)

        assert (found.api_url, found.auth, found.namespace) == ("https://host/api/v1", KEY, "_")
        assert found.auth_source == f"AUTH in {tmp_path}/.wskprops"

    @pytest.mark.parametrize(
        "text",
        [
            f"APIHOST=host\nAUTH={KEY}",
            f"  APIHOST = host \r\n\tAUTH\t=\t{KEY} \r\n",
            f"# mine\n\nAPIHOST=first\nAPIHOST=host\nAUTH={KEY}\nSOMETHING=else=too\n",
        ],
        ids=["short", "spaces", "comments and repeats"],
    )
    def test_a_file_as_people_write_it(self, tmp_path: Path, text: str) -> None:
        write(tmp_path, text)

        found = read(tmp_path)

        assert (found.api_url, found.auth) == ("https://host/api/v1", KEY)

    @pytest.mark.parametrize(
        ("arguments", "environ", "host", "key"),
        [
            ([], {}, "file", KEY),
            ([], {"__OW_API_HOST": "https://action", "__OW_API_KEY": "a:action"}, "action", "a:action"),
            ([], {"WHISK_APIHOST": "wsk", "WHISK_AUTH": "a:wsk", "__OW_API_HOST": "action"}, "wsk", "a:wsk"),
            (["--apihost", "option", "--auth", "a:option"], {"WHISK_AUTH": "a:wsk"}, "option", "a:option"),
            (["--apihost", "option"], {"WHISK_AUTH": "a:wsk"}, "option", "a:wsk"),
            ([], {"WHISK_APIHOST": "", "WHISK_AUTH": ""}, "file", KEY),
        ],
    )
    def test_an_argument_goes_before_the_environment_and_that_before_the_file(
        self, tmp_path: Path, arguments: list[str], environ: dict[str, str], host: str, key: str
    ) -> None:
        write(tmp_path, f"APIHOST=file\nAUTH={KEY}\n")

        found = read(tmp_path, *arguments, **environ)

        assert (found.api_url, found.auth) == (f"https://{host}/api/v1", key)

    def test_another_file_may_be_named(self, tmp_path: Path) -> None:
        write(tmp_path, "APIHOST=home\nAUTH=a:home\n")
        other = write(tmp_path, "APIHOST=other\nAUTH=a:other\nNAMESPACE=mine\n", "props")

        found = read(tmp_path, WSK_CONFIG_FILE=str(other))

        assert (found.api_url, found.auth, found.namespace) == ("https://other/api/v1", "a:other", "mine")

    def test_no_file_is_needed(self, tmp_path: Path) -> None:
        assert read(tmp_path, "--apihost", "host", "--auth", KEY).auth_source == "--auth"

    def test_the_key_is_not_in_their_repr(self, tmp_path: Path) -> None:
        assert "from-file" not in repr(read(tmp_path, "--apihost", "host", "--auth", KEY))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no API host: `wsk property set --apihost HOST`"),
        ("APIHOST=host\n", "no key: `wsk property set --auth UUID:KEY`"),
        ("APIHOST=host\nAUTH=\n", "no key"),
        (f"APIHOST=host\nAUTH: {KEY}\n", "line 2 of"),
        ('APIHOST=host\nAUTH="a:swordfish"\n', "is not of the form UUID:KEY, without quotes"),
        ("APIHOST=host\nAUTH=swordfish\n", "is not of the form UUID:KEY"),
        ("APIHOST=host\nAUTH=a:swordfish:b c\n", "is not of the form UUID:KEY"),
        ("APIHOST=host\nAUTH=a:swördfish\n", "is not of the form UUID:KEY"),
        (f"APIHOST=host\nAUTH={KEY}\nAPIVERSION=v1/x\n", "is 'v1/x'; it takes v1"),
        (f"APIHOST=https://a:swordfish@host\nAUTH={KEY}\n", "has an @ in it"),
    ],
)
def test_what_is_missing_or_malformed_says_what_to_do_and_shows_no_key(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, text)

    with pytest.raises(BadSettings) as failed:
        read(tmp_path)

    assert message in str(failed.value)
    assert not re.search("sw[oö]rdfish|from-file", str(failed.value))


def test_a_named_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    for name in ("missing", "folder", "binary"):
        with pytest.raises(BadSettings, match=f"{name}'"):
            read(tmp_path, WSK_CONFIG_FILE=str(tmp_path / name))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("openwhisk.example.com", "https://openwhisk.example.com"),
        ("https://openwhisk.example.com/", "https://openwhisk.example.com"),
        ("192.0.2.1:10001", "https://192.0.2.1:10001"),
        ("http://localhost:3233", "http://localhost:3233"),
        ("http://whisk.localhost", "http://whisk.localhost"),
        ("http://172.17.0.1:3233", "http://172.17.0.1:3233"),
        ("http://[::1]:3233", "http://[::1]:3233"),
        ("http://127.1.2.3", "http://127.1.2.3"),
    ],
)
def test_a_host_may_have_a_scheme_and_a_port(tmp_path: Path, host: str, url: str) -> None:
    assert read(tmp_path, "--apihost", host, "--auth", KEY).api_url == f"{url}/api/v1"


@pytest.mark.parametrize(
    "host",
    ["ftp://host", "host/api", "host?a", "host#a", "https://", "host:port", "host:99999", "ho st", "a..b", "[::1", "ü"],
)
def test_what_is_no_host_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSettings, match="it takes a host such as"):
        read(tmp_path, "--apihost", host, "--auth", KEY)


@pytest.mark.parametrize("host", ["http://example.com", "http://8.8.8.8", "http://localhost.example.com", "http://a"])
def test_the_key_does_not_go_over_plain_http_unless_told_so(tmp_path: Path, host: str) -> None:
    arguments = ("--apihost", host, "--auth", KEY)

    with pytest.raises(Refused, match="--allow-http"):
        read(tmp_path, *arguments)
    assert read(tmp_path, *arguments, "--allow-http").api_url == f"{host}/api/v1"


def test_every_error_has_its_exit_code() -> None:
    assert (DeployError.exit_code, BadSettings.exit_code, Refused.exit_code) == (1, 2, 5)
