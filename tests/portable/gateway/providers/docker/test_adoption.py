"""Containers of somebody else's, on a real engine."""

from __future__ import annotations

from typing import Any

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.gateway.providers.docker import spec as spec
from portable.gateway.providers.docker.provider import DockerProvider
from portable.stack.messages import FunctionName
from tests.portable.gateway.providers.docker import engine
from tests.portable.gateway.providers.docker.engine import ask, deployment, inspect, only

pytestmark = pytest.mark.runtime


class TestAdoption:
    def run(self, network: str, **settings: Any) -> Any:
        client = engine.client()
        container = client.containers.run(
            engine.IMAGE, detach=True, network=network, environment={"mine": "1"}, **settings
        )
        client.close()
        return container

    def test_container_of_somebody_else_is_adopted(self, provider: DockerProvider) -> None:
        network = inspect(provider.create(deployment(), "r1"))["HostConfig"]["NetworkMode"]
        container = self.run(network, labels={spec.FUNCTION_LABEL: "theirs", "com.openfaas.scale.max": "1"})
        replica = only(provider, FunctionName("theirs"))

        assert replica.id == container.id
        assert replica.is_adopted
        assert replica.deployment.env_vars == {"mine": "1"}
        assert replica.deployment.labels == {"com.openfaas.scale.max": "1"}
        assert replica.deployment.image == engine.IMAGE
        assert ask(replica, "env/mine") == "1"

        name = inspect(replica)["Name"]
        stopped = provider.set_state(provider.set_state(replica, ReplicaState.PAUSED), ReplicaState.STOPPED)
        assert only(provider, FunctionName("theirs")).ended == "exit code 137 (killed by SIGKILL)"
        assert inspect(stopped)["Name"] == name

    def test_containers_of_one_second_are_each_a_revision_in_order(self, provider: DockerProvider) -> None:
        network = inspect(provider.create(deployment(), "r1"))["HostConfig"]["NetworkMode"]
        labels = {spec.FUNCTION_LABEL: "theirs"}
        made = [self.run(network, labels=labels).id for _ in range(4)]
        replicas = {one.id: one for one in provider.replicas(FunctionName("theirs"))}

        assert len({one.revision for one in replicas.values()}) == 4
        assert sorted(made, key=lambda container_id: replicas[container_id].created_at) == made

    def test_container_whose_label_names_no_function_is_left_alone(
        self, provider: DockerProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        network = inspect(provider.create(deployment(), "r1"))["HostConfig"]["NetworkMode"]
        self.run(network, labels={spec.FUNCTION_LABEL: "Not A Name"})

        assert len(provider.replicas()) == len(provider.replicas()) == 1
        assert caplog.text.count("left alone") == 1
