"""`:ctx`: which profiles there are, and going over to another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.profile_settings import NONE, Profile, chosen
from opstui.settings import load_for
from opstui.ui.commands import Command
from opstui.ui.desk import Choice, Desk
from opstui.wiring import Front, open_front

if TYPE_CHECKING:
    from opstui.app import OpstuiApp


def context_command(app: OpstuiApp) -> Command:
    """`:ctx NAME`; without a name a menu of them."""

    async def run(text: str, desk: Desk) -> None:
        profiles, active = app.front.settings.profiles, app.front.settings.profile
        name = text
        if not name:
            picked = await desk.choose("Profile", [
                *(Choice(one.name, one.name, told(one, active)) for one in profiles.values()),
                Choice(NONE, "no profile", "in use" if not active else "settings as they are"),
            ])
            if picked is None:
                return
            name = picked
        if name != NONE:
            chosen(profiles, name)
        if (name if name != NONE else "") == active:
            desk.say(f"{name} is in use already" if active else "no profile is in use already")
            return
        app.go_over("" if name == NONE else name)

    def names(_typed: str) -> list[str]:
        return [*app.front.settings.profiles, NONE]

    return Command("ctx", "Go over to another profile's servers; - stands for none", run, names,
                   ("context", "profile"), "[NAME]")


def told(profile: Profile, active: str) -> str:
    """What a menu says of a profile."""
    facts = [
        "in use" if profile.name == active else "",
        "protected" if profile.protected else "", "read-only" if profile.read_only else "",
        str(profile.values.get("mlflow_uri", "")),
        str(profile.values.get("docker_context", "") or profile.values.get("docker_host", "")),
    ]
    return " · ".join(fact for fact in facts if fact)


def opened(front: Front, name: str, more: Mapping[str, str]) -> Front:
    """Everything anew for another profile, with what the command line asked for.

    more: settings as variables that hold from now on. Raises OpstuiError for settings that are
    wrong; nothing has changed then.
    """
    wished = {**front.wished, **more}
    wished.pop("OPSTUI_PROFILE", None)
    environ = {**front.environ, **wished, "OPSTUI_PROFILE": name or NONE}
    settings = load_for(front.path, front.places.settings, environ)
    made = open_front(front.path, front.places, front.environ, settings)
    return replace(made, wished=wished)
