"""What the command line says about gates: check them, override them, trust what they run."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.promotion import Ending, Outcome, PromotionPlan
from opstui.operations.carry_out import blocked
from opstui.operations.promotion import environment_of
from opstui.operations.trusting import trust, untrusted
from opstui.operations.world import World


def add_gate_options(parser: argparse.ArgumentParser) -> None:
    """The options of commands whose plans have gates."""
    parser.add_argument(
        "--check", action="store_true", help="only judge the gates, and tell by the exit code"
    )
    parser.add_argument(
        "--override", default="", metavar="REASON",
        help="go on although gates block; the reason is kept in the journal",
    )
    parser.add_argument(
        "--trust", action="store_true",
        help="say yes to the commands that the repository's gates name, as they are now; they "
        "are printed",
    )


async def ask_trust(world: World, args: argparse.Namespace, model: str, to: str) -> None:
    """Tell of commands that are not trusted yet; trust them where the arguments say so."""
    environment = environment_of(world.rules, model, to)
    if environment is None:
        return
    for command in await untrusted(world, environment):
        if args.trust:
            print(f"opstui: trusting `{command.text}` of {command.source}, fingerprint "
                  f"{command.fingerprint[:16]}", file=sys.stderr)
            await trust(world, command)
        else:
            print(f"opstui: `{command.text}` of {command.source} is not trusted, so its gate is "
                  "unknown; look at it, then say --trust once", file=sys.stderr)


def override(plan: PromotionPlan, args: argparse.Namespace) -> PromotionPlan:
    """The plan with the reason of the arguments, where there is something to override."""
    given = getattr(args, "override", "")
    if not given:
        return plan
    reason = " ".join(given.split())
    if not reason:
        raise OpstuiError("an override needs a reason", where="--override")
    return replace(plan, override=reason) if plan.blocked else plan


def checked(plan: PromotionPlan, *, as_json: bool) -> int:
    """Say what the gates say; returns the exit code."""
    if plan.expected == plan.version:
        outcome = Outcome(
            Ending.NOTHING_TO_DO, f"{plan.alias} names v{plan.version} already", plan.expected)
    elif plan.blocked:
        outcome = blocked(plan)
    else:
        outcome = Outcome(Ending.DONE, "no gate blocks; nothing was written", plan.expected)
    if as_json:
        print(json.dumps(facts(plan, outcome), ensure_ascii=False))
    else:
        print(f"\n{outcome.sentence}")
    return outcome.ending.value


def facts(plan: PromotionPlan, outcome: Outcome) -> dict[str, Any]:
    """The outcome for scripts."""
    guard = plan.guard
    return {
        "ending": outcome.ending.word, "exit_code": outcome.ending.value,
        "sentence": outcome.sentence, "now": outcome.now,
        "steps": [{"write": step.text, "state": step.status.word} for step in outcome.steps],
        "policy": None if guard is None else {
            "environment": guard.environment, "source": guard.source,
            "fingerprint": guard.fingerprint,
        },
        "gates": [
            {"gate": one.name, "verdict": one.status.word, "evidence": one.text}
            for one in (guard.gates if guard is not None else ())
        ],
        "override": plan.override,
    }
