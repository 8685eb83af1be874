"""What a container uses: recorded shapes of each kind of engine, and a real stream."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from opstui.backends.docker import stats
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.inner import DockerContainers
from opstui.domain.container_use import Use
from opstui.domain.errors import OpstuiError
from tests.backends.docker.conftest import docker_threads, until
from tests.servers.dockerd import PrivateDockerd


def frame(**more: Any) -> dict[str, Any]:
    """A measurement of cgroup v1, one second after the one before: half of one of 4 processors."""
    return {
        "read": "2026-03-01T12:00:01.5Z", "pids_stats": {"current": 7},
        "cpu_stats": {"cpu_usage": {"total_usage": 10_500_000_000},
                      "system_cpu_usage": 104_000_000_000, "online_cpus": 4},
        "precpu_stats": {"cpu_usage": {"total_usage": 10_000_000_000},
                         "system_cpu_usage": 100_000_000_000, "online_cpus": 4},
        "memory_stats": {"usage": 300, "limit": 1000, "stats": {"total_inactive_file": 100}},
        "networks": {"eth0": {"rx_bytes": 5, "tx_bytes": 7}, "eth1": {"rx_bytes": 1}},
        "blkio_stats": {"io_service_bytes_recursive": [
            {"op": "Read", "value": 11}, {"op": "Write", "value": 13}, {"op": "Sync", "value": 4},
            {"op": "Read", "value": 1},
        ]},
        **more,
    }


def measured(**more: Any) -> Use:
    found = stats.use(frame(**more))
    assert found is not None
    return found


def test_everything_is_counted_as_the_docker_command_line_does() -> None:
    use = measured()
    assert use.cpu == pytest.approx(50.0)
    assert (use.memory, use.limit, use.pids, use.processors) == (200, 1000, 7, 4)
    assert (use.received, use.sent, use.read, use.written) == (6, 7, 12, 13)
    assert use.at.isoformat() == "2026-03-01T12:00:01.500000+00:00"


def test_cgroup_v2_names_the_cache_and_the_operations_otherwise() -> None:
    use = measured(
        memory_stats={"usage": 300, "limit": 1000, "stats": {"inactive_file": 40}},
        blkio_stats={"io_service_bytes_recursive": [
            {"op": "read", "value": 3}, {"op": "write", "value": 9}]},
    )
    assert (use.memory, use.read, use.written) == (260, 3, 9)


def test_podman_leaves_much_out() -> None:
    use = measured(
        memory_stats={"usage": 300, "limit": 1000}, blkio_stats={"io_service_bytes_recursive": []},
        networks=None,
    )
    assert (use.memory, use.read, use.received) == (300, None, None)


def test_the_first_measurement_has_no_share_of_processors() -> None:
    assert measured(precpu_stats={"cpu_usage": {"total_usage": 0}}).cpu is None


def test_what_ended_has_no_measurement() -> None:
    assert stats.use({"read": "0001-01-01T00:00:00Z", "memory_stats": {}, "cpu_stats": {}}) is None


def test_the_whole_cache_is_never_more_than_what_is_used() -> None:
    memory = {"usage": 300, "limit": 1000, "stats": {"total_inactive_file": 400}}
    assert measured(memory_stats=memory).memory == 300


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestOnARealEngine:
    async def test_it_is_measured_for_as_long_as_somebody_looks(
        self, dockerd: PrivateDockerd, engine: DockerEngine
    ) -> None:
        dockerd.image("use:1", text="use")
        dockerd.run("u-busy", "use:1", "sh", "-c", "while true; do :; done")
        container = next(one for one in await engine.containers() if one.name == "u-busy")
        seen: list[Use] = []

        async def look() -> None:
            async for use in DockerContainers(engine.connection).uses(container):
                seen.append(use)  # noqa: PERF401  it is looked at while it grows

        looking = asyncio.create_task(look())
        await until(lambda: len(seen) > 2)
        assert seen[0].cpu is None
        assert max(one.cpu or 0 for one in seen) > 1
        assert 0 < seen[-1].memory < seen[-1].limit
        assert seen[-1].pids == 1
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await until(lambda: not docker_threads(), 5)
        with dockerd.client() as client:
            client.kill("u-busy")

    async def test_one_that_is_gone_says_so(
        self, dockerd: PrivateDockerd, engine: DockerEngine
    ) -> None:
        dockerd.image("use:1", text="use")
        dockerd.run("u-gone", "use:1", "true")
        container = next(one for one in await engine.containers() if one.name == "u-gone")
        inner = DockerContainers(engine.connection)
        await until(lambda: True)
        with dockerd.client() as client:
            client.wait("u-gone")
        await inner.remove(container, force=False, volumes=False)
        with pytest.raises(OpstuiError, match="container u-gone is gone"):
            await anext(inner.uses(container))
        with pytest.raises(OpstuiError, match="container u-gone is gone"):
            await inner.remove(container, force=False, volumes=False)
