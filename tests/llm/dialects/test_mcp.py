"""The stock client of the Model Context Protocol against `/api/v1/mcp/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from governance.actions import clients
from governance.actions.clients import Limits
from governance.models import Account, Version
from governance.models import Client as Program
from governance.trail import SHELL
from llm.models import Usage
from tests.llm.dialects.conftest import ASKED, DOSE, INJECTION, Served
from tests.support import graph as drawing
from tests.support import knowledge

pytestmark = pytest.mark.django_db
T = Callable[[Client], Awaitable[Any]]


def speak(served: Served, say: T, *, mode: str = "auto") -> Any:
    """What comes of a conversation with the stock client, opened and closed."""

    async def talk() -> Any:
        headers = {"Authorization": f"Bearer {served.key}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
            transport = streamable_http_client(f"{served.address}api/v1/mcp/", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await say(client)

    return anyio.run(talk)


def call(served: Served, tool: str, **arguments: Any) -> Any:
    return speak(served, lambda client: client.call_tool(tool, arguments))


def post(served: Served, body: Any, **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {served.key}"} | headers
    url = f"{served.address}api/v1/mcp/"
    return httpx.post(url, json=body, headers=given, trust_env=False)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_both_ways_of_beginning_lead_to_the_tools(served: Served, mode: str) -> None:
    async def list_and_ask(client: Client) -> Any:
        told = await client.list_tools()
        return told, await client.call_tool("retrieve", {"query": ASKED}), client.protocol_version

    tools, answer, version = speak(served, list_and_ask, mode=mode)

    names = [tool.name for tool in tools.tools]
    assert names == ["retrieve", "passage", "check_citations", "graph_neighbourhood"]
    assert DOSE in [each["text"] for each in answer.structured_content["passages"]]
    assert version == {"legacy": "2025-11-25", "auto": "2026-07-28"}[mode]


def test_text_has_passages_with_where_they_stand_and_use_is_written_down(served: Served) -> None:
    ours = {"source_class": ["clinical_guideline"]}
    answer = call(served, "retrieve", query=ASKED, top_k=1, filters=ours)

    assert answer.content[0].text.startswith("[1] Renal dosing (2024), Dosing, /passages/")
    assert str(Usage.objects.get().pk) == answer.structured_content["usage"]


def test_what_a_passage_orders_is_quoted_and_nothing_is_done(served: Served) -> None:
    answer = call(served, "retrieve", query=INJECTION)

    assert INJECTION in [each["text"] for each in answer.structured_content["passages"]]
    assert Version.objects.filter(status="active").count() == 2


def test_a_passage_is_given_by_its_number_and_checked_as_a_citation(
    served: Served, guideline: Version, ana: Account
) -> None:
    number = guideline.passages.current()[0].pk
    given = call(served, "passage", passage=number, neighbours=1)
    assert given.structured_content["around"]["after"][0]["text"] == "Go slow."

    knowledge.quarantine(guideline, ana)

    checked = call(served, "check_citations", passages=[number, "nonsense"]).structured_content
    assert [each["why"] for each in checked["passages"]] == ["quarantined", "unknown"]
    gone = call(served, "passage", passage=number)
    assert gone.is_error
    assert gone.content[0].text.startswith("left_force")


def test_the_graph_around_a_concept_is_told_with_what_carries_it(
    served: Served, guideline: Version, ana: Account, ben: Account
) -> None:
    passage = guideline.passages.current()[0]
    assert passage
    drawing.stroke(ana, ben, passage)

    told = call(served, "graph_neighbourhood", concept="alteplase").structured_content

    assert told["relations"][0]["evidence"][0]["passage"] == passage.pk
    assert call(served, "graph_neighbourhood", concept="zzz").is_error


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("retrieve", {}),
    ("retrieve", {"query": ""}),
    ("retrieve", {"query": 3}),
    ("retrieve", {"query": "x", "top_k": 0}),
    ("retrieve", {"query": "x", "filters": {"source_class": ["nonsense"]}}),
    ("retrieve", {"query": "x", "release": "no-such"}),
    ("retrieve", {"query": "x", "as_of": "2020-01-01"}),
    ("passage", {"passage": "1"}),
    ("passage", {"passage": 999_999}),
    ("check_citations", {"passages": []}),
    ("graph_neighbourhood", {"concept": "x", "depth": 99}),
]


def test_what_a_tool_refuses_is_told_to_who_called_it(served: Served) -> None:
    async def call_all(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments in WRONG]

    answers = speak(served, call_all)

    assert [a.is_error for a in answers] == [True] * len(WRONG)
    assert Usage.objects.count() == 0


def test_unknown_tools_and_keys_are_errors_of_the_protocol(served: Served) -> None:
    async def call_unknown(client: Client) -> str:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("delete_everything", {})
        return str(refused.value)

    assert speak(served, call_unknown) == "There is no such tool."
    answer = post(Served(served.address, "kb_wrong"), HELLO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, -32000)


HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def test_what_is_no_request_is_refused_as_json_rpc_says(served: Served) -> None:
    bodies: list[Any] = [[HELLO], "x", 3, {}, HELLO | {"id": True}, HELLO | {"params": []}]

    answers = [post(served, body) for body in bodies]

    assert {(a.status_code, a.json()["error"]["code"]) for a in answers} == {(400, -32600)}
    assert post(served, HELLO | {"method": "nonsense"}).json()["error"]["code"] == -32601
    assert post(served, HELLO, **{"MCP-Protocol-Version": "1999-01-01"}).status_code == 400


def test_other_sites_pages_streams_and_haste_are_refused(served: Served) -> None:
    limits = Limits([], rate=1, burst=2)
    clients.set_limits(client=Program.objects.get(), limits=limits, reason="Haste.", by=SHELL)

    strange = post(served, HELLO, Origin="https://evil.example")
    key = {"Authorization": f"Bearer {served.key}"}
    stream = httpx.get(f"{served.address}api/v1/mcp/", headers=key, trust_env=False)
    hasty = post(served, HELLO)

    assert [a.status_code for a in (strange, stream, hasty)] == [403, 405, 429]
    assert hasty.headers["Retry-After"]
    assert all(a.json()["error"]["data"]["code"] for a in (strange, stream, hasty))


def test_notifications_are_taken_and_not_answered(served: Served) -> None:
    answer = post(served, {"jsonrpc": "2.0", "method": "notifications/initialized"})

    assert (answer.status_code, answer.content) == (202, b"")
