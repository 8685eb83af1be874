"""What opstui says and does when a server misbehaves. The servers are real sockets."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.local_mlflow import LocalPhase
from tests.backends.mlflow.talking import NoLocal, answer, connected, serving

CLOSED = "http://127.0.0.1:9"
"""Nobody listens on the discard port."""


async def fault_of(reply: bytes, environ: dict[str, str] | None = None) -> OpstuiError:
    """What reading from a server that always gives this answer raises."""

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        return reply

    async with serving(handler) as url, connected(url, environ) as mlflow:
        with pytest.raises(OpstuiError) as caught:
            await mlflow.tracking.experiments()
        assert caught.value.where == url
        return caught.value


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (answer("nope", "401 Unauthorized", "text/plain"), "wants a user name and password"),
        (answer("Permission denied", "403 Forbidden", "text/plain"), "not allow this: Permission"),
        (answer("Invalid Host header", "403 Forbidden", "text/plain"), "refuses this host name"),
        (answer("<h1>Not Found</h1>", "404 Not Found", "text/html"), "this is no MLflow server"),
        (answer("<h1>Oops</h1>", "500 Internal Server Error", "text/html"), "failed inside"),
        (answer("down", "503 Service Unavailable", "text/plain"), "not available now"),
        (answer("Workspaces are not enabled", "503 Service Unavailable", "text/plain"),
         "has no workspaces here"),
        (answer('{"error_code": "X", "message": "no [such] thing"}', "404 Not Found"),
         r"MLflow says: no \[such\] thing"),
        (answer("]", "400 Bad Request"), "refused this"),
        (answer("<html>", kind="text/html"), "not MLflow's JSON"),
        (answer("[1]"), "not an object"),
        (answer("[" * 100_000), "not MLflow's JSON"),
        (answer('{"experiments": {}}'), "experiments is not a list"),
        (answer('{"experiments": [7]}'), r"experiments\[0\] is not an object"),
        (answer('{"experiments": [{"name": "x"}]}'), "experiment_id is missing"),
        (answer('{"experiments": [{"experiment_id": "1", "creation_time": "x"}]}'),
         "creation_time is not a whole number"),
        (answer("[]", "200 OK", Connection="close")[:-1], "the connection to MLflow was lost"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "the connection to MLflow was lost"),
    ],
)
async def test_every_bad_answer_is_one_sentence(reply: bytes, says: str) -> None:
    fault = await fault_of(reply)
    assert re.search(says, fault.what), fault.what


async def test_wrong_credentials_are_told_apart() -> None:
    reply = answer("", "401 Unauthorized", "text/plain")
    basic = {"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_PASSWORD": "pw"}
    bearer = {"MLFLOW_TRACKING_TOKEN": "t"}
    assert "did not accept the user name" in (await fault_of(reply, basic)).what
    assert "did not accept the token" in (await fault_of(reply, bearer)).what


async def test_a_page_of_another_program_is_no_version() -> None:
    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        return answer("<html>Welcome to 1.2.3</html>", kind="text/html")

    async with serving(handler) as url, connected(url) as mlflow:
        with pytest.raises(OpstuiError, match="not MLflow's JSON"):
            await mlflow.tracking.version()


async def test_an_endless_answer_is_cut_off() -> None:
    fault = await fault_of(answer(b" " * (33 << 20)))
    assert "more than 32 MB" in fault.what


async def test_headers_go_out_and_secrets_stay_out_of_the_call_log(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        seen.append(headers)
        return answer()

    calls = RecentCalls()
    async with serving(handler) as url:
        secret = url.replace("http://", "http://ana:s3cr3t@")
        async with connected(secret, {"MLFLOW_WORKSPACE": "team"}, calls=calls) as mlflow:
            await mlflow.tracking.experiments()
            assert await mlflow.tracking.where() == url
        async with connected(url, {"MLFLOW_TRACKING_TOKEN": "t0k3n"}, calls=calls) as mlflow:
            await mlflow.registry.models()
    assert seen[0]["Authorization"] == "Basic YW5hOnMzY3IzdA=="
    assert seen[0]["X-MLFLOW-WORKSPACE"] == "team"
    assert seen[1]["Authorization"] == "Bearer t0k3n"
    assert "Origin" not in seen[0]
    log = "\n".join(f"{call.summary} {call.command}" for call in calls.calls())
    assert '-u "$MLFLOW_TRACKING_USERNAME:$MLFLOW_TRACKING_PASSWORD"' in log
    assert '-H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN"' in log
    for word in ("s3cr3t", "YW5hOnMzY3IzdA", "t0k3n"):
        assert word not in log


async def test_a_redirect_is_not_followed_and_says_where_it_leads() -> None:
    asked: list[str] = []

    async def thief(first: str, headers: dict[str, str], body: bytes) -> bytes:
        asked.append(first)
        return answer()

    async with serving(thief) as elsewhere:
        reply = answer("", "302 Found", Location=f"{elsewhere.replace('//', '//u:p@')}/login?t=1")
        fault = await fault_of(reply, {"MLFLOW_TRACKING_TOKEN": "t0k3n"})
        assert f"sends MLflow's requests on to {elsewhere}/login;" in fault.what
    assert asked == []


async def test_reading_is_tried_twice_and_writing_once() -> None:
    asked: list[str] = []

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes | None:
        asked.append(first.split()[0] + " " + body.decode())
        if len(asked) == 1:
            return None
        return answer() if first.startswith("GET") else None

    async with serving(handler) as url, connected(url) as mlflow:
        assert (await mlflow.registry.models()).items == ()
        assert len(asked) == 2
        with pytest.raises(WriteUnconfirmed, match="whether it was done is not known"):
            await mlflow.registry.set_alias("churn", "champion", "7")
    assert len(asked) == 3
    assert json.loads(asked[2].removeprefix("POST ")) == {
        "name": "churn", "alias": "champion", "version": "7",
    }


async def test_a_write_without_an_answer_is_unconfirmed_and_nothing_freezes() -> None:
    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""

    gaps: list[float] = []

    async def heart() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)

    async with (
        serving(handler) as url,
        connected(url, {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}) as mlflow,
    ):
        beating = asyncio.create_task(heart())
        with pytest.raises(WriteUnconfirmed, match="did not answer within 1 s"):
            await mlflow.registry.set_alias("churn", "champion", "7")
        began = time.monotonic()
        with pytest.raises(OpstuiError, match="did not answer within 1 s") as caught:
            await mlflow.registry.model("churn")
        beating.cancel()
    assert not isinstance(caught.value, WriteUnconfirmed)
    assert time.monotonic() - began < 5
    assert max(gaps) < 0.5


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
async def test_a_gateway_that_gave_up_confirms_nothing(status: str) -> None:
    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        return answer("<h1>gateway</h1>", status, "text/html")

    async with serving(handler) as url, connected(url) as mlflow:
        with pytest.raises(WriteUnconfirmed):
            await mlflow.registry.delete_alias("churn", "champion")


async def test_a_refused_write_is_no_unconfirmed_one() -> None:
    async with connected(CLOSED) as mlflow:
        with pytest.raises(OpstuiError, match="cannot be reached") as caught:
            await mlflow.registry.set_alias("churn", "champion", "7")
    assert not isinstance(caught.value, WriteUnconfirmed)
    assert caught.value.where == CLOSED


async def test_giving_up_is_recorded_as_cancelled() -> None:
    arrived = asyncio.Event()

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        arrived.set()
        await asyncio.Event().wait()
        return b""

    calls = RecentCalls()
    async with serving(handler) as url, connected(url, calls=calls) as mlflow:
        asking = asyncio.create_task(mlflow.tracking.experiments())
        await arrived.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert [call.outcome for call in calls.calls()] == ["cancelled"]


async def test_an_old_server_without_sampling_is_asked_for_everything() -> None:
    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        if "bulk-interval" in first:
            return answer("<h1>Not Found</h1>", "404 Not Found", "text/html")
        points = [{"key": "auc", "value": n / 1000, "step": n, "timestamp": 1} for n in range(1000)]
        return answer(json.dumps({"metrics": points}))

    async with serving(handler) as url, connected(url) as mlflow:
        course = await mlflow.tracking.history("run", "auc", points=50)
    assert len(course) == 100
    assert (course[0].step, course[-1].step) == (0, 999)


async def test_prompts_of_an_old_server_are_left_out_here() -> None:
    models = [
        {"name": "churn", "latest_versions": [{"version": "9"}, {"version": "10"}]},
        {"name": "ask", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]},
    ]

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        return answer(json.dumps({"registered_models": models, "next_page_token": "more"}))

    async with serving(handler) as url, connected(url) as mlflow:
        page = await mlflow.registry.models()
    assert [(model.name, model.latest) for model in page.items] == [("churn", "10")]
    assert page.token == "more"


async def test_the_registry_may_live_elsewhere() -> None:
    hosts: list[str] = []

    async def handler(first: str, headers: dict[str, str], body: bytes) -> bytes:
        hosts.append(headers["Host"])
        return answer()

    async with serving(handler) as one, serving(handler) as two:
        async with connected("", {"MLFLOW_TRACKING_URI": one, "MLFLOW_REGISTRY_URI": two}) as both:
            await both.tracking.experiments()
            await both.registry.models()
        async with connected(two, {"MLFLOW_TRACKING_URI": one}) as settled:
            await settled.registry.models()
    assert hosts == [one[7:], two[7:], two[7:]]


async def test_without_a_server_the_person_hears_what_to_do() -> None:
    for phase, says in (
        (LocalPhase.OFF, "no MLflow server is configured"),
        (LocalPhase.STARTING, "the local MLflow server is starting"),
        (LocalPhase.FAILED, "it broke"),
    ):
        async with connected("", local=NoLocal(phase)) as mlflow:
            for ask in (mlflow.tracking.where(), mlflow.registry.models()):
                with pytest.raises(OpstuiError, match=says):
                    await ask
            assert mlflow.registry.model_url("churn") == ""


def test_nothing_heavy_is_loaded_before_the_first_request() -> None:
    code = (
        "import sys, opstui.backends.mlflow.connection, opstui.backends.mlflow.local\n"
        "print(sorted({'httpx', 'mlflow', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
