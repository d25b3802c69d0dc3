"""The Docker provider on a real engine: what a container is, what it may do, and what the engine's refusals mean."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from portable.gateway.config import Config
from portable.gateway.providers.base import ReplicaState
from portable.gateway.providers.docker.engine import Engine
from portable.gateway.providers.docker.provider import DockerProvider
from portable.gateway.secrets import SecretStore
from portable.stack.errors import Conflict, NotFound, Refused, Unavailable
from portable.stack.messages import FunctionDeployment, FunctionName, Resources, Secret
from tests.portable.gateway.providers.docker import engine
from tests.portable.gateway.providers.docker.engine import ask, deployment, inspect, only
from tests.tools import require

pytestmark = pytest.mark.runtime


class TestStates:
    def test_replica_goes_through_every_state(self, provider: DockerProvider) -> None:
        made = deployment(labels={"team": "blue"}, env_vars={"a": "b"})
        provider.check(made)
        replica = provider.create(made, "r1")
        assert ask(replica, "env/a") == "b"
        assert only(provider) == replica

        paused = provider.set_state(replica, ReplicaState.PAUSED)
        assert (paused.state, paused.host) == (ReplicaState.PAUSED, replica.host)
        assert only(provider) == paused

        awake = provider.set_state(paused, ReplicaState.RUNNING)
        assert awake == replica
        assert ask(awake, "env/a") == "b"

        stopped = provider.set_state(awake, ReplicaState.STOPPED, grace_s=0)
        assert (stopped.state, stopped.host, stopped.ended) == (ReplicaState.STOPPED, "", "")
        assert only(provider) == stopped
        assert inspect(stopped)["Name"].endswith(".idle")

        started = provider.set_state(stopped, ReplicaState.RUNNING)
        assert ask(started, "env/a") == "b"
        assert only(provider) == started
        assert inspect(started)["Name"] == "/" + replica.name

        assert provider.set_state(started, ReplicaState.REMOVED).state is ReplicaState.REMOVED
        assert provider.replicas() == []

    def test_paused_replica_is_stopped_and_removed_as_any(self, provider: DockerProvider) -> None:
        replica = provider.set_state(provider.create(deployment(), "r1"), ReplicaState.PAUSED)
        stopped = provider.set_state(replica, ReplicaState.STOPPED)
        assert only(provider) == stopped

        paused = provider.set_state(provider.set_state(stopped, ReplicaState.RUNNING), ReplicaState.PAUSED)
        provider.set_state(paused, ReplicaState.REMOVED)
        assert provider.replicas() == []

    def test_state_it_has_already_is_fine(self, provider: DockerProvider) -> None:
        running = provider.create(deployment(), "r1")
        assert provider.set_state(running, ReplicaState.RUNNING) == running
        for state in (ReplicaState.PAUSED, ReplicaState.STOPPED, ReplicaState.REMOVED):
            replica = provider.set_state(running, state)
            assert provider.set_state(replica, state) == replica

    def test_replica_that_is_not_as_it_was_seen_gets_there_all_the_same(self, provider: DockerProvider) -> None:
        running = provider.create(deployment(), "r1")
        paused = provider.set_state(running, ReplicaState.PAUSED)

        assert provider.set_state(running, ReplicaState.RUNNING) == running
        assert provider.set_state(paused, ReplicaState.RUNNING) == running
        stopped = provider.set_state(running, ReplicaState.STOPPED)
        assert provider.set_state(paused, ReplicaState.STOPPED) == stopped
        assert provider.set_state(paused, ReplicaState.RUNNING).state is ReplicaState.RUNNING

    def test_stopped_replica_cannot_be_paused(self, provider: DockerProvider) -> None:
        stopped = provider.set_state(provider.create(deployment(), "r1"), ReplicaState.STOPPED)

        with pytest.raises(Conflict, match="is not running"):
            provider.set_state(stopped, ReplicaState.PAUSED)

    def test_replica_that_is_gone_is_not_found_unless_it_was_to_go(self, provider: DockerProvider) -> None:
        replica = provider.create(deployment(), "r1")
        provider.set_state(replica, ReplicaState.REMOVED)

        assert provider.set_state(replica, ReplicaState.REMOVED).state is ReplicaState.REMOVED
        for state in (ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED):
            with pytest.raises(NotFound, match=replica.name):
                provider.set_state(replica, state)

    def test_another_gateway_on_the_network_knows_the_same(self, provider: DockerProvider, tmp_path: Path) -> None:
        """Nothing but the engine has state: this is a gateway after its restart."""
        made = deployment(
            secrets=(), labels={"a": "b"}, annotations={"topic": "x"}, env_process="p", limits=Resources("64Mi", "0.5")
        )
        running = provider.create(made, "r1")
        idle = provider.set_state(provider.create(deployment("idle"), "r2"), ReplicaState.STOPPED)
        network = inspect(running)["HostConfig"]["NetworkMode"]
        other = DockerProvider(Config(network=network), SecretStore(tmp_path))
        try:
            assert {one.id: one for one in other.replicas()} == {running.id: running, idle.id: idle}
            assert only(other, made.name).deployment == made
        finally:
            other.close()

    def test_a_gateway_on_another_network_sees_nothing(self, provider: DockerProvider, tmp_path: Path) -> None:
        provider.create(deployment(), "r1")
        with engine.provider_on_own_network(tmp_path / "other") as other:
            assert other.replicas() == []

    def test_functions_of_one_name_in_two_namespaces_are_two(self, provider: DockerProvider) -> None:
        one = provider.create(deployment(), "r1")
        two = provider.create(deployment(namespace="dev"), "r1")

        assert provider.replicas(one.function) == [one]
        assert provider.replicas(two.function) == [two]
        assert provider.replicas(FunctionName("none")) == []


class TestEnded:
    def test_replica_that_exits_says_so(self, provider: DockerProvider) -> None:
        replica = provider.create(deployment(), "r1")
        with pytest.raises(OSError):  # noqa: PT011 - however the connection ends
            ask(replica, "leave/3")
        engine.wait_until(lambda: only(provider).state is ReplicaState.STOPPED)

        assert only(provider).ended == "exit code 3"

    def test_replica_that_ended_while_it_was_idle_was_told_to(self, provider: DockerProvider) -> None:
        stopped = provider.set_state(provider.create(deployment(), "r1"), ReplicaState.STOPPED)
        assert only(provider).ended == ""

        ended = provider.set_state(stopped, ReplicaState.RUNNING)
        client = engine.client()
        client.api.kill(ended.id)
        client.close()
        engine.wait_until(lambda: only(provider).state is ReplicaState.STOPPED)
        assert only(provider).ended == "exit code 137 (killed by SIGKILL)"

    def test_replica_out_of_memory_says_the_limit(self, provider: DockerProvider) -> None:
        replica = provider.create(deployment(limits=Resources("48Mi")), "r1")
        with pytest.raises(OSError):  # noqa: PT011 - however the connection ends
            ask(replica, "hog/")
        engine.wait_until(lambda: only(provider).state is ReplicaState.STOPPED)

        assert only(provider).ended == "out of memory (limit 48Mi)"


class TestConfinement:
    def test_engine_has_the_limits_and_the_confinement(self, provider: DockerProvider) -> None:
        limits, requests = Resources("64Mi", "0.5"), Resources("32Mi", "100m")
        replica = provider.create(deployment(limits=limits, requests=requests), "r1")
        host = inspect(replica)["HostConfig"]

        assert (host["Memory"], host["MemorySwap"], host["MemoryReservation"]) == (2**26, 2**26, 2**25)
        assert (host["NanoCpus"], host["CpuShares"], host["PidsLimit"]) == (5 * 10**8, 102, 512)
        assert (host["CapDrop"], host["SecurityOpt"]) == (["ALL"], ["no-new-privileges"])
        assert host["RestartPolicy"]["Name"] in ("", "no")
        assert not host["Privileged"]
        assert ask(replica, "read/proc/self/status").count("CapEff:\t0000000000000000") == 1
        assert "No such file" in ask(replica, "read/var/run/docker.sock")

    def test_read_only_root_has_a_tmp_for_any_user(self, provider: DockerProvider) -> None:
        replica = provider.create(deployment(read_only_root_filesystem=True), "r1")

        assert ask(replica, "user/") == "65532"
        assert "Read-only file system" in ask(replica, "write/app")
        assert ask(replica, "write/tmp/x") == "1"

    def test_secret_is_a_read_only_file_whose_update_is_seen_at_once(
        self, provider: DockerProvider, tmp_path: Path
    ) -> None:
        store = SecretStore(tmp_path / "secrets")
        store.create(Secret("key", "openfaas-fn", b"first"))
        store.create(Secret("other", "openfaas-fn", b"not yours"))
        made = deployment(secrets=("key",))
        provider.check(made)
        replica = provider.create(made, "r1")
        assert ask(replica, "read/var/openfaas/secrets/key") == "first"

        store.update(Secret("key", "openfaas-fn", b"second value"))
        assert ask(replica, "read/var/openfaas/secrets/key") == "second value"
        assert "Error" in ask(replica, "write/var/openfaas/secrets/key")
        assert "No such file" in ask(replica, "read/var/openfaas/secrets/other")
        assert "second value" not in str(inspect(replica))

    def test_functions_call_each_other_by_the_names_of_a_cluster(self, provider: DockerProvider) -> None:
        caller = provider.create(deployment("caller"), "r1")
        ask(provider.create(deployment("callee", env_vars={"who": "callee"}), "r1"))

        for host in ("callee", "callee.openfaas-fn", "callee.openfaas-fn.svc.cluster.local"):
            assert ask(caller, f"get/http://{host}:8080/env/who") == "callee"


class TestRefusals:
    def test_image_that_is_nowhere_is_refused_with_what_to_do(self, provider: DockerProvider) -> None:
        made = FunctionDeployment(FunctionName("fn"), "127.0.0.1:1/none:1")
        for attempt in (lambda: provider.check(made), lambda: provider.create(made, "r1")):
            with pytest.raises(Refused, match=r"'127.0.0.1:1/none:1' .*faas-cli build.*--skip-push"):
                attempt()
        assert provider.replicas() == []

    def test_secret_that_is_nowhere_is_refused_with_the_command(self, provider: DockerProvider) -> None:
        made = deployment(secrets=("key",))
        for attempt in (lambda: provider.check(made), lambda: provider.create(made, "r1")):
            with pytest.raises(Refused, match=r"unable to find secret: key; .*faas-cli secret create key"):
                attempt()
        assert provider.replicas() == []

    def test_program_that_cannot_be_started_is_refused_and_nothing_stays(self, provider: DockerProvider) -> None:
        image = engine.build_image("portable-gateway-test:no-program", program="no-program")

        with pytest.raises(Refused, match=r"\"no-program\": executable file not found"):
            provider.create(FunctionDeployment(FunctionName("fn"), image), "r1")
        assert provider.replicas() == []

    def test_limits_are_checked_before_anything_is_made(self, provider: DockerProvider) -> None:
        with pytest.raises(Refused, match=r"limits\.memory"):
            provider.check(deployment(limits=Resources("1Mi")))

    def test_engine_that_does_not_answer_is_unavailable_with_what_to_do(self, tmp_path: Path) -> None:
        # by TCP, for the SDK leaves open a Unix socket that it could not connect
        with pytest.raises(Unavailable, match=r"tcp://127\.0\.0\.1:1 \(Connection refused\): start it, .*portable dev"):
            DockerProvider(Config(), SecretStore(tmp_path), engine_url="tcp://127.0.0.1:1")

    def test_constraints_are_ignored_and_logged(
        self, provider: DockerProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        provider.check(deployment(constraints=("node=one",)))

        assert "node=one" in caplog.text


def test_usage_adds_up_what_replicas_use(provider: DockerProvider) -> None:
    assert provider.usage(FunctionName("fn")).memory_bytes == 0
    for _ in range(2):
        ask(provider.create(deployment(), "r1"))
    first, second = provider.usage(FunctionName("fn")), provider.usage(FunctionName("fn"))

    assert 2 * 2**20 < first.memory_bytes < 2**30
    assert first.cpu_millicores > 0
    assert 0 <= second.cpu_millicores < first.cpu_millicores


def test_host_path_is_the_path_itself_outside_a_container(tmp_path: Path) -> None:
    require("docker")
    connected = Engine()
    try:
        assert connected.host_path(tmp_path / "x") == str(tmp_path / "x")
    finally:
        connected.close()


def test_network_is_made_once_by_many_at_a_time(tmp_path: Path) -> None:
    require("docker")
    connected = Engine()
    name = f"gateway-test-{os.getpid()}-many"
    threads = [threading.Thread(target=connected.ensure_network, args=(name,)) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [one["Name"] for one in connected.api.networks(names=[name])] == [name]
    finally:
        connected.close()
        engine.remove_network(name)
