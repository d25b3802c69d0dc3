"""What is sent, how often, and what the answers are taken for."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portable.openwhisk.answers import NoAnswer, unreachable

from .api_server import AUTH, ApiServer, Fault
from .project import Project
from .whisk import NAMESPACE

JSON = {"Content-Type": "application/json"}


class TestKey:
    def test_an_unknown_one_is_told_with_its_source(self, server: ApiServer, project: Project) -> None:
        project.properties(APIHOST=f"http://{server.host}", AUTH="23bc46b1-0000-0000-0000-816aa4f8c502:wrong-one")

        outcome = project.run("status", "-v")

        assert outcome.code == 1
        assert f"does not know the key (from AUTH in {project.folder}/.wskprops)" in outcome.err
        assert "The supplied authentication is invalid" in outcome.err
        assert "wrong-one" not in outcome.out + outcome.err

    def test_one_that_may_not_do_it_is_told(self, server: ApiServer, project: Project) -> None:
        said = b'{"error": "The supplied authentication is not authorized to access this resource.", "code": "t1"}'
        server.faults.append(Fault("PUT", "actions/meditations", 403, JSON, said))

        outcome = project.run("deploy")

        assert outcome.code == 1
        assert "may not do this: PUT /namespaces/_/actions/meditations" in outcome.err

    def test_one_for_another_namespace_is_told(self, server: ApiServer, project: Project) -> None:
        project.environ["WHISK_NAMESPACE"] = "other"

        outcome = project.run("deploy")

        assert outcome.code == 2
        assert f"is for the namespace {NAMESPACE}, and NAMESPACE says 'other'" in outcome.err
        assert server.requests == [("GET", "")]

    def test_its_own_namespace_may_be_named(self, server: ApiServer, project: Project) -> None:
        project.environ["WHISK_NAMESPACE"] = NAMESPACE

        assert project.deploy().last == "1 created"

    def test_it_does_not_follow_a_redirect(self, server: ApiServer, project: Project) -> None:
        """The place it points to is the server itself, which would see it."""
        location = f"http://{server.host}/api/v1/namespaces/_/actions/elsewhere"
        server.faults.append(Fault("GET", "actions/meditations", 302, {"Location": location}))

        outcome = project.run("status")

        assert outcome.code == 1
        assert f"redirected to http://{server.host}, where the key is not taken" in outcome.err
        assert server.requests == [("GET", ""), ("GET", "actions/meditations")]

    def test_it_is_not_shown_if_openwhisk_shows_it(self, server: ApiServer, project: Project) -> None:
        said = f'{{"error": "no such key: {AUTH}"}}'.encode()
        server.faults.append(Fault("GET", "", 401, JSON, said))

        outcome = project.run("status", "--json", "-v")

        assert outcome.facts["error"].count("no such key: ***") == 1

    @pytest.mark.parametrize("variable", ["WHISK_APIHOST", "WHISK_APIVERSION", "WSK_CONFIG_FILE"])
    def test_it_is_not_shown_where_another_setting_belongs(
        self, server: ApiServer, project: Project, variable: str
    ) -> None:
        project.environ |= {"WHISK_AUTH": "a:b", variable: AUTH}

        outcome = project.run("status", "--json", "-v")

        assert outcome.code == 2
        assert AUTH not in outcome.out + outcome.err

    def test_a_proxy_does_not_get_it_in_the_clear(
        self, server: ApiServer, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

        assert project.run("status").code == 0


class TestRepeating:
    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_a_get_that_failed_is_sent_again(self, server: ApiServer, project: Project, status: int) -> None:
        server.faults += [Fault("GET", "actions/meditations", status)] * 3

        assert project.run("status").code == 0
        assert project.pauses == [1, 2, 4]

    def test_a_get_without_an_answer_is_sent_again(self, server: ApiServer, project: Project) -> None:
        server.faults += [Fault("GET", "actions/meditations")] * 3

        assert project.run("status").code == 0

    def test_a_failure_that_was_cut_short_is_sent_again(self, server: ApiServer, project: Project) -> None:
        server.faults.append(Fault("GET", "actions/meditations", 503, body=b"{", is_cut_short=True))

        assert project.run("status").code == 0
        assert project.pauses == [1]

    @pytest.mark.parametrize(
        ("status", "message"), [(503, "failed with 503"), (429, "throttled, also after waiting"), (None, "no answer")]
    )
    def test_it_ends(self, server: ApiServer, project: Project, status: int | None, message: str) -> None:
        server.faults += [Fault("GET", "actions/meditations", status)] * 4

        outcome = project.run("status")

        assert outcome.code == 1
        assert message in outcome.err
        assert server.requests.count(("GET", "actions/meditations")) == 4

    @pytest.mark.parametrize(("asked", "pause"), [("7", 7), ("3600", 30), ("soon", 1), ("-1", 1)])
    def test_it_waits_as_asked_and_not_too_long(
        self, server: ApiServer, project: Project, asked: str, pause: int
    ) -> None:
        server.faults.append(Fault("PUT", "actions/meditations", 429, {"Retry-After": asked}))

        assert project.deploy().last == "1 created"
        assert project.pauses == [pause]

    def test_a_throttled_invocation_is_sent_again(self, server: ApiServer, project: Project) -> None:
        """It was not run: https://github.com/apache/openwhisk/blob/master/docs/reference.md."""
        project.deploy()
        server.faults.append(Fault("POST", "actions/meditations", 429))

        assert project.run("invoke").code == 0
        assert len(server.whisk.activations) == 1


class TestAnswers:
    def test_one_that_is_no_json_is_told(self, server: ApiServer, project: Project) -> None:
        server.faults.append(Fault("GET", "", 200, {"Content-Type": "text/html"}, b"<html>welcome"))

        outcome = project.run("status")

        assert outcome.code == 1
        assert "answered with text/html, not with JSON: is it the API host of an OpenWhisk?" in outcome.err

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"[1]", b"null"])
    def test_a_key_without_a_namespace_is_told(self, server: ApiServer, project: Project, body: bytes) -> None:
        server.faults.append(Fault("GET", "", 200, JSON, body))

        assert "is for no namespace" in project.run("status").err

    def test_code_that_is_too_large_is_told(self, server: ApiServer, project: Project) -> None:
        server.faults.append(Fault("PUT", "actions/meditations", 413, {"Content-Type": "text/html"}, b"<html>"))

        outcome = project.run("deploy")

        assert outcome.code == 1
        assert "too large for this OpenWhisk; require less" in outcome.err


class TestReaching:
    def test_a_host_that_is_none_is_told(self, project: Project) -> None:
        outcome = project.run("status", "--apihost", "nonexistent.invalid")

        assert outcome.code == 1
        assert "'nonexistent.invalid'" in outcome.err or "nonexistent.invalid cannot be reached" in outcome.err

    def test_a_port_where_nothing_listens_is_told(self, project: Project) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]

        outcome = project.run("status", "--apihost", f"http://127.0.0.1:{port}")

        assert outcome.code == 1
        assert f"127.0.0.1:{port} cannot be reached (Connection refused): check the API host" in outcome.err
        assert project.pauses == []

    def test_plain_http_at_https_is_told(self, server: ApiServer, project: Project) -> None:
        outcome = project.run("status", "--apihost", server.host)

        assert outcome.code == 1
        assert f"write http://{server.host}" in outcome.err

    def test_a_certificate_that_cannot_be_verified_is_taken_only_if_told_so(
        self, server: ApiServer, project: Project, tmp_path: Path
    ) -> None:
        speak_tls(server, tmp_path)

        refused = project.run("status", "--apihost", server.host)
        taken = project.run("status", "--apihost", server.host, "--insecure")

        assert refused.code == 1
        assert "cannot be verified" in refused.err
        assert "-i takes it as it is" in refused.err
        assert taken.code == 0
        assert f"https://{server.host}" in taken.out


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (TimeoutError("timed out"), "whisk.example does not answer: check the API host"),
        (BrokenPipeError(), "whisk.example broke off the connection while it was sent to"),
        (OSError(113, "No route to host"), "whisk.example cannot be reached (No route to host)"),
        ("unknown url type", "whisk.example cannot be reached (unknown url type)"),
    ],
)
def test_why_a_host_is_not_reached_is_told(reason: object, message: str) -> None:
    error = unreachable("https://whisk.example/api/v1", reason)

    assert message in str(error)
    assert isinstance(error, NoAnswer) == isinstance(reason, BrokenPipeError)


def speak_tls(server: ThreadingHTTPServer, folder: Path) -> None:
    """Have a running server speak TLS from now on, with a certificate that it signed itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)


def self_signed(folder: Path) -> Path:
    """Return a file with a certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
