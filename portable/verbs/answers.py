"""What platforms answered to one call, for people and for machines."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..deploying.errors import BadSettings, DeployError
from ..deploying.world import World
from ..emulators.messages import Reply
from ..replay.call_file import Expected
from ..replay.comparison import differences

Outcome = dict[str, Any]
"""What came of a call on one platform, as `portable.testing.call` tells it."""

# every platform has its own
_NOT_COMPARED = ("connection", "content-length", "date", "server")
_SHOWN_CHARS = 70


@dataclass(frozen=True)
class Answers:
    """The outcomes, and what is wanted of them: the status and headers too (`include`), and a failure for a 4xx."""

    outcomes: Sequence[Outcome]
    world: World
    include: bool
    fail: bool

    def show(self, *, is_json: bool) -> int:
        """Print them; return the exit code. Raises DeployError for the one platform that gave no answer."""
        if is_json:
            print(json.dumps({"answers": list(map(_readable, self.outcomes))}, indent=2), file=self.world.stdout)
            return self._exit_code()
        if len(self.outcomes) > 1:
            print("\n".join(self._lines()), file=self.world.stdout)
        else:
            self._show_one(self.outcomes[0])
        return self._exit_code()

    def _show_one(self, outcome: Outcome) -> None:
        if "not_sent" in outcome:
            raise BadSettings(f"{outcome['not_sent']}: name another with --platform")
        if "error" in outcome:
            raise DeployError(outcome["error"])
        if "result" in outcome:
            print(json.dumps(outcome["result"], indent=2, ensure_ascii=False), file=self.world.stdout)
            return
        if outcome["note"]:
            print(outcome["note"], file=self.world.stderr)
        if self.include:
            print("\n".join(_head(outcome)), end="\n\n", file=self.world.stdout)
        self._write(b64decode(outcome["body"]))

    def _write(self, body: bytes) -> None:
        """Write the body as it is, at a terminal with a line's end."""
        stream = self.world.stdout
        if stream.isatty() and not body.endswith(b"\n"):
            body += b"\n"
        stream.flush()
        buffer = getattr(stream, "buffer", None)
        if buffer:
            buffer.write(body)
            buffer.flush()
        else:
            stream.write(body.decode(errors="replace"))

    def _lines(self) -> Iterator[str]:
        for outcome in self.outcomes:
            yield f"{outcome['platform']:<16} {_summary(outcome)}"
            if self.include and "status" in outcome:
                yield from (f"    {line}" for line in _head(outcome)[1:])
            yield from (f"    differs: {line}" for line in self._differences(outcome))
        sent = [outcome for outcome in self.outcomes if "not_sent" not in outcome]
        alike = [outcome for outcome in sent if not self._differences(outcome)]
        yield f"{len(alike)} of {len(sent)} platforms answer alike" if sent else "no platform sends such an event"

    def _differences(self, outcome: Outcome) -> list[str]:
        """Return how an outcome differs from the first that there is."""
        first = next((one for one in self.outcomes if "not_sent" not in one), outcome)
        if "not_sent" in outcome or outcome is first:
            return []
        if "status" in outcome and "status" in first:
            return differences(_expected(first), _reply(outcome))
        # a result is not compared: most platforms give it to nobody
        alike = ("error" in outcome) == ("error" in first)
        return [] if alike else [f"expected {_summary(first)}, got {_summary(outcome)}"]

    def _exit_code(self) -> int:
        failed = any("error" in outcome or (self.fail and outcome.get("status", 0) >= 400) for outcome in self.outcomes)
        nowhere = all("not_sent" in outcome for outcome in self.outcomes)
        return int(failed or nowhere or any(map(self._differences, self.outcomes)))


def _reply(outcome: Outcome) -> Reply:
    return Reply(outcome["status"], [(name, value) for name, value in outcome["headers"]], b64decode(outcome["body"]))


def _expected(outcome: Outcome) -> Expected:
    reply = _reply(outcome)
    return Expected(reply.status, [pair for pair in reply.headers if pair[0] not in _NOT_COMPARED], reply.body)


def _head(outcome: Outcome) -> list[str]:
    return [str(outcome["status"]), *(f"{name}: {value}" for name, value in outcome["headers"])]


def _summary(outcome: Outcome) -> str:
    if "result" in outcome:
        return "delivered" + ("" if outcome["result"] is None else f": {json.dumps(outcome['result'])}")
    if "status" not in outcome:
        return next(f"{name.replace('_', ' ')}: {outcome[name]}" for name in ("error", "not_sent") if name in outcome)
    text = b64decode(outcome["body"]).decode(errors="replace")
    shown = outcome["note"] or " ".join(text.split())
    return f"{outcome['status']} {shown[:_SHOWN_CHARS]}{'...' if len(shown) > _SHOWN_CHARS else ''}".rstrip()


def _readable(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome with its body as text where it is text."""
    if "body" not in outcome:
        return outcome
    try:
        return {**outcome, "body": b64decode(outcome["body"]).decode()}
    except UnicodeDecodeError:
        return {**{name: value for name, value in outcome.items() if name != "body"}, "body_base64": outcome["body"]}
