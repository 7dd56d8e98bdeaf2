"""Plop and hygen, from npm, each with templates for the same four files."""

import shutil
import subprocess
from pathlib import Path

VERSIONS = {"plop": "4.0.5", "hygen": "6.2.11"}
INSTALL_SECONDS = 300.0
FILES = {
    "src/tasks/{name}.py": (
        '"""Charge a card."""\n\nfrom ..chassis import TaskArgs, TaskResult, task\n\n\n'
        "class {Name}Args(TaskArgs):\n    user_id: str\n    amount: int\n\n\n"
        "class {Name}Result(TaskResult):\n    amount: int\n\n\n"
        "@task()\nasync def {name}(args: {Name}Args) -> {Name}Result:\n"
        "    return {Name}Result(amount=args.amount)\n"
    ),
    "tests/tasks/test_{name}.py": (
        "from demo.tasks.{name} import {Name}Args, {name}\n\n\n"
        "def test_it_runs(service) -> None:\n"
        '    args = {Name}Args(user_id="a", amount=1)\n'
        "    assert service.submit({name}, args).result(timeout=30).amount == 1\n"
    ),
    "docs/tasks/{name}.md": "# {name}\n\nCharges a card: `user_id` and `amount`.\n",
    "items/{name}.toml": 'name = "{name}"\nfields = ["user_id", "amount"]\n',
}


def commands(cache: Path, folder: Path) -> dict[str, list[str]]:
    """The command of each peer that generates into ``folder``. Raises CalledProcessError."""
    _install(cache)
    _write_plop(folder)
    _write_hygen(folder)
    modules = cache / "node_modules"
    return {
        "plop": ["node", str(modules / "plop/bin/plop.js"), "task", "charge_card"],
        "hygen": ["node", str(modules / "hygen/dist/bin.js"), "task", "new", "charge_card"],
    }


def forget(folder: Path) -> None:
    """Take back what one of them wrote."""
    for room in ("src", "tests", "docs", "items"):
        shutil.rmtree(folder / room, ignore_errors=True)


def _install(cache: Path) -> None:
    wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
    made_for = cache / "made-for"
    if made_for.is_file() and made_for.read_text(encoding="utf-8") == "\n".join(wanted):
        return
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(cache), *wanted],
        check=True,
        capture_output=True,
        timeout=INSTALL_SECONDS,
    )
    made_for.write_text("\n".join(wanted), encoding="utf-8")


def _write_plop(folder: Path) -> None:
    def written(text: str) -> str:
        return text.replace("{name}", "{{name}}").replace("{Name}", "{{pascalCase name}}")

    actions = []
    for number, (path, text) in enumerate(FILES.items()):
        template = folder / "plop-templates" / f"{number}.hbs"
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(written(text), encoding="utf-8")
        actions.append(
            f'{{type: "add", path: "{written(path)}", templateFile: "plop-templates/{number}.hbs"}}'
        )
    (folder / "plopfile.mjs").write_text(
        'export default (plop) => plop.setGenerator("task", {\n'
        '  prompts: [{type: "input", name: "name", message: "name"}],\n'
        f"  actions: [{', '.join(actions)}],\n}});\n",
        encoding="utf-8",
    )


def _write_hygen(folder: Path) -> None:
    def written(text: str) -> str:
        name = "<%= name %>"
        return text.replace("{name}", name).replace("{Name}", "<%= h.inflection.camelize(name) %>")

    for number, (path, text) in enumerate(FILES.items()):
        template = folder / "_templates" / "task" / "new" / f"{number}.ejs.t"
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(f"---\nto: {written(path)}\n---\n{written(text)}", encoding="utf-8")
