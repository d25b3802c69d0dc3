"""How a deployment becomes a container, and a container a replica: no engine is needed for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.gateway.providers.base import Replica, ReplicaState
from portable.gateway.providers.docker import spec as spec
from portable.stack.errors import Refused
from portable.stack.messages import FunctionDeployment, FunctionName, Resources

CREATED_AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
MIB = 2**20

CONTAINER: dict[str, Any] = {
    "Created": "2026-01-02T03:04:05.678901234Z",
    "Config": {
        "Image": "local/fn:1",
        "Env": ["PATH=/bin", "LANG=C", "mine=a=b", "fprocess=run", "empty="],
        "Labels": {
            spec.FUNCTION_LABEL: "fn",
            "com.docker.compose.project": "p",
            "maintainer": "base",
            "com.openfaas.scale.zero": "true",
        },
    },
    "HostConfig": {"ReadonlyRootfs": True},
}
IMAGE: dict[str, Any] = {"Config": {"Env": ["PATH=/bin", "LANG=C.UTF-8"], "Labels": {"maintainer": "base"}}}


def deployment(**settings: Any) -> FunctionDeployment:
    return FunctionDeployment(settings.pop("name", FunctionName("fn")), "local/fn:1", **settings)


def origin(**settings: Any) -> spec.Origin:
    return spec.Origin(deployment(**settings), CREATED_AT)


def settings(made: FunctionDeployment, *, cpus: int = 2, secret_paths: dict[str, str] | None = None) -> dict[str, Any]:
    return spec.container_settings(
        made, "r1", network="net", secret_paths=secret_paths or {}, cpus=cpus, created_at=CREATED_AT
    )


def item(made: FunctionDeployment | None = None, **fields: Any) -> dict[str, Any]:
    """Return an item of the engine's list."""
    labels = settings(made)["Labels"] if made else {spec.FUNCTION_LABEL: "fn"}
    endpoint = {"IPAddress": "172.18.0.2", "GlobalIPv6Address": ""}
    return {
        "Id": "0123456789abcdef",
        "Names": ["/fn.openfaas-fn-01234567"],
        "ImageID": "sha256:aa",
        "Labels": labels,
        "Created": 1767323045,
        "State": "running",
        "NetworkSettings": {"Networks": {"net": endpoint}},
        **fields,
    }


def replica(of: spec.Origin, *, ended: str = "", **fields: Any) -> Replica:
    """Return what is read of an item with such fields."""
    read = spec.to_replica(item(**fields), of, "net", ended)
    assert read
    return read


class TestSettings:
    def test_container_is_hardened_unasked(self) -> None:
        host = settings(deployment())["HostConfig"]

        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges"]
        assert host["PidsLimit"] == 512
        assert host["NetworkMode"] == "net"
        assert host["Mounts"] == []
        assert "RestartPolicy" not in host
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "2"}

    def test_read_only_root_leaves_tmp_writable_for_every_user(self) -> None:
        assert "Tmpfs" not in settings(deployment())["HostConfig"]

        host = settings(deployment(read_only_root_filesystem=True))["HostConfig"]
        assert host["ReadonlyRootfs"] is True
        assert "mode=1777" in host["Tmpfs"]["/tmp"]

    def test_secrets_are_read_only_files_and_their_values_in_no_label(self) -> None:
        made = settings(deployment(secrets=("key",)), secret_paths={"key": "/state/key"})

        assert made["HostConfig"]["Mounts"] == [
            {"Type": "bind", "Source": "/state/key", "Target": "/var/openfaas/secrets/key", "ReadOnly": True}
        ]
        assert json.loads(made["Labels"][spec.DEPLOYMENT_LABEL])["secrets"] == ["key"]

    def test_environment_has_the_function_and_its_process(self) -> None:
        made = settings(deployment(env_process="run me", env_vars={"a": "b=c"}))

        assert sorted(made["Env"]) == ["OPENFAAS_NAME=fn", "OPENFAAS_NAMESPACE=openfaas-fn", "a=b=c", "fprocess=run me"]

    def test_environment_of_the_deployment_wins(self) -> None:
        made = settings(deployment(env_process="x", env_vars={"fprocess": "y", "OPENFAAS_NAME": "mine"}))

        assert "fprocess=y" in made["Env"]
        assert "OPENFAAS_NAME=mine" in made["Env"]
        assert len(made["Env"]) == 3

    def test_labels_of_the_function_are_there_and_cannot_pose_as_the_gateways(self) -> None:
        made = deployment(labels={"team": "blue", spec.FUNCTION_LABEL: "other", spec.DEPLOYMENT_LABEL: "{}"})
        labels = settings(made)["Labels"]

        assert labels["team"] == "blue"
        assert labels[spec.FUNCTION_LABEL] == "fn"
        assert spec.deployed(item(made)) == (made, CREATED_AT)

    @given(
        env_vars=st.dictionaries(st.sampled_from(["a", "b"]), st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
        labels=st.dictionaries(st.sampled_from(["x", "y.z"]), st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
        annotations=st.dictionaries(st.just("topic"), st.just("cron")),
        secrets=st.lists(st.sampled_from(["s1", "s2"]), unique=True).map(tuple),
        limits=st.none() | st.just(Resources("64Mi", "0.5")),
        read_only_root_filesystem=st.booleans(),
    )
    def test_deployment_is_read_back_from_the_labels_as_it_was(self, **fields: Any) -> None:
        made = deployment(constraints=("a=b",), env_process="p", **fields)

        assert spec.deployed(item(made)) == (made, CREATED_AT)


class TestResources:
    def test_limits_are_kept_with_no_swap_besides(self) -> None:
        host = settings(deployment(limits=Resources("64Mi", "500m"), requests=Resources("32Mi", "250m")))["HostConfig"]

        assert host["Memory"] == host["MemorySwap"] == 64 * MIB
        assert host["NanoCpus"] == 500_000_000
        assert host["MemoryReservation"] == 32 * MIB
        assert host["CpuShares"] == 256

    def test_no_limits_set_nothing(self) -> None:
        host = settings(deployment(limits=Resources(), requests=None))["HostConfig"]

        assert not {"Memory", "MemorySwap", "NanoCpus", "MemoryReservation", "CpuShares"} & set(host)

    def test_more_cpu_than_the_machine_has_is_no_limit(self) -> None:
        assert "NanoCpus" not in settings(deployment(limits=Resources(cpu="4")), cpus=2)["HostConfig"]
        assert settings(deployment(limits=Resources(cpu="4")), cpus=8)["HostConfig"]["NanoCpus"] == 4 * 10**9

    def test_cpu_below_what_docker_takes_is_the_least_it_does(self) -> None:
        host = settings(deployment(limits=Resources(cpu="1m"), requests=Resources(cpu="1m")))["HostConfig"]

        assert host["NanoCpus"] == 10_000_000
        assert host["CpuShares"] == 2

    def test_memory_request_below_what_docker_takes_is_none(self) -> None:
        assert "MemoryReservation" not in settings(deployment(requests=Resources("1Mi")))["HostConfig"]

    @pytest.mark.parametrize(
        ("made", "text"),
        [
            (deployment(limits=Resources("5Mi")), r"limits.memory is '5Mi', less than the 6Mi"),
            (deployment(limits=Resources("lots")), r"limits.memory: 'lots' is no quantity"),
            (deployment(limits=Resources(cpu="half")), r"limits.cpu: 'half' is no quantity"),
            (deployment(requests=Resources("-1")), r"requests.memory: '-1' is no quantity"),
            (deployment(requests=Resources(cpu="x")), r"requests.cpu: 'x'"),
            (deployment(limits=Resources("64Mi"), requests=Resources("65Mi")), r"more than limits.memory"),
        ],
    )
    def test_impossible_resources_are_refused_by_name(self, made: FunctionDeployment, text: str) -> None:
        with pytest.raises(Refused, match=text):
            settings(made)

    @given(st.from_regex(r"[0-9]{1,30}(e[0-9]{1,2}|Ei|E|m)?", fullmatch=True))
    def test_any_quantity_fits_the_engines_numbers_or_is_refused(self, written: str) -> None:
        try:
            host = settings(deployment(limits=Resources(written, written)))["HostConfig"]
        except Refused:
            return
        assert 0 <= host["Memory"] < 2**63


class TestAliases:
    def test_function_has_the_names_it_would_have_on_a_cluster(self) -> None:
        assert spec.aliases(FunctionName("fn")) == ["fn", "fn.openfaas-fn", "fn.openfaas-fn.svc.cluster.local"]

    def test_bare_name_is_for_the_default_namespace(self) -> None:
        assert spec.aliases(FunctionName("fn", "dev")) == ["fn.dev", "fn.dev.svc.cluster.local"]

    def test_no_function_takes_the_gateways_names(self) -> None:
        assert spec.aliases(FunctionName("gateway", "openfaas")) == []
        assert "gateway" not in spec.aliases(FunctionName("gateway"))


class TestReplica:
    def test_running_container_has_an_address_and_its_deployment(self) -> None:
        made = origin(labels={"a": "b"})
        one = replica(made, made=made.deployment)

        assert (one.state, one.host, one.port) == (ReplicaState.RUNNING, "172.18.0.2", 8080)
        assert (one.name, one.revision, one.is_adopted) == ("fn.openfaas-fn-01234567", "r1", False)
        assert one.created_at == CREATED_AT

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("paused", ReplicaState.PAUSED),
            ("exited", ReplicaState.STOPPED),
            ("created", ReplicaState.STOPPED),
            ("restarting", ReplicaState.STOPPED),
        ],
    )
    def test_states_are_the_engines(self, state: str, expected: ReplicaState) -> None:
        one = replica(origin(), made=deployment(), State=state, ended="exit code 1")

        assert one.state is expected
        assert (one.host, one.ended) == (("172.18.0.2", "") if expected is ReplicaState.PAUSED else ("", "exit code 1"))

    def test_container_that_is_going_or_elsewhere_is_none(self) -> None:
        assert spec.to_replica(item(State="removing"), origin(), "net", "") is None
        assert spec.to_replica(item(), origin(), "other", "") is None

    def test_name_of_a_stopped_one_says_that_the_gateway_did_it(self) -> None:
        stopped = item(Names=["/fn.openfaas-fn-01234567.idle"])

        assert spec.is_idle(stopped)
        assert not spec.is_idle(item())
        assert spec.replica_name(stopped) == "fn.openfaas-fn-01234567"

    def test_labels_that_name_no_function_are_refused(self) -> None:
        with pytest.raises(Refused, match="'Bad_Name'"):
            spec.function_name({spec.FUNCTION_LABEL: "Bad_Name"})


class TestAdopted:
    def test_deployment_is_what_the_image_does_not_have(self) -> None:
        made, created_at = spec.adopted(CONTAINER, IMAGE)

        assert made.name == FunctionName("fn", "openfaas-fn")
        assert made.image == "local/fn:1"
        assert made.env_process == "run"
        assert made.env_vars == {"LANG": "C", "mine": "a=b", "empty": ""}
        assert made.labels == {"com.openfaas.scale.zero": "true"}
        assert made.read_only_root_filesystem
        assert created_at == CREATED_AT

    def test_annotations_are_in_labels_of_their_own(self) -> None:
        config = {**CONTAINER["Config"], "Labels": {spec.FUNCTION_LABEL: "fn", f"{spec.ANNOTATION_LABELS}topic": "t"}}
        made, _ = spec.adopted({**CONTAINER, "Config": config}, IMAGE)

        assert made.annotations == {"topic": "t"}
        assert made.labels == {}

    def test_image_that_is_gone_takes_nothing_away(self) -> None:
        assert "PATH" in spec.adopted(CONTAINER, {}).deployment.env_vars

    def test_replica_is_adopted_and_of_the_revision_of_its_service(self) -> None:
        labels = {spec.FUNCTION_LABEL: "fn", "com.docker.compose.config-hash": "c0ffee"}
        later = origin()._replace(created_at=CREATED_AT + timedelta(microseconds=1))
        one, two, built_anew = (
            replica(made, Labels=labels, ImageID=image)
            for made, image in ((origin(), "sha256:aa"), (later, "sha256:aa"), (origin(), "sha256:bb"))
        )

        assert one.is_adopted
        assert one.revision == two.revision != built_anew.revision
        assert one.created_at == CREATED_AT

    def test_replica_of_no_service_is_a_revision_of_its_own_within_the_same_second(self) -> None:
        later = origin()._replace(created_at=CREATED_AT + timedelta(microseconds=1))
        one, two = replica(origin()), replica(later)

        assert one.revision != two.revision
        assert one.created_at < two.created_at
