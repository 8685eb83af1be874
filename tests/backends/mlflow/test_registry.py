"""The registry of a real server: MLflow's own client says what opstui's writes did."""

from __future__ import annotations

import uuid

import pytest

from opstui.backends.mlflow.registry import named
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.mlflow.talking import connected
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.mlflow, pytest.mark.mlflow2]


def registered(judge: Judge, versions: int, name: str = "") -> str:
    """A model with this many versions; returns its name."""
    return str(judge(
        """
client.create_registered_model(name, description="as it was")
for number in range(versions):
    client.create_model_version(name, source=f"s3://store/{number}", tags={"n": str(number + 1)})
answer = name
""",
        name=name or f"model-{uuid.uuid4().hex[:8]}", versions=versions,
    ))


async def test_version_ten_comes_before_nine_and_aliases_are_filled_in(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    name = registered(judge, 11, f"it's 50% [red] 模型 {uuid.uuid4().hex[:6]}")
    judge(
        """
client.set_registered_model_alias(name, "champion", "9")
client.set_registered_model_alias(name, "challenger", "10")
client.set_registered_model_alias(name, "previous_champion", "9")
""",
        name=name,
    )
    async with connected(mlflow_server.url) as mlflow:
        model = await mlflow.registry.model(name)
        assert model.latest == "11"
        assert model.version_of("champion") == "9"
        assert model.version_of("nobody") == ""
        versions = (await mlflow.registry.versions(name)).items
        assert [one.version for one in versions] == [str(n) for n in range(11, 0, -1)]
        assert versions[2].aliases == ("champion", "previous_champion")
        assert versions[1].aliases == ("challenger",)
        ninth = await mlflow.registry.version(name, "9")
        assert ninth == versions[2]
        assert ninth.ready
        assert ninth.status is Status.PASSED
        assert ninth.stage == ""
        assert ninth.tag("n") == "9"
        assert mlflow.registry.model_url(name, "9").endswith("/versions/9")
        assert "/#/models/it%27s%2050%25%20%5Bred%5D" in mlflow.registry.model_url(name)


async def test_prompts_are_no_models(mlflow_server: MlflowServer, judge: Judge) -> None:
    name, prompt = registered(judge, 1), f"prompt-{uuid.uuid4().hex[:8]}"
    judge("client.register_prompt(name, 'Answer {{this}}')", name=prompt)
    async with connected(mlflow_server.url) as mlflow:
        names, token = [], ""
        while True:
            page = await mlflow.registry.models(token)
            names += [model.name for model in page.items]
            if not (token := page.token):
                break
    assert name in names
    assert prompt not in names
    assert names == sorted(names)


async def test_versions_come_in_pages(mlflow_server: MlflowServer, judge: Judge) -> None:
    name = registered(judge, 103)
    async with connected(mlflow_server.url) as mlflow:
        first = await mlflow.registry.versions(name)
        rest = await mlflow.registry.versions(name, first.token)
    numbers = [one.number for one in first.items + rest.items]
    assert len(first.items) == 100
    assert numbers == list(range(103, 0, -1))
    assert rest.token == ""


async def test_what_opstui_writes_mlflows_client_reads(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    name = registered(judge, 2)
    async with connected(mlflow_server.url) as mlflow:
        write = mlflow.registry
        await write.set_alias(name, "champion", "2")
        await write.set_alias(name, "gone", "1")
        await write.delete_alias(name, "gone")
        await write.delete_alias(name, "never-there")
        await write.set_version_tag(name, "2", "promoted_by", "ana@build2 'quoted' [x] ü")
        await write.set_version_tag(name, "2", "n", "changed")
        await write.delete_version_tag(name, "1", "n")
        await write.describe_version(name, "2", "better\nthan before")
        await write.describe_model(name, "churn of customers")
    told = judge(
        """
model = client.get_registered_model(name)
one, two = (client.get_model_version(name, number) for number in ("1", "2"))
answer = [model.aliases, model.description, one.tags, two.tags, two.description, two.aliases]
""",
        name=name,
    )
    assert told == [
        {"champion": "2"}, "churn of customers", {},
        {"n": "changed", "promoted_by": "ana@build2 'quoted' [x] ü"}, "better\nthan before",
        ["champion"],
    ]


async def test_what_is_not_there_is_a_sentence(mlflow_server: MlflowServer, judge: Judge) -> None:
    name = registered(judge, 1)
    async with connected(mlflow_server.url) as mlflow:
        for ask in (
            mlflow.registry.model("no such model"),
            mlflow.registry.versions("no such model"),
            mlflow.registry.version(name, "77"),
            mlflow.registry.set_alias(name, "champion", "77"),
            mlflow.registry.set_alias(name, "not an alias!", "1"),
        ):
            with pytest.raises(OpstuiError) as caught:
                await ask
            assert caught.value.what.startswith("MLflow says: ")
            assert caught.value.where == mlflow_server.url


def test_a_filter_uses_the_quote_that_the_name_lacks() -> None:
    assert named("plain") == "name = 'plain'"
    assert named("it's") == 'name = "it\'s"'
    with pytest.raises(OpstuiError, match="both kinds of quotes"):
        named("it's \"it\"")
