from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from opstui.settings import SETTINGS, Settings, load
from opstui.settings_template import template


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_without_any_file(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", None, {}) == Settings()


def test_every_setting_has_an_attribute() -> None:
    assert {s.name for s in SETTINGS} <= {f.name for f in fields(Settings)}


def test_environment_wins_over_the_own_file_wins_over_the_repository(tmp_path: Path) -> None:
    own = written(tmp_path / "own.toml", '[ci]\ncommand = "make mine"\n[models]\nsettle = 2\n')
    shared = written(tmp_path / "shared.toml",
                     '[ci]\ncommand = "make theirs"\n[models]\nsettle = 9\nchampion = "live"\n')
    found = load(own, shared, {"OPSTUI_CI_COMMAND": "make env"})
    assert found.ci_command == "make env"
    assert found.repository_ci_command == "make theirs"
    assert found.settle == 2
    assert found.champion == "live"


def test_on_a_thin_line_the_theme_is_the_terminals_own_unless_one_is_set(tmp_path: Path) -> None:
    slow = {"OPSTUI_SLOW": "1"}
    assert load(tmp_path / "none.toml", None, slow).theme == "terminal"
    own = written(tmp_path / "own.toml", 'theme = "light"\n')
    assert load(own, None, slow).theme == "light"
    assert load(own, None, {**slow, "OPSTUI_THEME": "dark"}).theme == "dark"


@pytest.mark.parametrize(("text", "said"), [
    ("theme = 3", r"theme must be a text in quotes, not 3 \(.*config.toml:1\)"),
    ('theme = "pink"', "theme must be one of dark, light, terminal"),
    ('\n[mlflow]\n# x\nlocla = "auto"', r"no setting 'mlflow.locla' \(.*:4\); did you mean"),
    ("read_only = 1", "read_only must be true or false"),
    ("ci.slots = 0", "ci.slots must be 1 or more"),
    ("[ci]\nslots = true", "must be a whole number"),
    ("[models]\naliases = [1]", "must be a list of texts"),
    ('[models.metrics]\nauc = "up"', 'must be "higher" or "lower"'),
    ("theme = ", r"not valid TOML: .* \(.*config.toml:1\)"),
    ("a = 1\nb = = 2", r"config.toml:2"),
    ('mlflow = "x"', "there is no setting 'mlflow'"),
])
def test_wrong_settings_are_one_line_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(OpstuiError, match=said) as caught:
        load(written(tmp_path / "config.toml", text), None, {})
    assert "\n" not in str(caught.value)


def test_repository_may_not_choose_where_credentials_go(tmp_path: Path) -> None:
    shared = written(tmp_path / ".opstui.toml", '[mlflow]\nuri = "http://evil.example"')
    with pytest.raises(OpstuiError, match=r"a repository may not set 'mlflow\.uri'"):
        load(tmp_path / "none", shared, {})


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_wrong_environment_is_told(tmp_path: Path, value: str) -> None:
    with pytest.raises(OpstuiError, match="OPSTUI_READ_ONLY"):
        load(tmp_path / "none", None, {"OPSTUI_READ_ONLY": value})


def test_unreadable_settings_are_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"theme = '\xff'")
    with pytest.raises(OpstuiError, match="settings can't be read"):
        load(path, None, {})


def test_template_is_good_and_changes_nothing(tmp_path: Path) -> None:
    text = template()
    assert load(written(tmp_path / "config.toml", text), None, {}) == Settings()
    bare = "\n".join(line.removeprefix("# ") for line in text.splitlines()
                     if line.startswith(("# ", "[")) and ("=" in line or line.startswith("[")))
    assert tomllib.loads(bare)["mlflow"]["local"] == "ask"


def own(tmp_path: Path, text: str) -> Settings:
    return load(written(tmp_path / "config.toml", text), None, {})


def test_ci_servers_are_tables_of_the_persons_own_file(tmp_path: Path) -> None:
    found = own(tmp_path, """
        [ci.servers.work]
        kind = "jenkins"
        url = "https://ci.example.org/jenkins"
        user = "ana"
        token_command = "pass show 'ci/my jenkins'"
        jobs = ["team/churn"]
        [ci.servers.lab]
        kind = "gitlab"
        url = "https://git.example.org"
        token_command = ["sh", "-c", "cat token"]
    """).ci_servers
    assert found["work"]["token_command"] == ("pass", "show", "ci/my jenkins")
    assert found["work"]["jobs"] == ("team/churn",)
    assert found["lab"]["token_command"] == ("sh", "-c", "cat token")


@pytest.mark.parametrize(("keys", "said"), [
    ('url = "https://x.org"', r"ci.servers.work has no kind \(.*config.toml:1\)"),
    ('kind = "gitlab"', "ci.servers.work has no url"),
    ('kind = "travis"\nurl = "https://x.org"', r"work.kind must be one of .*config.toml:2\)"),
    ('kind = "gitlab"\nurl = "x.org"', r"work.url must be an address .*config.toml:3\)"),
    ('kind = "gitlab"\nurl = "https://ana:pw@x.org"', "must not hold a password"),
    ('kind = "gitlab"\nurl = "https://x.org"\ntoken = "x"', r"work.token is no setting .*:4\)"),
    ('kind = "gitlab"\nurl = "https://x.org"\njobs = ["a"]', "work.jobs is for jenkins only"),
    ('kind = "jenkins"\nurl = "https://x.org"\njobs = "a"', "must be a list of texts"),
    ('kind = "jenkins"\nurl = "https://x.org"\nuser = 7', "must be a text in quotes"),
    ('kind = "jenkins"\nurl = "https://x.org"\ntoken_command = ""', "token_command is empty"),
    ('kind = "jenkins"\nurl = "https://x.org"\ntoken_command = "a \'b"', "can't be read"),
])
def test_wrong_ci_servers_are_one_line_with_file_and_line(
    tmp_path: Path, keys: str, said: str
) -> None:
    with pytest.raises(OpstuiError, match=said):
        own(tmp_path, f"[ci.servers.work]\n{keys}\n")


@pytest.mark.parametrize("text", [
    '[ci.servers.local]\nkind = "gitlab"\nurl = "https://x.org"', "ci.servers = 3",
    "[ci.servers]\nwork = 3",
])
def test_what_is_no_server_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(OpstuiError, match=r"ci\.servers"):
        own(tmp_path, text)


def test_a_repository_may_not_name_ci_servers(tmp_path: Path) -> None:
    """It would choose where a login goes, or which program is run for one."""
    shared = written(tmp_path / ".opstui.toml", (
        '[ci.servers.work]\nkind = "gitlab"\nurl = "https://evil.example"\n'
        'token_command = "touch /tmp/sprung"\n'
    ))
    with pytest.raises(OpstuiError, match=r"a repository may not set 'ci\.servers'") as caught:
        load(tmp_path / "none.toml", shared, {})
    assert f"{shared}:1" in str(caught.value)
