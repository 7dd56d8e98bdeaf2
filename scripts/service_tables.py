"""Reference tables about a service: settings, policies, metrics and problems, read from the template in place."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from markdown import code, table
from template_package import PACKAGE, load_package, room


def settings() -> Iterator[str]:
    """Every variable of the chassis."""
    rows = room("settings").describe_settings()
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


def policies() -> Iterator[str]:
    """Every option of every policy, and whether TASK_* variables may say it otherwise."""
    is_tunable = room("settings.task_options").is_tunable
    return table(
        ("Policy", "Option", "Value", "Default", "Environment", "What it does"),
        (
            (
                ", ".join(map(code, decorators)),
                code(row.field),
                row.allowed + (", or none" if row.nullable else ""),
                "none, required" if row.required else row.default,
                "yes" if is_tunable(row) else "",
                row.description,
            )
            for decorators, row in _policy_options()
        ),
    )


def override_endings() -> set[str]:
    """How the names of variables end that say an option otherwise: `__RETRY__ATTEMPTS`."""
    task_options = room("settings.task_options")
    own = {f"__{field}".upper() for field in task_options.TaskOptions.model_fields}
    return own | {
        f"__{decorator}__{row.field}".upper()
        for decorators, row in _policy_options()
        if task_options.is_tunable(row)
        for decorator in decorators
    }


def _policy_options() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every option with the names of the decorators that take it."""
    describe_section = room("settings").describe_section
    policies = room("policies")
    for found in iter_modules(policies.__path__):
        module = room(f"policies.{found.name}")
        own = {
            name: value
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__
        }
        decorators = tuple(name for name in face() if name in own and callable(own[name]))
        for name, value in own.items():
            if decorators and isinstance(value, type) and name.endswith("Options"):
                yield from ((decorators, row) for row in describe_section("", value))


def metrics() -> Iterator[str]:
    """Every metric, with the names that a scrape shows."""
    rows = room("observability.metric_table").METRICS
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
    names = room("observability.metric_table")
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
    module = room("api.problems")
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


def variables() -> tuple[str, ...]:
    """The names of all settings of the chassis."""
    return tuple(row.variable for row in room("settings").describe_settings())


def seed_variables() -> tuple[str, ...]:
    """The names of the settings that the seeds declare beside their tasks."""
    describe_section = room("settings").describe_section
    models = import_module(f"{PACKAGE}.team").settings_models(None)
    return tuple(row.variable for each in models for row in describe_section(each.section, each))


def series() -> set[str]:
    """Every name that a metric is known by: its own, and those of its series."""
    rows = room("observability.metric_table").METRICS
    return {name for row in rows for name in (_metric_name(row), *row.exposed_names)}


def outcomes() -> set[str]:
    """Every way in which a delivery may end."""
    return {str(outcome) for outcome in room("contracts").Outcome}


def face() -> tuple[str, ...]:
    """What tasks, events and endpoints may import."""
    load_package()
    return tuple(import_module(f"{PACKAGE}.chassis").__all__)


def errors() -> tuple[str, ...]:
    """Every class of the error tree that somebody meets, sorted."""
    module = room("contracts.errors")
    return tuple(sorted(name for name, value in vars(module).items() if isinstance(value, type)))


def _with_pattern_as_code(allowed: str) -> str:
    words, form, pattern = allowed.partition(" of the form ")
    return f"{words}{form}{code(pattern)}"


def _metric_name(row: Any) -> str:
    names: tuple[str, ...] = row.exposed_names
    return names[0] if len(names) == 1 else names[0].removesuffix("_bucket")
