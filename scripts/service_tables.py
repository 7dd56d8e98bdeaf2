"""Reference tables about a service: settings, metrics, problems and commands, read from the template in place."""

import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final

import click

from markdown import code, table
from snapshot import ROOT

# Any name does: the sources import each other relatively.
PACKAGE: Final = "my_service"
COMMAND: Final = PACKAGE.replace("_", "-")
SOURCES: Final = ROOT / "template" / "src" / "{{package}}"


def settings() -> Iterator[str]:
    """Every variable of the chassis."""
    rows = _room("settings").describe_settings()
    return table(
        ("Variable", "Value", "Default", "What it does"),
        (
            (
                code(row.variable) + (" (secret)" if row.secret else ""),
                _with_pattern_as_code(row.allowed),
                "none, required" if row.required else row.default,
                row.description,
            )
            for row in rows
        ),
    )


def metrics() -> Iterator[str]:
    """Every metric, with the names that a scrape shows."""
    rows = _room("observability.metric_table").METRICS
    return table(
        ("Metric", "Kind", "Labels", "Reported by", "What it says"),
        (
            (
                code(_metric_name(row)),
                row.kind,
                ", ".join(map(code, row.labels)),
                ", ".join(row.roles) or "who applies the policy",
                row.help,
            )
            for row in rows
        ),
    )


def labels() -> Iterator[str]:
    """The labels whose values are closed sets."""
    names = _room("observability.metric_table")
    rows = (
        ("`service_tasks_submitted_total`", "verdict", names.VERDICTS),
        ("`service_tasks_finished_total`", "outcome", names.OUTCOMES),
        ("`service_queue_depth`", "priority", names.PRIORITIES),
        ("`service_event_deliveries_total`", "outcome", names.DELIVERY_OUTCOMES),
        ("`service_poller_runs_total`", "outcome", names.RUN_OUTCOMES),
        ("`service_scheduler_runs_total`", "outcome", names.SCHEDULE_OUTCOMES),
        ("`service_reconciler_actions_total`", "action", names.RECONCILER_ACTIONS),
        ("`service_dead_letters`", "kind", names.DEAD_KINDS),
        ("`service_http_request_duration_seconds`", "status", names.STATUS_CLASSES),
        ("`service_auth_failures_total`", "kind", names.AUTH_FAILURES),
    )
    return table(
        ("Metric", "Label", "Values"),
        ((metric, code(label), ", ".join(map(code, values))) for metric, label, values in rows),
    )


def problems() -> Iterator[str]:
    """Every problem type that the API answers with."""
    module = _room("api.problems")
    errors = {problem.slug: error.__name__ for error, problem in module.BY_ERROR.items()}
    return table(
        ("Status", "Type", "Error", "It says", "What to do"),
        (
            (
                str(problem.status),
                code(problem.type),
                code(errors.get(problem.slug, "")),
                problem.title,
                problem.explanation,
            )
            for problem in sorted(
                module.PROBLEMS.values(), key=lambda each: (each.status, each.slug)
            )
        ),
    )


def commands() -> Iterator[str]:
    """Every command of the service's command line, with its arguments and options."""
    return table(
        ("Command", "Arguments and options", "What it does"),
        (
            (
                code(" ".join(words)),
                ", ".join(_parameters(command)),
                command.get_short_help_str(300),
            )
            for words, command in _commands(_command_line(), ())
            if not isinstance(command, click.Group)
        ),
    )


def command_words() -> dict[str, set[str]]:
    """First words of the commands, each with the second words that it takes."""
    found: dict[str, set[str]] = {}
    for (first, *rest), _ in _commands(_command_line(), ()):
        found.setdefault(first, set()).update(rest)
    return found


def variables() -> tuple[str, ...]:
    """The names of all settings of the chassis."""
    return tuple(row.variable for row in _room("settings").describe_settings())


def seed_variables() -> tuple[str, ...]:
    """The names of the settings that the seeds declare beside their tasks."""
    describe_section = _room("settings").describe_section
    models = import_module(f"{PACKAGE}.team").settings_models(None)
    return tuple(row.variable for each in models for row in describe_section(each.section, each))


def series() -> set[str]:
    """Every name that a metric is known by: its own, and those of its series."""
    rows = _room("observability.metric_table").METRICS
    return {name for row in rows for name in (_metric_name(row), *row.exposed_names)}


def outcomes() -> set[str]:
    """Every way in which a delivery may end."""
    return {str(outcome) for outcome in _room("contracts").Outcome}


def face() -> tuple[str, ...]:
    """What tasks, events and endpoints may import."""
    _load_package()
    return tuple(import_module(f"{PACKAGE}.chassis").__all__)


def errors() -> tuple[str, ...]:
    """Every class of the error tree that somebody meets, sorted."""
    module = _room("contracts.errors")
    return tuple(sorted(name for name, value in vars(module).items() if isinstance(value, type)))


def _command_line() -> click.Group:
    _load_package()
    group: click.Group = import_module(f"{PACKAGE}.cli").cli
    return group


def _commands(
    group: click.Group, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*words, name))


def _parameters(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            metavar = parameter.make_metavar(click.Context(command))
            takes_value = not (parameter.is_flag or parameter.count)
            text = f"{parameter.opts[-1]} {metavar}" if takes_value else parameter.opts[-1]
            about = (parameter.help or "").rstrip(".")
            yield f"{code(text)} ({about})" if about else code(text)
        else:
            yield code(parameter.make_metavar(click.Context(command)))


def _with_pattern_as_code(allowed: str) -> str:
    words, form, pattern = allowed.partition(" of the form ")
    return f"{words}{form}{code(pattern)}"


def _metric_name(row: Any) -> str:
    names: tuple[str, ...] = row.exposed_names
    return names[0] if len(names) == 1 else names[0].removesuffix("_bucket")


# What a module of the template holds is known only once it is loaded.
def _room(name: str) -> Any:
    _load_package()
    return import_module(f"{PACKAGE}.chassis.{name}")


@cache
def _load_package() -> None:
    spec = importlib.util.spec_from_file_location(
        PACKAGE, SOURCES / "__init__.py", submodule_search_locations=[str(SOURCES)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{SOURCES} holds no package")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
