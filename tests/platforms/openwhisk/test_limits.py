"""The largest result: the shim and the controller draw the line at the same byte."""

from __future__ import annotations

import json

from platforms.openwhisk.limits import RESULT_LIMIT_BYTES
from platforms.openwhisk.shim import make_main
from portable.emulators import openwhisk as controller


def test_controller_passes_on_a_result_of_a_byte_less_than_the_limit() -> None:
    """As seen on the controller of 2026-08-05: 1,048,575 bytes are the most."""
    result = {"body": "x" * (RESULT_LIMIT_BYTES - 1 - len(json.dumps({"body": ""})))}

    assert controller.from_native(result).status == 200
    result["body"] += "x"
    assert controller.from_native(result).status == 400


def test_shim_sends_the_largest_result_and_answers_for_a_larger_one() -> None:
    result = {"a": "x" * (RESULT_LIMIT_BYTES - 1 - len(json.dumps({"a": ""})))}
    main = make_main(lambda event, context: result, {})

    assert main({}) == result
    result["a"] += "x"
    assert main({})["error"]["statusCode"] == 500
