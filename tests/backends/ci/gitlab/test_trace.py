"""What a GitLab runner writes, as plain lines and steps."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opstui.backends.ci.gitlab.trace import Trace
from opstui.domain.status import Status

CLASSIC = (
    b"\x1b[0KRunning with gitlab-runner 17.4.0\x1b[0;m\n"
    b"\x1b[0Ksection_start:1763888400:prepare_executor\r\x1b[0K\x1b[36;1mPreparing\x1b[0;m\n"
    b"Using Docker executor\n"
    b"\x1b[0Ksection_end:1763888402:prepare_executor\r\x1b[0K"
    b"\x1b[0Ksection_start:1763888402:step_script[collapsed=true]\r\x1b[0KExecuting script\n"
    b"$ make test\r\n"
    b"E   AssertionError: boom\n"
    b"\x1b[0Ksection_end:1763888409:step_script\r\x1b[0K\n"
    b"\x1b[31;1mERROR: Job failed: exit code 3\n\x1b[0;m"
)
STAMPED = (
    b"2026-11-23T09:00:00.140026Z 00O Running with gitlab-runner 19.5.0\n"
    b"2026-11-23T09:00:00.140140Z 00O section_start:1763888400:prepare_executor\r\x1b[0K\n"
    b"2026-11-23T09:00:00.140145Z 00O+\x1b[36;1mPreparing\x1b[0;m\n"
    b"2026-11-23T09:00:01.313871Z 00O Using Docker executor\n"
    b"2026-11-23T09:00:02.803738Z 00O section_end:1763888402:prepare_executor\r\x1b[0K\n"
    b"2026-11-23T09:00:02.803963Z 00O+section_start:1763888402:step_script\r\x1b[0K\n"
    b"2026-11-23T09:00:03.803972Z 01E half a \n"
    b"2026-11-23T09:00:03.903972Z 01E+line\n"
    b"2026-11-23T09:00:09.034628Z 00O section_end:1763888409:step_script\r\x1b[0K\n"
    b"2026-11-23T09:00:09.134628Z 00O \x1b[31;1mERROR: Job failed: exit status 3\x1b[0;m\n"
)


def whole(data: bytes) -> Trace:
    trace = Trace()
    trace.feed(data, last=True)
    return trace


def line_at(trace: Trace, offset: int) -> bytes:
    return bytes(trace.text[offset:]).partition(b"\n")[0]


def test_a_log_has_no_marks_and_begins_its_steps_at_their_lines() -> None:
    trace = whole(CLASSIC)
    assert b"section_" not in trace.text
    assert trace.text.count(b"\n") == 7, "a line of nothing but marks leaves none behind"
    prepare, script = trace.steps(Status.FAILED)
    assert (prepare.name, prepare.status) == ("prepare_executor", Status.PASSED)
    assert (script.name, script.status, script.exit_code) == ("step_script", Status.FAILED, 3)
    assert line_at(trace, prepare.log_start) == b"\x1b[36;1mPreparing\x1b[0;m"
    assert line_at(trace, script.log_start) == b"Executing script"
    assert script.started and script.finished
    assert (script.finished - script.started).total_seconds() == 7
    start, end = trace.piece(script)
    assert bytes(trace.text[start:end]) == (
        b"Executing script\n$ make test\r\nE   AssertionError: boom\n"
    )


def test_times_stay_in_front_and_parts_of_a_line_are_joined() -> None:
    trace = whole(STAMPED)
    assert bytes(trace.text).decode().splitlines() == [
        "2026-11-23T09:00:00.140026Z Running with gitlab-runner 19.5.0",
        "2026-11-23T09:00:00.140145Z \x1b[36;1mPreparing\x1b[0;m",
        "2026-11-23T09:00:01.313871Z Using Docker executor",
        "2026-11-23T09:00:03.803972Z half a line",
        "2026-11-23T09:00:09.134628Z \x1b[31;1mERROR: Job failed: exit status 3\x1b[0;m",
    ]
    script = trace.steps(Status.FAILED)[1]
    assert line_at(trace, script.log_start).endswith(b"half a line")
    assert script.exit_code == 3


def test_a_section_that_a_failing_script_left_open_is_the_failed_one() -> None:
    trace = whole(
        b"section_start:10:step_script\r\x1b[0K$ ./ci.sh\n"
        b"section_start:11:build\r\x1b[0Kbuild\nok\nsection_end:12:build\r\x1b[0K\n"
        b"section_start:12:unit\r\x1b[0Kunit\nboom\n"
        b"section_end:13:step_script\r\x1b[0K\n"
    )
    assert [(step.name, step.status) for step in trace.steps(Status.FAILED)] == [
        ("step_script", Status.PASSED), ("build", Status.PASSED), ("unit", Status.FAILED),
    ]
    assert [step.status for step in trace.steps(Status.RUNNING)][-1] is Status.RUNNING


@given(st.sampled_from((CLASSIC, STAMPED)), st.lists(st.integers(0, len(STAMPED)), max_size=8))
def test_what_was_given_once_stays_however_the_log_grows(data: bytes, cuts: list[int]) -> None:
    trace, before = Trace(), b""
    borders = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for start, end in pairwise(borders):
        trace.feed(data[start:end], last=end == len(data))
        assert bytes(trace.text).startswith(before)
        before = bytes(trace.text)
    assert trace.text == whole(data).text
    assert trace.taken == len(data)
    assert trace.steps(Status.FAILED) == whole(data).steps(Status.FAILED)


def test_garbage_is_shown_as_it_is() -> None:
    data = b"section_start:x:y\r \xff\xfe section_end:99:never_opened\n\x00\n\r\n2026 00O\n"
    assert bytes(whole(data).text) == data
    assert whole(b"").steps(Status.PASSED) == ()
    late = whole(b"section_start:999999999999:far\r\nx")
    assert late.steps(Status.PASSED)[0].started is None
