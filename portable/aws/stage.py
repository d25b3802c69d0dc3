"""One stage of an app in one account, connected to: where every command that calls AWS begins."""

from __future__ import annotations

from dataclasses import dataclass

from ..deploying.arguments import Arguments
from ..deploying.errors import Refused
from ..deploying.spelling import given
from ..project.settings.written import Written
from . import apply
from .aws import Aws
from .console import Console
from .names import Names
from .plan import Plan
from .prove.smoke import SmokeChecks
from .resources import function_state, tagging
from .resources.function_state import FunctionState
from .settings import Settings
from .settings.reading import Options, load
from .world import World


@dataclass(frozen=True)
class Stage:
    """What a command works with."""

    settings: Settings
    names: Names
    aws: Aws
    console: Console
    world: World

    @property
    def heading(self) -> str:
        """Return what a command says first: where it is."""
        return f"{self.names.base} in {self.names.region}, account {self.names.account}\n"

    @property
    def facts(self) -> dict[str, str]:
        """Return what machines read of where it is."""
        names = self.names
        return {"app": names.app, "stage": names.stage, "region": names.region, "account": names.account}


def options_of(arguments: Arguments, *, offline: bool) -> Options:
    """Return the options that the command line gave; a command that calls nothing needs no region."""
    return Options(
        stage=arguments.stage,
        config=arguments.config,
        function=arguments.function,
        stack=arguments.stack,
        region=arguments.region,
        profile=arguments.profile,
        environment=dict(getattr(arguments, "env", ())),
        flags=_flags(arguments),
        offline=offline,
    )


def _flags(arguments: Arguments) -> dict[str, Written]:
    """Return the settings that have a flag, of those that were given."""
    known = {"front_door": "--front-door", "architecture": "--arch", "runtime": "--runtime"}
    given = {key: getattr(arguments, flag[2:].replace("-", "_"), None) for key, flag in known.items()}
    return {key: Written(value, known[key]) for key, value in given.items() if value is not None}


def settings_of(arguments: Arguments, world: World, *, offline: bool = False) -> Settings:
    """Return the settings of the stage; raises BadSettings."""
    return load(options_of(arguments, offline=offline), world.environ)


def connect(arguments: Arguments, world: World, console: Console) -> Stage:
    """Read the settings and ask AWS who this is. Raises Refused for another account than the configured one."""
    settings = settings_of(arguments, world)
    aws = Aws(
        world.session(settings.profile),
        settings.region,
        sleep=world.sleep,
        clock=world.clock,
        give_up_after_s=arguments.timeout,
        poll_s=world.poll_s,
    )
    identity = aws.call("sts", "get_caller_identity")
    account, partition = identity["Account"], identity["Arn"].split(":")[1]
    if settings.account not in (None, account):
        raise Refused(
            f"the credentials are for account {account}, and stage {settings.stage} belongs to {settings.account}: "
            "take other credentials (--profile, AWS_PROFILE), or change `account` in deploy.toml"
        )
    found_by = given(arguments, "region", "profile", "config", "stack")
    names = Names(settings.app, settings.stage, account, settings.region, partition, tuple(found_by))
    return Stage(settings, names, aws, console, world)


def read_function(stage: Stage) -> FunctionState | None:
    """Return the function's state, None if there is no function. Raises Refused for a foreign one."""
    state = function_state.read(stage.aws, stage.names)
    if state is not None:
        tagging.check_ours(state.tags, stage.names, f"Lambda function {stage.names.base}")
    return state


def carry_out(stage: Stage, plan: Plan) -> dict[str, str]:
    """Carry a plan out and show how far it is; see `apply.carry_out`."""
    world = stage.world
    checks = SmokeChecks(stage.aws, stage.names, stage.settings, world.fetch, clock=world.clock, sleep=world.sleep)
    return apply.carry_out(plan, stage.aws, checks, stage.console)
