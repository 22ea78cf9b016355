"""Every operation asked everything its own description allows, and much that it does not: no answer may be a failure of ours."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, strategies
from schemathesis.checks import not_a_server_error

from tests.adapter import Adapter, account
from tests.web.client import API, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = 15
FEWER = dict.fromkeys(("post_wifi_scan", "post_wifi_join", "post_system_backup", "post_settings_test_account"), 4)
"""A scan takes the better part of a second, a passphrase and a trial their time too: all operations together are to take less than a minute."""

SETTINGS = account("home", "127.0.0.1:9", user="alice", password="pw", register=False)  # noqa: S106 - of this test's own account
LEFT_OUT = {"post_system_restart", "post_setup_code", "post_session", "delete_session", "get_events"}
"""A restart and a lock-out would say nothing of the others, and a stream does not end; test_sign_in, test_system_api and test_events ask these."""


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("fuzz")
    with Adapter(folder / "device", SETTINGS) as device, PageProcess(folder / "page", device.state) as page:
        client = Client.of(page)
        client.set_up(device.state)
        yield client.new_token("admin")
        assert "Traceback" not in page.process.log_tail
        assert "failed unexpectedly" not in device.process.log_tail, device.process.log_tail


@schemathesis.serializer("audio/wav")
def as_file(_context: Any, value: object) -> bytes:  # noqa: ANN401 - schemathesis carries no types
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def operations(client: Client) -> Iterator[Any]:
    description = client.get("/openapi.json").json
    schema = schemathesis.openapi.from_dict(description)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in LEFT_OUT:
            yield operation


@pytest.mark.timeout(600)  # some 90 operations; less than half a minute each on a machine at rest
@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_no_operation_fails_whatever_it_is_asked(owner: Client, mode: Any) -> None:  # noqa: ANN401 - schemathesis carries no types
    asked = 0
    for operation in operations(owner):
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # nothing can be wrong with nothing
            ask_everything(owner, operation, mode)
            asked += 1
    assert asked > 25


def ask_everything(client: Client, operation: Any, mode: Any) -> None:  # noqa: ANN401 - schemathesis carries no types
    examples = FEWER.get(operation.definition.raw["operationId"], EXAMPLES)

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:  # noqa: ANN401 - same
        given = {"authorization": f"Bearer {client.token}"}
        case.call_and_validate(base_url=client.url + API, headers=given, checks=(not_a_server_error,), excluded_checks=[])

    ask()


JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(strategies.text(), inner, max_size=4),
    max_leaves=12,
)


def keys(client: Client) -> list[tuple[str, bool, str]]:
    sections = client.get("/settings").json["sections"]
    return [(section["name"], section["list"], field["name"]) for section in sections for field in section["fields"]]


def test_every_settings_key_takes_anything_and_says_what_is_wrong(owner: Client) -> None:
    known = keys(owner)
    before = owner.get("/settings").json["revision"]

    @hypothesis.given(strategies.sampled_from(known), JSON)
    @hypothesis.settings(max_examples=600, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def preview(key: tuple[str, bool, str], value: object) -> None:
        section, many, name = key
        table: object = {name: value}
        body = json.dumps({"changes": {section: [table] if many else table}})  # NaN and the like go out as they are
        reply = owner.ask("POST", "/settings/preview", body.encode())
        assert reply.status in {200, 400}, reply.content
        assert reply.status == 400 or all(mistake["sentence"] for mistake in reply.json["mistakes"])

    preview()
    assert owner.get("/settings").json["revision"] == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"number": NaN}',
        b'{"a": 1e999}',
        b'{"line": 1.0}',
        b"[" * 3000,
        b'{"line": "\\ud800"}',
    ],
)
def test_a_body_that_is_none_is_explained(owner: Client, content: bytes) -> None:
    for path in ("/services/line", "/phone/dial", "/settings/preview", "/tokens"):
        reply = owner.ask("POST", path, content)
        assert reply.status == 400, reply.content
        assert reply.error.endswith(".")
