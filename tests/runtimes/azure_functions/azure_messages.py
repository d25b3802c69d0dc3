"""The messages between Azure's host and its worker, as protobuf classes: those that the worker's library uses.

The numbers and types are those of the protocol, so what is no text, or not of this type, is refused as it is there:
https://github.com/Azure/azure-functions-language-worker-protobuf/blob/dev/src/proto/FunctionRpc.proto
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, message_factory, timestamp_pb2

PACKAGE = "AzureFunctionsRpcMessages"
# each field: its number, `repeated` or `map` (from a string), its type, and the oneof that it is in
MESSAGES = {
    "StreamingMessage": {
        "request_id": "1 string",
        "rpc_log": "2 RpcLog in content",
        "invocation_request": "4 InvocationRequest in content",
        "invocation_response": "5 InvocationResponse in content",
        "function_load_request": "8 FunctionLoadRequest in content",
        "function_load_response": "9 FunctionLoadResponse in content",
        "worker_init_response": "16 WorkerInitResponse in content",
        "worker_init_request": "17 WorkerInitRequest in content",
        "functions_metadata_request": "29 FunctionsMetadataRequest in content",
        "function_metadata_response": "30 FunctionMetadataResponse in content",
    },
    "WorkerInitRequest": {
        "host_version": "1 string",
        "capabilities": "2 map string",
        "worker_directory": "4 string",
        "function_app_directory": "5 string",
    },
    "WorkerInitResponse": {
        "capabilities": "2 map string",
        "result": "3 StatusResult",
        "worker_metadata": "4 WorkerMetadata",
    },
    "WorkerMetadata": {
        "runtime_name": "1 string",
        "runtime_version": "2 string",
        "worker_version": "3 string",
        "worker_bitness": "4 string",
        "custom_properties": "5 map string",
    },
    "StatusResult": {"result": "1 string", "exception": "2 RpcException", "status": "4 StatusResult.Status"},
    "RpcException": {"stack_trace": "1 string", "message": "2 string", "source": "3 string"},
    "FunctionsMetadataRequest": {"function_app_directory": "1 string"},
    "FunctionMetadataResponse": {
        "function_metadata_results": "1 repeated RpcFunctionMetadata",
        "result": "2 StatusResult",
        "use_default_metadata_indexing": "3 bool",
    },
    "RpcFunctionMetadata": {
        "directory": "1 string",
        "script_file": "2 string",
        "entry_point": "3 string",
        "name": "4 string",
        "bindings": "6 map BindingInfo",
        "is_proxy": "7 bool",
        "language": "9 string",
        "raw_bindings": "10 repeated string",
        "function_id": "13 string",
        "managed_dependency_enabled": "14 bool",
        "retry_options": "15 RpcRetryOptions",
        "properties": "16 map string",
    },
    "BindingInfo": {
        "type": "2 string",
        "direction": "3 BindingInfo.Direction",
        "data_type": "4 BindingInfo.DataType",
        "properties": "5 map string",
    },
    "RpcRetryOptions": {
        "max_retry_count": "2 int32",
        "delay_interval": "3 google.protobuf.Duration",
        "minimum_interval": "4 google.protobuf.Duration",
        "maximum_interval": "5 google.protobuf.Duration",
        "retry_strategy": "6 RpcRetryOptions.RetryStrategy",
    },
    "FunctionLoadRequest": {"function_id": "1 string", "metadata": "2 RpcFunctionMetadata"},
    "FunctionLoadResponse": {"function_id": "1 string", "result": "2 StatusResult"},
    "InvocationRequest": {
        "invocation_id": "1 string",
        "function_id": "2 string",
        "input_data": "3 repeated ParameterBinding",
        "trigger_metadata": "4 map TypedData",
        "trace_context": "5 RpcTraceContext",
        "retry_context": "6 RetryContext",
    },
    "RpcTraceContext": {"trace_parent": "1 string", "trace_state": "2 string", "attributes": "3 map string"},
    "RetryContext": {"retry_count": "1 int32", "max_retry_count": "2 int32", "exception": "3 RpcException"},
    "InvocationResponse": {
        "invocation_id": "1 string",
        "output_data": "2 repeated ParameterBinding",
        "result": "3 StatusResult",
        "return_value": "4 TypedData",
    },
    "ParameterBinding": {"name": "1 string", "data": "2 TypedData in rpc_data"},
    "TypedData": {
        "string": "1 string in data",
        "json": "2 string in data",
        "bytes": "3 bytes in data",
        "http": "5 RpcHttp in data",
        "int": "6 sint64 in data",
        "double": "7 double in data",
    },
    "RpcHttp": {
        "method": "1 string",
        "url": "2 string",
        "headers": "3 map string",
        "body": "4 TypedData",
        "params": "10 map string",
        "status_code": "12 string",
        "query": "15 map string",
        "enable_content_negotiation": "16 bool",
        "cookies": "19 repeated RpcHttpCookie",
    },
    "RpcHttpCookie": {
        "name": "1 string",
        "value": "2 string",
        "domain": "3 NullableString",
        "path": "4 NullableString",
        "expires": "5 NullableTimestamp",
        "secure": "6 NullableBool",
        "http_only": "7 NullableBool",
        "same_site": "8 RpcHttpCookie.SameSite",
        "max_age": "9 NullableDouble",
    },
    "NullableString": {"value": "1 string in string"},
    "NullableDouble": {"value": "1 double in double"},
    "NullableBool": {"value": "1 bool in bool"},
    "NullableTimestamp": {"value": "1 google.protobuf.Timestamp in timestamp"},
    "RpcLog": {"category": "2 string", "level": "3 RpcLog.Level", "message": "4 string"},
}
ENUMS = {
    "StatusResult.Status": ("Failure", "Success", "Cancelled"),
    "BindingInfo.Direction": ("in", "out", "inout"),
    "BindingInfo.DataType": ("undefined", "string", "binary", "stream"),
    "RpcRetryOptions.RetryStrategy": ("exponential_backoff", "fixed_delay"),
    "RpcHttpCookie.SameSite": ("None", "Lax", "Strict", "ExplicitNone"),
    "RpcLog.Level": ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"),
}
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    name: getattr(_FIELD, f"TYPE_{name.upper()}") for name in ("string", "bytes", "bool", "int32", "sint64", "double")
}


def make_protos() -> Any:
    """Return what the worker's library calls `protos`: an object with a class for each message."""
    file = descriptor_pb2.FileDescriptorProto(name="FunctionRpc.proto", package=PACKAGE, syntax="proto3")
    file.dependency.extend([duration_pb2.DESCRIPTOR.name, timestamp_pb2.DESCRIPTOR.name])
    for name, fields in MESSAGES.items():
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.Default()
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{PACKAGE}.{name}") for name in MESSAGES}
    return SimpleNamespace(**{name: message_factory.GetMessageClass(one) for name, one in found.items()})


def _describe(message: Any, fields: dict[str, str]) -> None:
    oneofs: list[str] = []
    for name, what in fields.items():
        number, *labels, kind = what.partition(" in ")[0].split()
        field = message.field.add(name=name, number=int(number), label=_FIELD.LABEL_OPTIONAL)
        if labels:
            field.label = _FIELD.LABEL_REPEATED
        if labels == ["map"]:
            kind = _describe_map(message, name, kind)
        _set_type(field, kind)
        if oneof := what.partition(" in ")[2]:
            if oneof not in oneofs:
                oneofs.append(oneof)
                message.oneof_decl.add(name=oneof)
            field.oneof_index = oneofs.index(oneof)
    for full_name, values in ENUMS.items():
        owner, _, name = full_name.partition(".")
        if owner == message.name:
            enum = message.enum_type.add(name=name)
            for index, value in enumerate(values):
                enum.value.add(name=value, number=index)


def _describe_map(message: Any, name: str, kind: str) -> str:
    """Add the message of a map's entries, and return its name."""
    entry = message.nested_type.add(name="".join(part.capitalize() for part in name.split("_")) + "Entry")
    entry.options.map_entry = True
    _set_type(entry.field.add(name="key", number=1, label=_FIELD.LABEL_OPTIONAL), "string")
    _set_type(entry.field.add(name="value", number=2, label=_FIELD.LABEL_OPTIONAL), kind)
    return f"{message.name}.{entry.name}"


def _set_type(field: Any, kind: str) -> None:
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
        return
    field.type = _FIELD.TYPE_ENUM if kind in ENUMS else _FIELD.TYPE_MESSAGE
    field.type_name = f".{kind}" if kind.startswith("google.") else f".{PACKAGE}.{kind}"
