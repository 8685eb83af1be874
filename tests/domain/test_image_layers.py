"""Lines of a history as they stood in the Dockerfile."""

from __future__ import annotations

import pytest

from opstui.domain.image import Layer
from opstui.domain.image_layers import readable, told


@pytest.mark.parametrize(("command", "read"), [
    ('/bin/sh -c #(nop)  CMD ["churn" "serve"]', 'CMD ["churn" "serve"]'),
    ("/bin/sh -c pip install .", "RUN pip install ."),
    ("RUN /bin/sh -c pip install . # buildkit", "RUN pip install ."),
    ("COPY site /site # buildkit", "COPY site /site"),
    (f"/bin/sh -c #(nop) COPY file:{'ab' * 32} in /site ", "COPY file:abababababab in /site"),
    ("|1 VERSION=1.2 /bin/sh -c make  \t all", "RUN make all"),
    ("RUN |2 A=1 B=2 /bin/sh -c make # buildkit", "RUN make"),
    ("ENV DB_PASSWORD=hunter2", "ENV DB_PASSWORD=***"),
    ("/bin/busybox --install -s /bin", "/bin/busybox --install -s /bin"),
    ("", ""),
])
def test_commands_are_readable(command: str, read: str) -> None:
    assert readable(command) == read


def test_the_history_grows_from_the_oldest_line_on() -> None:
    lines = told((Layer("CMD x", 0), Layer("RUN b", 30), Layer("ADD a", 10)))
    assert [(one.number, one.command, one.total, one.share) for one in lines] == [
        (1, "ADD a", 10, 0.25), (2, "RUN b", 40, 0.75), (3, "CMD x", 40, 0.0),
    ]


def test_an_image_without_bytes_has_no_shares() -> None:
    assert [one.share for one in told((Layer("x", 0),))] == [0.0]
