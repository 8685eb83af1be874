"""Compose projects as rows above their containers."""

from __future__ import annotations

from opstui.domain.compose import PROJECT_LABEL, Project, grouped, members
from opstui.domain.image import Container
from opstui.domain.status import Status


def one(name: str, project: str = "", state: str = "running", **more: object) -> Container:
    labels = ((PROJECT_LABEL, project),) if project else ()
    status = Status.UP if state == "running" else Status.DOWN
    return Container(f"id-{name}", name, "image", "sha256:1", state,
                     **{"status": status, "labels": labels, **more})  # type: ignore[arg-type]


LISTED = (one("api", "shop"), one("cache"), one("db", "shop", health="unhealthy",
          status=Status.FAILED), one("migrate", "shop", "exited"))


def test_a_project_stands_where_its_first_container_stood() -> None:
    rows = grouped(LISTED, frozenset())
    assert [row.name for row in rows] == ["shop", "api", "db", "migrate", "cache"]
    project = rows[0]
    assert isinstance(project, Project)
    assert (project.note, project.status, project.health) == (
        "2 running, 1 exited", Status.FAILED, "unhealthy")


def test_a_folded_project_is_one_row() -> None:
    assert [row.name for row in grouped(LISTED, frozenset({"shop"}))] == ["shop", "cache"]


def test_rows_stand_for_each_container_once() -> None:
    rows = grouped(LISTED, frozenset())
    assert [row.name for row in members((rows[0], rows[1], rows[4]))] == [
        "api", "db", "migrate", "cache"]


def test_rows_keep_their_identity_from_load_to_load() -> None:
    assert grouped(LISTED, frozenset())[0].key == grouped(LISTED[1:], frozenset())[1].key
