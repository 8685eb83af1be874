"""Which lines of a job's log belong to which step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from opstui.backends.ci.github.slices import slices
from opstui.domain.ci import CiStep
from opstui.domain.status import Status


def at(second: int) -> datetime:
    return datetime(2026, 11, 23, 10, 0, second, tzinfo=UTC)


def step(name: str, start: int, end: int, status: Status = Status.PASSED) -> CiStep:
    return CiStep(name, status, at(start), at(end))


def line(time: str, text: str) -> str:
    return f"2026-11-23T10:00:{time}00000Z {text}\n"


def cut(log: str, *steps: CiStep) -> dict[str, str]:
    data = log.encode()
    return {name: data[begin:end].decode() for name, (begin, end) in slices(data, steps).items()}


def test_steps_of_the_same_second_are_told_apart_by_their_first_line() -> None:
    first = line("01.00", "Current runner version") + line("02.10", "Prepare")
    second = line("02.30", "##[group]Run one") + line("02.40", "one")
    third = line("02.60", "##[group]Run two") + line("02.70", "two") + line("03.10", "more")
    last = line("03.20", "Cleaning up orphan processes")
    assert cut(
        first + second + third + last, step("setup", 1, 2), step("one", 2, 2), step("two", 2, 3),
        step("complete", 3, 3),
    ) == {"setup": first, "one": second, "two": third, "complete": last}


def test_a_group_inside_a_step_starts_no_other() -> None:
    one = line("02.00", "##[group]Run one") + line("03.00", "##[group]Run by the script itself")
    two = line("09.00", "##[group]Run two")
    assert cut(one + two, step("one", 2, 9), step("two", 9, 9)) == {"one": one, "two": two}


def test_a_step_may_begin_later_than_it_is_told_to() -> None:
    one = line("02.00", "##[group]Run one") + line("03.50", "one") + line("05.90", "still one")
    two = line("06.10", "##[group]Run two") + line("08.00", "two")
    assert cut(one + two, step("one", 2, 3), step("two", 3, 9)) == {"one": one, "two": two}


def test_skipped_steps_and_steps_under_way_have_no_lines() -> None:
    log = line("01.00", "set up") + line("02.00", "##[group]Run one")
    assert cut(
        log, step("setup", 1, 2), step("no", 2, 2, Status.SKIPPED), step("one", 2, 3),
        CiStep("later", Status.QUEUED),
    ) == {"setup": line("01.00", "set up"), "one": line("02.00", "##[group]Run one")}


def test_lines_without_a_time_belong_to_what_was_before_them() -> None:
    setup = line("01.00", "set up") + "no time at all\n\n2026-99-99T nonsense\n"
    one = line("04.00", "without any marker")
    assert cut(setup + one, step("setup", 1, 2), step("one", 4, 5)) == {"setup": setup, "one": one}


def test_every_byte_belongs_to_one_step() -> None:
    log = "".join(line(f"{n:02}.50", f"line {n}") for n in range(40))
    pieces = cut(log, *(step(str(n), n, n + 3) for n in range(0, 40, 3)))
    assert "".join(pieces.values()) == log


def test_a_log_without_times_is_all_the_first_steps() -> None:
    assert cut("words\nwords\n", step("setup", 1, 2), step("one", 2, 3)) == {
        "setup": "words\nwords\n", "one": "",
    }
    assert cut("", step("setup", 1, 2)) == {"setup": ""}


class Counted(bytes):
    """A log that counts how many of its lines were looked at."""

    looks = 0

    def find(self, *arguments: Any) -> int:
        Counted.looks += 1
        return bytes.find(self, *arguments)


def test_of_many_lines_only_those_about_a_steps_beginning_are_looked_at() -> None:
    begin = at(0)
    times = (begin + timedelta(milliseconds=10 * n) for n in range(100_000))
    log = Counted("".join(f"{one:%Y-%m-%dT%H:%M:%S.%f}0Z words\n" for one in times).encode())
    began = [begin + timedelta(seconds=n) for n in range(0, 1000, 40)]
    steps = [CiStep(f"{one:%H:%M:%S}", Status.PASSED, one, one + timedelta(seconds=40))
             for one in began]
    found = slices(log, steps)
    assert [log[start + 11:start + 19].decode() for start, _ in found.values()] == list(found)
    assert Counted.looks < 20_000
