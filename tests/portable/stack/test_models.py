"""The messages of the REST API: what a Go client sends and reads."""

from __future__ import annotations

import base64
import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.stack.errors import Refused
from portable.stack.fields import mapping_of_text, optional, sequence_of_text, text
from portable.stack.messages import (
    MAX_SECRET_BYTES,
    FunctionDeployment,
    FunctionName,
    FunctionStatus,
    LogMessage,
    Resources,
    ScaleServiceRequest,
    Secret,
    Usage,
    rfc3339,
)

LABELS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=63)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
KEYS = st.text(string.ascii_letters + "._-/", min_size=1, max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    *("service", "image", "namespace", "envProcess", "envVars", "constraints", "secrets", "labels", "annotations"),
    *("limits", "requests", "readOnlyRootFilesystem", "replicas", "serviceName", "name", "value", "rawValue"),
]
RESOURCES = st.none() | st.builds(Resources, memory=TEXTS, cpu=TEXTS)
DEPLOYMENTS = st.builds(
    FunctionDeployment,
    name=st.builds(FunctionName, LABELS, LABELS),
    image=LABELS,
    env_process=TEXTS,
    env_vars=st.dictionaries(KEYS, TEXTS, max_size=3),
    constraints=st.lists(TEXTS, max_size=3).map(tuple),
    secrets=st.lists(LABELS, max_size=3).map(tuple),
    labels=st.dictionaries(KEYS, TEXTS, max_size=3),
    annotations=st.dictionaries(KEYS, TEXTS, max_size=3),
    limits=RESOURCES,
    requests=RESOURCES,
    read_only_root_filesystem=st.booleans(),
)
DEPLOYMENT = {"service": "fn", "image": "local/fn:latest"}
NOON = datetime(2026, 1, 31, 12, 0, 0, 500000, UTC)


class TestNames:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("fn", FunctionName("fn", "openfaas-fn")),
            ("fn.openfaas-fn", FunctionName("fn", "openfaas-fn")),
            ("fn.other", FunctionName("fn", "other")),
            ("a.b.c", FunctionName("a.b", "c")),
        ],
    )
    def test_name_is_split_at_the_last_dot(self, written: str, name: FunctionName) -> None:
        assert FunctionName.parse(written) == name

    def test_namespace_that_is_given_apart_wins(self) -> None:
        assert FunctionName.parse("a.b", "c") == FunctionName("a.b", "c")

    @given(LABELS, LABELS)
    def test_name_that_is_written_is_read_again(self, name: str, namespace: str) -> None:
        function = FunctionName.checked(name, namespace)

        assert FunctionName.parse(str(function)) == function

    @pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a.b", "a\n", "ä", "a" * 64, "../a"])
    def test_name_that_kubernetes_would_not_take_is_refused(self, name: str) -> None:
        with pytest.raises(Refused, match="change it in the stack file"):
            FunctionName.checked(name, "")


class TestDeployments:
    @given(DEPLOYMENTS)
    def test_deployment_that_is_sent_is_read_again(self, deployment: FunctionDeployment) -> None:
        assert FunctionDeployment.from_wire(json.loads(json.dumps(deployment.to_wire()))) == deployment

    def test_absent_and_null_fields_are_empty(self) -> None:
        nothing = dict.fromkeys(FIELDS[2:12])

        assert FunctionDeployment.from_wire({**DEPLOYMENT, **nothing}) == FunctionDeployment.from_wire(DEPLOYMENT)

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"image": ""}, "image: the name of an image is needed"),
            ({"image": "a b"}, "image"),
            ({"image": "a\nb"}, "image"),
            ({"service": "Fn"}, "'Fn' is not"),
            ({"namespace": "N"}, "namespace"),
            ({"labels": []}, "labels must be of type dict, not list"),
            ({"labels": {"a": 1}}, r"labels\.a must be of type str, not int"),
            ({"labels": {"a": None}}, r"labels\.a must be a text, not null"),
            ({"envVars": {"A=B": "c"}}, "'A=B' cannot be a name"),
            ({"envVars": {"": "c"}}, "'' cannot be a name"),
            ({"envVars": {"A": "\0"}}, "has a NUL"),
            ({"envVars": {"A": "\ud800"}}, "surrogate"),
            ({"labels": {"\ud800": None}}, "surrogate"),
            ({"annotations": {"a": "b" * 200_000}}, "longer than"),
            ({"constraints": ["a"] * 1001}, "more than 1000"),
            ({"secrets": ["../passwd"]}, "secret's name"),
            ({"secrets": ["a..b"]}, "secret's name"),
            ({"limits": "64Mi"}, "limits must be an object"),
            ({"limits": {"memory": 64}}, r"limits\.memory must be of type str"),
            ({"requests": {"nvidia.com/gpu": "1"}}, "no GPU"),
            ({"readOnlyRootFilesystem": 1}, "must be of type bool, not int"),
        ],
    )
    def test_deployment_with_a_wrong_field_is_refused_with_its_name(self, fields: dict[str, Any], says: str) -> None:
        with pytest.raises(Refused, match=says):
            FunctionDeployment.from_wire({**DEPLOYMENT, **fields})

    @given(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON | st.just("fn")))
    def test_any_body_is_read_or_refused_with_a_text_that_can_be_sent(self, body: Any) -> None:
        for read in (FunctionDeployment.from_wire, ScaleServiceRequest.from_wire, Secret.from_wire):
            try:
                read(body)
            except Refused as error:
                str(error).encode()  # it can be sent


class TestStatuses:
    @given(DEPLOYMENTS, st.integers(0, 20), st.integers(0, 2**53))
    def test_status_is_what_a_go_client_decodes(
        self, deployment: FunctionDeployment, replicas: int, invocations: int
    ) -> None:
        wire = json.loads(json.dumps(FunctionStatus(deployment, replicas, 0, invocations, NOON).to_wire()))

        assert type(wire["replicas"]) is type(wire["availableReplicas"]) is int
        assert wire["createdAt"] == "2026-01-31T12:00:00.500000Z"
        assert "service" not in wire
        back = FunctionDeployment.from_wire({**wire, "service": wire["name"]})
        assert back == deployment

    def test_status_shows_usage_and_reason_only_if_there_are(self) -> None:
        status = FunctionStatus(FunctionDeployment.from_wire(DEPLOYMENT), 1, 1, 0, NOON)

        assert not {"usage", "reason"} & status.to_wire().keys()
        wire = replace(status, usage=Usage(1.5, 2.0), reason="why").to_wire()
        assert wire["usage"] == {"cpu": 1.5, "totalMemoryBytes": 2.0}
        assert wire["reason"] == "why"

    @given(st.datetimes(timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))))
    def test_time_is_the_same_moment_in_utc(self, moment: datetime) -> None:
        try:
            moment.astimezone(UTC)
        except OverflowError:
            return
        written = rfc3339(moment)

        assert written.endswith("Z")
        assert datetime.fromisoformat(written) == moment

    def test_time_without_a_zone_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            rfc3339(NOON.replace(tzinfo=None))

    def test_log_line_keeps_its_newline(self) -> None:
        assert LogMessage("fn", "ns", "fn-1", NOON, "a\n").to_wire() == {
            "name": "fn",
            "namespace": "ns",
            "instance": "fn-1",
            "timestamp": "2026-01-31T12:00:00.500000Z",
            "text": "a\n",
        }


class TestScaling:
    def test_request_is_read(self) -> None:
        assert ScaleServiceRequest.from_wire({"serviceName": "fn", "replicas": 0}) == ScaleServiceRequest("fn", 0)

    @pytest.mark.parametrize(
        "fields", [{}, {"replicas": None}, {"replicas": 1.0}, {"replicas": True}, {"replicas": -1}]
    )
    def test_request_without_a_whole_number_is_refused(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Refused, match="replicas"):
            ScaleServiceRequest.from_wire({"serviceName": "fn", **fields})


class TestSecrets:
    @given(st.binary(min_size=1, max_size=100))
    def test_raw_value_wins(self, value: bytes) -> None:
        body = {"name": "key", "value": "other", "rawValue": base64.b64encode(value).decode()}

        assert Secret.from_wire(body) == Secret("key", "openfaas-fn", value)

    def test_value_is_never_shown(self) -> None:
        assert "hunter2" not in repr(Secret.from_wire({"name": "key", "value": "hunter2"}))

    @pytest.mark.parametrize(
        "fields",
        [
            {"value": ""},
            {"rawValue": "hunter2!"},
            {"rawValue": "hüntér2"},
            {"value": ["hunter2"]},
            {"value": "hunter2\0"},
            {"value": "hunter2" * MAX_SECRET_BYTES},
        ],
    )
    def test_value_that_is_refused_is_not_in_the_text(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Refused) as refusal:
            Secret.from_wire({"name": "key", **fields})

        assert "hunter2" not in str(refusal.value)

    @pytest.mark.parametrize("name", ["", "A", "a/b", "..", "a..b", ".a", "a" * 254, "a\n"])
    def test_name_that_is_no_file_of_ours_is_refused(self, name: str) -> None:
        with pytest.raises(Refused, match="secret's name"):
            Secret.from_wire({"name": name, "value": "x"})

    def test_name_alone_is_enough_where_there_is_no_value(self) -> None:
        assert Secret.from_wire({"name": "key"}, has_value=False) == Secret("key", "openfaas-fn")


class TestFields:
    def test_null_is_absent(self) -> None:
        fields = {"a": None}

        assert text(fields, "a") == ""
        assert sequence_of_text(fields, "a") == ()
        assert mapping_of_text(fields, "a") == {}
        assert optional(fields, "a", int, default=7) == 7

    @given(st.dictionaries(st.just("a"), JSON))
    def test_any_value_is_read_or_refused(self, fields: dict[str, Any]) -> None:
        for read in (text, sequence_of_text, mapping_of_text):
            try:
                read(fields, "a")
            except Refused as error:
                str(error).encode()  # it can be sent
