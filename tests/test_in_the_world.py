"""The action, the hook and the GitLab job: read as their hosts read them, run as their hosts run them, and offline.

Every check is a function of what it checks, so that it can be shown a copy with a fault in it, which it must reject.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from reference.__main__ import _code
from reference.cli import verify
from reference.findings.verdicts import EXIT_CODES

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tests" / "reference" / "course_files"
ACTION = ROOT / ".github" / "actions" / "verify"
EXAMPLE = ROOT / ".github" / "workflows" / "verify-example.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GITLAB = ROOT / ".gitlab" / "verify.gitlab-ci.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
YAML = [*sorted((ROOT / ".github").rglob("*.y*ml")), *sorted((ROOT / ".gitlab").rglob("*.y*ml")), HOOKS]

METADATA, SCRIPT = (ACTION / "action.yml").read_text("utf-8"), (ACTION / "verify.sh").read_text("utf-8")
WORKFLOW, MANIFEST, JOB = (path.read_text("utf-8") for path in (EXAMPLE, HOOKS, GITLAB))

EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
SCRIPTS = str(Path(sys.executable).parent)  # where manual-backprop is installed

runs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


def planted(text: str, old: str, new: str) -> str:
    """The text with a fault in it."""
    assert text.count(old) >= 1, f"{old!r} is not there to be broken"
    return text.replace(old, new)


# --- what is read ---------------------------------------------------------------------------------------------------


def steps(text: str) -> list[dict[str, Any]]:
    """Of an action, or of all jobs of a workflow."""
    read = yaml.safe_load(text)
    return [step for part in (read.get("runs"), *read.get("jobs", {}).values()) if part for step in part["steps"]]


def expressions_in_scripts(text: str) -> list[str]:
    """GitHub pastes an expression into a script before a shell reads it: whoever chose the value writes the script."""
    return [step["run"] for step in steps(text) if "${{" in step.get("run", "")]


def at_odds(metadata: str, script: str) -> set[str]:
    """What one of the action's inputs, the steps' environments and the scripts has, and another lacks."""
    read = yaml.safe_load(metadata)
    found, passed = set(), set()
    for step in steps(metadata):
        body = step["run"] + (script if "verify.sh" in step["run"] else "")
        given = {name for name in step["env"] if name.startswith("INPUT_")}
        used = set(re.findall(r"\bINPUT_\w+", re.sub(r"(?m)^\s*#.*", "", body)))
        found |= {f"{name} is given, not used" for name in given - used}
        found |= {f"{name} is used, not given" for name in used - given}
        for name in given:
            of = name.removeprefix("INPUT_").lower().replace("_", "-")
            if step["env"][name] != f"${{{{ inputs.{of} }}}}":
                found.add(f"{name} is not inputs.{of}")
            passed.add(of)
    written = set(re.findall(r'"([a-z-]+)=\$', script[: script.index(">>")]))
    for name, output in read["outputs"].items():
        if output["value"] != f"${{{{ steps.verify.outputs.{name} }}}}":
            found.add(f"output {name} is not the step's")
    return (
        found
        | {f"inputs.{name} reaches no script" for name in read["inputs"].keys() - passed}
        | {f"inputs.{name} is no input" for name in passed - read["inputs"].keys()}
        | {f"output {name} is never written" for name in read["outputs"].keys() - written}
        | {f"output {name} is written for nobody" for name in written - read["outputs"].keys()}
    )


def of_newer_bash(script: str) -> list[str]:
    """macOS has bash 3.2."""
    code = re.sub(r"(?m)(^|\s)#.*", "", script)
    newer = r"\b(?:mapfile|readarray|coproc)\b|declare -[Agn]|local -n|&>>|\|&|;;&|\$\{\w+(?:\[[^]]*\])?(?:\^|,|@[A-Z])"
    bare = r'(?<!\+)"\$\{lines\[@\]\}"'  # an error under set -u where it is empty
    return re.findall(f"{newer}|{bare}", code)


NEEDS = {  # of the token
    "actions/checkout": {"contents": "read"},
    "github/codeql-action/upload-sarif": {"security-events": "write"},
}


def wrongly_permitted(workflow: str) -> list[str]:
    """The workflow grants nothing, and each job what its actions need: no more, and no less."""
    read, found = yaml.safe_load(workflow), []
    if read.get("permissions") != {}:
        found.append(f"the workflow grants {read.get('permissions', 'what the repository grants')}")
    for name, job in read["jobs"].items():
        needed: dict[str, str] = {}
        for step in job["steps"]:
            needed |= NEEDS.get(step.get("uses", "").partition("@")[0], {})
        if job.get("permissions") != needed:
            found.append(f"{name} is granted {job.get('permissions')}, and needs {needed}")
    return found


def unpinned(text: str) -> list[str]:
    """Each action has its major version, or lies in this repository."""
    used = [step["uses"] for step in steps(text) if "uses" in step]
    return [
        name
        for name in used
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+@v\d+", name)
        and not (name.startswith("./") and (ROOT / name / "action.yml").is_file())
    ]


def against_the_example(workflow: str) -> list[str]:
    """It runs by hand only, gives the action what it takes, reads what it writes, and uploads in any case."""
    read, action = yaml.safe_load(workflow), yaml.safe_load(METADATA)
    found = [] if read[True] == {"workflow_dispatch": None} else ["it runs by itself"]  # YAML takes on for true
    for step in steps(workflow):
        if step.get("uses", "").startswith("./"):
            found += [f"no input {name}" for name in step["with"].keys() - action["inputs"].keys()]
            for target in step["with"].get("targets", "").splitlines():
                if target != "manual_backprop" and not (ROOT / target).is_file():
                    found.append(f"no target {target}")
        if "upload" in step.get("uses", "") and not step.get("if", "").startswith("always()"):
            found.append(f"{step['uses']} only after success")
        for said in (step.get("if", ""), *map(str, step.get("with", {}).values())):
            outputs = re.findall(r"steps\.verify\.outputs\.([\w-]+)", said)
            found += [f"no output {name}" for name in outputs if name not in action["outputs"]]
    folder = action["inputs"]["reports"]["default"]
    if not any(step.get("with", {}).get("path") == folder for step in steps(workflow)):
        found.append(f"{folder} is not uploaded")
    return found


def against_the_manifest(manifest: str) -> list[str]:
    found = []
    for hook in yaml.safe_load(manifest):
        command, subcommand, *options = shlex.split(hook["entry"])
        if (command, subcommand) != ("manual-backprop", "verify"):
            found.append("another command")
        if options[-1:] != ["--"]:
            found.append("a file named like an option is an option")
        known = {name for parameter in verify.params for name in parameter.opts}
        found += [f"no option {name}" for name in options[:-1] if name.startswith("-") and name not in known]
        wanted: dict[str, Any] = {"language": "python", "types_or": ["python", "jupyter"], "pass_filenames": True}
        wanted |= {"require_serial": True, "files": ""}
        found += [f"{key} is {hook.get(key)!r}" for key, value in wanted.items() if hook.get(key) != value]
        found += [f"no {key}" for key in ("id", "name", "description") if not hook.get(key)]
    return found


def against_the_gitlab_job(job: str) -> list[str]:
    """The report is kept whatever the verdict, and lies where the command writes it."""
    artifacts = yaml.safe_load(job)["manual-backprop"]["artifacts"]
    junit = artifacts["reports"]["junit"]
    found = [] if artifacts.get("when") == "always" else ["the report of a failure is lost"]
    found += [] if f"--report junit={junit} " in job else [f"nothing writes {junit}"]
    return found + ([] if f"{Path(junit).parent}/" in artifacts["paths"] else ["the folder is not kept"])


def against_the_readme(readme: str) -> list[str]:
    """A workflow, a hook and a GitLab job, each of which names what there is."""
    blocks = [(text, yaml.safe_load(text)) for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)]
    [workflow] = [text for text, _ in blocks if "/.github/actions/verify@" in text]
    [hooks] = [read["repos"][0]["hooks"] for _, read in blocks if "repos" in read]
    [job] = [read for _, read in blocks if "include" in read]
    [step] = [step for step in steps(workflow) if "/.github/actions/verify@" in step.get("uses", "")]
    found = [f"no input {name}" for name in step["with"].keys() - yaml.safe_load(METADATA)["inputs"].keys()]
    found += [f"no hook {hook['id']}" for hook in hooks if hook["id"] != yaml.safe_load(MANIFEST)[0]["id"]]
    found += [] if job["include"][0]["remote"].endswith(GITLAB.relative_to(ROOT).as_posix()) else ["no such file"]
    [(name, ours)] = yaml.safe_load(JOB).items()
    found += [f"no variable {key}" for key in job[name]["variables"].keys() - ours["variables"].keys()]
    return found + wrongly_permitted(workflow)


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_every_file_is_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text("utf-8"))


def test_there_is_something_to_look_at() -> None:
    assert {ACTION / "action.yml", EXAMPLE, GITLAB} <= set(YAML)
    assert EXAMPLE in WORKFLOWS
    assert [len(steps(METADATA)), len(steps(WORKFLOW))] == [2, 5]


def test_no_expression_stands_in_a_script() -> None:
    for text in (METADATA, *(path.read_text("utf-8") for path in WORKFLOWS)):
        assert not expressions_in_scripts(text)
    assert "${{" not in SCRIPT


def test_the_inputs_and_the_variables_agree() -> None:
    assert not at_odds(METADATA, SCRIPT)


def test_the_script_is_for_the_bash_of_every_runner() -> None:
    assert not of_newer_bash(SCRIPT)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_permitted_what_it_needs_and_its_actions_are_pinned(path: Path) -> None:
    assert not wrongly_permitted(path.read_text("utf-8"))
    assert not unpinned(path.read_text("utf-8"))


def test_the_action_uses_no_other() -> None:
    assert not [step for step in steps(METADATA) if "uses" in step]


def test_the_example_is_right() -> None:
    assert not against_the_example(WORKFLOW)


def test_the_hook_is_right() -> None:
    assert not against_the_manifest(MANIFEST)


def test_the_gitlab_job_is_right() -> None:
    assert not against_the_gitlab_job(JOB)


def test_the_exit_codes_are_those_that_are_documented() -> None:
    outputs = yaml.safe_load(METADATA)["outputs"]
    for verdict, code in EXIT_CODES.items():
        assert verdict in outputs["verdict"]["description"]
        assert f"{code} " in outputs["exit-code"]["description"]


def test_the_readme_gives_each_of_them_what_it_takes() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    if "\n## In CI\n" not in readme:
        pytest.skip("the README has no such section yet")
    assert not against_the_readme(readme)


# --- what is read can be wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["inputs: [", "a: b: c", "\tname: x", "on:\n  - a\n b: c"])
def test_what_is_no_yaml_is_noticed(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)


@pytest.mark.parametrize(
    "run",
    [
        "verify.sh ${{ inputs.targets }}",
        'verify.sh "${{ inputs.targets }}"',
        "echo ${{github.event.pull_request.title}}",
        "|\n          set -e\n          verify.sh '${{ steps.verify.outputs.junit }}'",
    ],
)
def test_an_expression_in_a_script_is_noticed(run: str) -> None:
    assert expressions_in_scripts(planted(METADATA, 'bash "$GITHUB_ACTION_PATH/verify.sh"', run))
    assert expressions_in_scripts(planted(WORKFLOW, "uses: actions/checkout@v5", f"run: {run}"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n  summary:\n", "\n  sumary:\n", {"inputs.sumary reaches no script", "inputs.summary is no input"}),
        ("        INPUT_PROFILE: ${{ inputs.profile }}\n", "", {"INPUT_PROFILE is used, not given"}),
        ("INPUT_PROFILE: ${{ inputs.profile }}", "INPUT_PROFILE: ${{ inputs.reports }}", {"INPUT_PROFILE is not"}),
        ("\ninputs:\n", "\ninputs:\n  python-version: {}\n", {"inputs.python-version reaches no script"}),
        ("        INPUT_SUMMARY:", "        INPUT_X: ${{ inputs.x }}\n        INPUT_SUMMARY:", {"INPUT_X is given"}),
        ("$INPUT_REPORTS", "$INPUT_FOLDER", {"INPUT_REPORTS is given, not used", "INPUT_FOLDER is used, not given"}),
        ("outputs.sarif }}", "outputs.junit }}", {"output sarif is not the step's"}),
        ('"sarif=$sarif" ', "", {"output sarif is never written"}),
        ('"sarif=$sarif" ', '"sarif=$sarif" "more=$junit" ', {"output more is written for nobody"}),
    ],
)  # fmt: skip
def test_inputs_and_variables_at_odds_are_noticed(old: str, new: str, said: set[str]) -> None:
    metadata, script = (text.replace(old, new) for text in (METADATA, SCRIPT))
    assert (metadata, script) != (METADATA, SCRIPT)
    found = at_odds(metadata, script)
    assert all(any(text.startswith(start) for text in found) for start in said), found


@pytest.mark.parametrize(
    "line",
    [
        'mapfile -t lines <<< "$1"',
        "readarray -t lines",
        "declare -A found",
        "local -n lines=$1",
        "x=${value,,}",
        "x=${value^}",
        'echo "${value@Q}"',
        "run &>> log",
        'arguments+=("${lines[@]}")',
    ],
)
def test_what_bash_3_does_not_know_is_noticed(line: str) -> None:
    assert of_newer_bash(f"{SCRIPT}\n{line}\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("permissions: {}", ""),
        ("permissions: {}", "permissions: write-all"),
        ("permissions: {}", "permissions:\n  contents: write"),
        ("contents: read", "contents: write"),
        ("contents: read", "contents: read\n      id-token: write"),
        ("      security-events: write # upload-sarif\n", ""),
        ("github/codeql-action/upload-sarif@v4", "github/codeql-action/analyze@v4"),
    ],
)
def test_wrong_permissions_are_noticed(old: str, new: str) -> None:
    assert wrongly_permitted(planted(WORKFLOW, old, new))


@pytest.mark.parametrize("version", ["", "@main", "@latest", "@", "@v", "@v5-beta"])
def test_an_action_that_is_not_pinned_is_noticed(version: str) -> None:
    assert unpinned(planted(WORKFLOW, "actions/checkout@v5", f"actions/checkout{version}"))


def test_a_local_action_that_is_not_there_is_noticed() -> None:
    assert unpinned(planted(WORKFLOW, "./.github/actions/verify", "./.github/actions/verified"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  workflow_dispatch:", "  workflow_dispatch:\n  push:"),
        ("  workflow_dispatch:", "  pull_request_target:"),
        ("targets: |", "target: |"),
        ("Copy(1)", "Copy(2)"),
        ("if: always() && ", "if: "),
        ("        if: always()\n", ""),
        ("outputs.sarif }}", "outputs.srif }}"),
        ("path: manual-backprop-reports", "path: reports"),
    ],
)
def test_a_wrong_example_is_noticed(old: str, new: str) -> None:
    assert against_the_example(planted(WORKFLOW, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" quick --\n", " quick\n"),
        (" verify --profile", " compare --profile"),
        ("--profile quick", "--profil quick"),
        ("types_or: [python, jupyter]", "types_or: [python]"),
        ("require_serial: true", "require_serial: false"),
        ("pass_filenames: true", "pass_filenames: false"),
        ("language: python", "language: system"),
        ("  files: ''\n", "  files: ^src/\n"),
        ("  name: manual-backprop verify\n", ""),
    ],
)
def test_a_wrong_hook_is_noticed(old: str, new: str) -> None:
    assert against_the_manifest(planted(MANIFEST, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: always", "when: on_success"),
        ("    when: always\n", ""),
        ("reports/junit.xml --", "reports/report.xml --"),
        ("- manual-backprop-reports/", "- reports/"),
    ],
)
def test_a_wrong_gitlab_job_is_noticed(old: str, new: str) -> None:
    assert against_the_gitlab_job(planted(JOB, old, new))


SECTION = """
```yaml
permissions: {}
jobs:
  verify:
    permissions: {}
    steps:
      - uses: OWNER/manual-backprop/.github/actions/verify@v1
        with:
          targets: x.py
```
```yaml
repos:
  - hooks:
      - id: manual-backprop-verify
```
```yaml
include:
  - remote: https://example.com/.gitlab/verify.gitlab-ci.yml
manual-backprop:
  variables:
    VERIFY_TARGETS: x.py
```
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("targets:", "target:", "no input target"),
        ("id: manual", "id: manuel", "no hook manuel-backprop-verify"),
        (".gitlab/verify", ".gitlab/", "no such file"),
        ("VERIFY_TARGETS", "VERIFY_TARGET", "no variable VERIFY_TARGET"),
        ("permissions: {}\njobs", "jobs", "the workflow grants what the repository grants"),
    ],
)
def test_a_wrong_section_is_noticed(old: str, new: str, said: str) -> None:
    assert not against_the_readme(SECTION)
    assert against_the_readme(planted(SECTION, old, new)) == [said]


# --- what is run, with a manual-backprop that only writes down how it was called ------------------------------------

STUB = r"""#!/bin/sh
{ printf '%s\n' "$#" && printf '%s\0' "${0##*/}" "$@"; } >> "$STUB_CALLS"
[ "${0##*/}" = manual-backprop ] || exit 0
for argument; do
  form=${argument%%=*}
  case $argument in
    --) break ;;
    junit=* | sarif=* | markdown=* | json=* | github=*)
      case " $STUB_WITHOUT " in *" $form "*) ;; *) echo "the $form report" > "${argument#*=}" ;; esac ;;
  esac
done
exit "$STUB_CODE"
"""
HOSTILE = [
    "week 1/Gradient Checking (final).ipynb",
    "  leading and trailing  ",
    "a'b\"c",
    "$(touch pwned)",
    "`touch pwned`",
    "x; touch pwned; rm -rf a.py",
    "x && touch pwned | touch pwned > pwned & touch pwned",
    "*",
    "[ab].py",
    "{a,b}.py",
    "~",
    "$HOME ${HOME} $((1 + 1)) !!",
    "-n",
    "--help",
    "--",
    "--report",
    "json=pwned",
    "@pwned",
    "\\n \\t \\\\ %s %n",
    "::error::pwned",
    "exit-code=0",
    "# no comment",
    "梯度检验 λ ∂J 😀.py",
    "${{ secrets.X }}",
    "x<<EOF",
    "EOF",
]
OF_ONE_LINE = ["$(touch pwned) `touch pwned`; touch pwned", "a'b\"c", "*", "~", "-n", "--", "λ 😀 ${{ secrets.X }}"]


class Ran(NamedTuple):
    code: int
    calls: list[list[str]]  # a program's name, and its arguments
    outputs: dict[str, str]
    summary: str
    made: set[str]  # files that were not there before, or are there no more
    said: str

    @property
    def call(self) -> list[str]:
        """Of manual-backprop, the only one."""
        [call] = [arguments for name, *arguments in self.calls if name == "manual-backprop"]
        return call


def calls(text: str) -> Iterator[list[str]]:
    """As the stub writes them: how many arguments, and then each with a NUL behind it."""
    while text:
        count, _, text = text.partition("\n")
        *call, text = text.split("\0", int(count) + 1)
        yield call


class World:
    """A folder with a checkout in it, and stubs in front of everything else that could be run."""

    def __init__(self, place: Path, code: int = 0, without: str = "", **environ: str | None) -> None:
        self.place, self.work, self.aside = place, place / "the work", place / "aside"
        (self.work / "sub folder").mkdir(parents=True)
        for name in ("a.py", "b.py"):
            (self.work / name).touch()
        (self.aside / "bin").mkdir(parents=True)
        for name in ("manual-backprop", "python"):
            (self.aside / "bin" / name).write_text(STUB, "utf-8")
            (self.aside / "bin" / name).chmod(0o755)
        ours = ("GITHUB_", "INPUT_", "MANUAL_BACKPROP_", "VERIFY_")
        self.environ = {key: value for key, value in os.environ.items() if not key.startswith(ours)} | {
            "PATH": f"{self.aside / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "STUB_CALLS": str(self.aside / "calls"),
            "STUB_CODE": str(code),
            "STUB_WITHOUT": without,
            "GITHUB_OUTPUT": str(self.aside / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.aside / "summary"),
        }
        for key, value in environ.items():
            self.environ.pop(key, None)
            if value is not None:
                self.environ[key] = value

    def files(self) -> set[str]:
        return {
            path.relative_to(self.place).as_posix()
            for path in self.place.rglob("*")
            if path.is_file() and self.aside not in path.parents
        }

    def run(self, *commands: tuple[list[str], Path, Mapping[str, str]]) -> Ran:
        """Until one of the commands fails."""
        before, code, said = self.files(), 0, ""
        for command, folder, environ in commands:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**self.environ, **environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=120,
                check=False,
            )
            code, said = done.returncode, said + done.stdout + done.stderr
            if code:
                break

        def read(name: str) -> str:
            path = self.aside / name
            return path.read_text("utf-8") if path.exists() else ""

        pairs = [line.partition("=") for line in read("outputs").splitlines()]
        assert all(equals for _, equals, _ in pairs), "an output that GitHub does not read"
        return Ran(
            code,
            list(calls(read("calls"))),
            {name: value for name, _, value in pairs},  # the last one counts
            read("summary"),
            self.files() ^ before,
            said,
        )


class Action:
    """The action as a runner runs it, in a new world each time; or a copy of it, with a fault."""

    def __init__(self, place: Path, metadata: str = METADATA, script: str = SCRIPT) -> None:
        self.metadata, self.script = metadata, script
        self.place, self.places = place, (place / f"world {k}" for k in itertools.count())

    def __call__(self, code: int = 0, before: Callable[[World], object] = id, **given: Any) -> Ran:
        """``given``: the action's inputs, with _ for -; and in upper case the environment."""
        upper = {name: given.pop(name) for name in list(given) if name.isupper()}
        world = World(next(self.places), code, given.pop("without", ""), **upper)
        before(world)
        folder = world.aside / "the checkout" / ".github" / "actions" / "verify"
        folder.mkdir(parents=True)
        (folder / "verify.sh").write_text(self.script, "utf-8")
        return world.run(*self.commands(world, folder, {name.replace("_", "-"): given[name] for name in given}))

    def commands(
        self, world: World, folder: Path, given: Mapping[str, str]
    ) -> Iterator[tuple[list[str], Path, dict[str, str]]]:
        read = yaml.safe_load(self.metadata)
        assert given.keys() <= read["inputs"].keys()
        inputs = {f"inputs.{name}": given.get(name, about["default"]) for name, about in read["inputs"].items()}

        def filled(text: str) -> str:
            return EXPRESSION.sub(lambda found: inputs[found[1]], text)

        for k, step in enumerate(read["runs"]["steps"]):
            assert step["shell"] == "bash"
            script = world.aside / f"step {k}.sh"
            script.write_text(filled(step["run"]), "utf-8")
            environ = {name: filled(value) for name, value in step["env"].items()}
            yield (
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
                world.work / filled(step["working-directory"]),
                {**environ, "GITHUB_ACTION_PATH": str(folder)},
            )


@pytest.fixture
def action(tmp_path: Path) -> Action:
    return Action(tmp_path)


REPORTS = {f"the work/manual-backprop-reports/{name}" for name in ("junit.xml", "verify.sarif", "report.md")}


def arguments_arrive(action: Action) -> None:
    """Exactly, and nothing among them is executed, expanded or taken for an option."""
    ran = action(targets="\n".join(["", *HOSTILE, " ", "", "last"]))
    assert ran.call == [
        "verify",
        "--profile=ci",
        *("--report", "junit=manual-backprop-reports/junit.xml"),
        *("--report", "sarif=manual-backprop-reports/verify.sarif"),
        *("--report", "markdown=manual-backprop-reports/report.md"),
        *("--report", "text", "--report", "github"),
        "--",
        *HOSTILE,
        "last",
    ]
    assert ran.made == REPORTS
    assert (ran.code, ran.outputs["exit-code"], ran.outputs["verdict"]) == (0, "0", "pass")


def more_arguments_arrive(action: Action) -> None:
    """Before the targets."""
    more = [text for text in HOSTILE if text != "--"]
    ran = action(arguments="\n".join(more), targets="a.py")
    assert ran.call[-len(more) - 2 :] == [*more, "--", "a.py"]
    assert ran.made <= REPORTS | {"the work/pwned"}  # which --report json=pwned asks for


def nothing_is_no_argument(action: Action) -> None:
    assert action(profile="").call[:2] == ["verify", "--report"]
    assert action().call[-1] == "--"
    assert action(targets="\n \n\n").call[-1] == "--"


def windows_lines_are_lines(action: Action) -> None:
    assert action(targets="a b.py\r\nb.py\r\n").call[-3:] == ["--", "a b.py", "b.py"]


def every_hostile_profile_is_a_profile(action: Action) -> None:
    for text in OF_ONE_LINE:
        ran = action(profile=text)
        assert ran.call[1] == f"--profile={text}"
        assert ran.made == REPORTS


def every_hostile_folder_is_a_folder(action: Action) -> None:
    for text in OF_ONE_LINE:
        ran = action(reports=text)
        folder = text.removeprefix("./").replace("/", os.sep)
        assert ran.outputs["junit"] == f"{text}/junit.xml"
        assert ran.outputs.keys() == {"exit-code", "verdict", "junit", "sarif"}
        assert ran.made == {f"the work/{folder}/{name}" for name in ("junit.xml", "verify.sarif", "report.md")}


def what_is_installed_is_an_argument(action: Action) -> None:
    for text in OF_ONE_LINE:
        ran = action(install=text)
        assert ran.calls[0][:3] == ["python", "-m", "pip"]
        assert ran.calls[0][-2:] == ["--", text]
        assert ran.made == REPORTS
    checkout = action().calls[0][-1]
    assert os.path.normpath(checkout).endswith("the checkout")


def exit_codes_come_through(action: Action) -> None:
    """Its own and strange ones, each with its reports."""
    for code in (0, 1, 2, 3, 130, 7, 137):
        ran = action(code)
        named = {number: verdict for verdict, number in EXIT_CODES.items()}.get(code, "error")
        assert ran.code == code
        assert ran.outputs == {
            "exit-code": str(code),
            "verdict": named,
            "junit": "manual-backprop-reports/junit.xml",
            "sarif": "manual-backprop-reports/verify.sarif",
        }
        assert ran.summary == "the markdown report\n"
        assert ran.made == REPORTS
        assert ("none of its own" in ran.said) is (code not in EXIT_CODES.values())


def no_report_is_no_pass(action: Action) -> None:
    """As with --help among the arguments, or where Python itself crashes."""
    for code, ends in ((0, 2), (1, 1), (2, 2), (3, 3), (7, 7)):
        ran = action(code, without="junit sarif markdown")
        assert ran.code == ends
        assert ran.outputs == {"exit-code": str(ends), "verdict": "error", "junit": "", "sarif": ""}
        assert f"no report (exit code {ends})" in ran.summary


def an_earlier_report_is_not_taken_for_this_ones(action: Action) -> None:
    def before(world: World) -> None:
        for name in REPORTS:
            (world.place / name).parent.mkdir(exist_ok=True)
            (world.place / name).write_text("old\n", "utf-8")

    ran = action(2, before, without="junit sarif markdown")
    assert ran.outputs["junit"] == ran.outputs["sarif"] == ""
    assert "old" not in ran.summary


def outputs_cannot_be_injected(action: Action) -> None:
    """A value with a second line is refused; what is written is four lines, whatever happens."""
    for end in ("\n", "\r", "\r\n"):
        for name in ("reports", "profile"):
            ran = action(**{name: f"x{end}verdict=pass{end}exit-code=0"})
            assert ran.code == 2, name
            assert not [call for call in ran.calls if call[0] == "manual-backprop"]
            assert ran.outputs == {"exit-code": "2", "verdict": "error", "junit": "", "sarif": ""}
            assert not ran.made
            assert "takes one line" in ran.said
    folder = "x\nverdict=pass"
    ran = action(before=lambda world: (world.work / folder).mkdir(), working_directory=folder)
    assert (ran.code, ran.outputs["verdict"]) == (2, "error")


def the_switches_switch(action: Action) -> None:
    both, neither = action(), action(annotations="false", summary="false")
    assert both.call[-3:] == ["--report", "github", "--"]
    assert "github" not in neither.call
    assert both.summary == "the markdown report\n"
    assert not neither.summary
    assert neither.made == REPORTS
    for name in ("annotations", "summary"):
        for value in ("", "yes", "True", "true\nfalse"):
            ran = action(**{name: value})
            assert (ran.code, ran.outputs["verdict"]) == (2, "error")
            assert f"{name} takes true or false" in ran.said


def the_summary_is_added(action: Action) -> None:
    """To what stands there; and where there is none, nothing is lost."""
    assert action(before=lambda world: (world.aside / "summary").write_text("first\n")).summary.startswith("first\nthe")
    for missing in (None, ""):
        ran = action(1, GITHUB_STEP_SUMMARY=missing)
        assert (ran.code, ran.outputs["verdict"], ran.summary) == (1, "fail", "")
        assert "verify.sh" not in ran.said  # as bash begins what it complains of
        assert ran.made == REPORTS
        assert action(3, GITHUB_OUTPUT=missing).code == 3


def outputs_are_seen_from_the_workspace(action: Action) -> None:
    for where in ("sub folder", "./sub folder"):
        ran = action(working_directory=where, reports="out/x y")
        assert ran.outputs["junit"] == "sub folder/out/x y/junit.xml"
        assert "the work/sub folder/out/x y/junit.xml" in ran.made
    assert action(working_directory="").outputs["junit"] == "manual-backprop-reports/junit.xml"
    absolute = str(action.place / "out")
    assert action(reports=absolute, working_directory="sub folder").outputs["sarif"] == f"{absolute}/verify.sarif"


def what_cannot_be_written_is_no_finding(action: Action) -> None:
    """2, where a shell would end with 1."""
    for name in ("manual-backprop-reports", "manual-backprop-reports/junit.xml/x"):

        def before(world: World, name: str = name) -> None:
            (world.work / name).parent.mkdir(parents=True, exist_ok=True)
            (world.work / name).touch()

        ran = action(before=before)
        assert (ran.code, ran.outputs["verdict"]) == (2, "error")
    ran = action(reports="")
    assert (ran.code, ran.outputs["verdict"]) == (2, "error")
    assert "reports takes a folder" in ran.said


CHECKS = [
    arguments_arrive,
    more_arguments_arrive,
    nothing_is_no_argument,
    windows_lines_are_lines,
    every_hostile_profile_is_a_profile,
    every_hostile_folder_is_a_folder,
    what_is_installed_is_an_argument,
    exit_codes_come_through,
    no_report_is_no_pass,
    an_earlier_report_is_not_taken_for_this_ones,
    outputs_cannot_be_injected,
    the_switches_switch,
    the_summary_is_added,
    outputs_are_seen_from_the_workspace,
    what_cannot_be_written_is_no_finding,
]


@runs_bash
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_action(check: Callable[[Action], None], action: Action) -> None:
    check(action)


SAFE = '(${lines[@]+"${lines[@]}"})'
TARGETS = '-- ${lines[@]+"${lines[@]}"}'
CALL = 'if manual-backprop "${arguments[@]}"; then'
RUN = 'bash "$GITHUB_ACTION_PATH/verify.sh"'
ENDS = '  exit "$code"\n'


@runs_bash
@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (arguments_arrive, TARGETS, "-- ${lines[@]+${lines[@]}}"),
        (arguments_arrive, TARGETS, '${lines[@]+"${lines[@]}"}'),
        (arguments_arrive, TARGETS, "-- $INPUT_TARGETS"),
        (arguments_arrive, CALL, 'if eval "manual-backprop ${arguments[*]}"; then'),
        (arguments_arrive, "IFS= read -r line", "read -r line"),
        (arguments_arrive, "IFS= read -r line", "IFS= read line"),
        (arguments_arrive, "[[ -z ${line//[[:space:]]/} ]] || ", ""),
        (arguments_arrive, RUN, f"{RUN} ${{{{ inputs.targets }}}}"),
        (arguments_arrive, RUN, f'{RUN} "${{{{ inputs.targets }}}}"'),
        (more_arguments_arrive, SAFE, "(${lines[@]+${lines[@]}})"),
        (more_arguments_arrive, SAFE, "($INPUT_ARGUMENTS)"),
        (nothing_is_no_argument, "[[ -z $INPUT_PROFILE ]] || ", ""),
        (nothing_is_no_argument, "[[ -z ${line//[[:space:]]/} ]] || ", ""),
        (windows_lines_are_lines, "  line=${line%$'\\r'}\n", ""),
        (every_hostile_profile_is_a_profile, '("--profile=$INPUT_PROFILE")', "(--profile=$INPUT_PROFILE)"),
        (every_hostile_profile_is_a_profile, '("--profile=$INPUT_PROFILE")', '(--profile "$INPUT_PROFILE")'),
        (every_hostile_folder_is_a_folder, 'mkdir -p -- "$folder"', 'mkdir -p "$folder"'),
        (every_hostile_folder_is_a_folder, 'mkdir -p -- "$folder"', "mkdir -p -- $folder"),
        (every_hostile_folder_is_a_folder, '--report "junit=$folder/junit.xml"', "--report junit=$folder/junit.xml"),
        (what_is_installed_is_an_argument, ' -- "${INPUT_INSTALL:-', ' "${INPUT_INSTALL:-'),
        (what_is_installed_is_an_argument, '"${INPUT_INSTALL:-$GITHUB_ACTION_PATH/../../..}"', "$INPUT_INSTALL"),
        (what_is_installed_is_an_argument, "/../../..", ""),
        (what_is_installed_is_an_argument, '"${INPUT_INSTALL:-', '"${{ inputs.install }}${INPUT_NONE:-'),
        (exit_codes_come_through, "then code=0; else code=$?; fi", "then code=0; else code=1; fi"),
        (exit_codes_come_through, CALL, f"{CALL[:-6]} || true; then"),
        (exit_codes_come_through, ENDS, '  [[ $verdict != error ]] || exit 2\n  exit "$code"\n'),
        (exit_codes_come_through, ENDS, "  exit 0\n"),
        (exit_codes_come_through, "trap finish EXIT\n", ""),
        (no_report_is_no_pass, "[[ $code != 0 ]] || code=2", ":"),
        (no_report_is_no_pass, "[[ ! -s $folder/junit.xml ]] || ", ""),
        (an_earlier_report_is_not_taken_for_this_ones, 'rm -f -- "$folder/junit.xml"', ': "$folder/junit.xml"'),
        (an_earlier_report_is_not_taken_for_this_ones, ' "$folder/report.md" #', " #"),
        (outputs_cannot_be_injected, "[[ $value != *[$'\\r\\n']* ]] ||", ":"),
        (outputs_cannot_be_injected, "*[$'\\r\\n']*", "*$'\\n'*"),
        (outputs_cannot_be_injected, ' "reports=$INPUT_REPORTS"', ""),
        (outputs_cannot_be_injected, ' "working-directory=$INPUT_WORKING_DIRECTORY"', ""),
        (the_switches_switch, "[[ $INPUT_ANNOTATIONS == false ]] || ", ""),
        (the_switches_switch, "--report text --report github", "--report github=github.txt"),
        (the_switches_switch, "$INPUT_SUMMARY == true && ", ""),
        (the_switches_switch, '"summary=$INPUT_SUMMARY"; do', '"summary=true"; do'),
        (the_summary_is_added, '"$folder/report.md" >> "$GITHUB', '"$folder/report.md" > "$GITHUB'),
        (the_summary_is_added, " && -n ${GITHUB_STEP_SUMMARY:-}", ""),
        (the_summary_is_added, "${GITHUB_OUTPUT:-/dev/null}", "$GITHUB_OUTPUT"),
        (outputs_are_seen_from_the_workspace, "seen=${INPUT_WORKING_DIRECTORY:-.}/$folder", "seen=$folder"),
        (outputs_are_seen_from_the_workspace, " && seen=${seen#./}", ""),
        (outputs_are_seen_from_the_workspace, "  /* | [A-Za-z]", "  [A-Za-z]"),
        (what_cannot_be_written_is_no_finding, "code=2 verdict=error", "code=1 verdict=error"),
        (what_cannot_be_written_is_no_finding, "[[ -n $INPUT_REPORTS ]] || ", ": "),
        (what_cannot_be_written_is_no_finding, "set -euo pipefail", "set -uo pipefail"),
    ],
)
def test_a_faulty_action_is_noticed(check: Callable[[Action], None], old: str, new: str, tmp_path: Path) -> None:
    metadata, script = (text.replace(old, new) for text in (METADATA, SCRIPT))
    assert (metadata, script) != (METADATA, SCRIPT), f"{old!r} is not there to be broken"
    with pytest.raises((AssertionError, ValueError)):
        check(Action(tmp_path, metadata, script))


# --- the GitLab job, in the same way --------------------------------------------------------------------------------


def gitlab(place: Path, job: str, shell: str, code: int = 0, **variables: str) -> Ran:
    read = yaml.safe_load(job)["manual-backprop"]
    script = "\n".join(read["script"])
    world = World(place, code, **{**read["variables"], **variables})
    return world.run(([*shell.split(), "-c", script], world.work, {}))


def the_gitlab_job_runs(place: Path, job: str, shell: str) -> None:
    report = "manual-backprop-reports/junit.xml"
    ran = gitlab(place / "hostile", job, shell, VERIFY_TARGETS="\n".join(["", *HOSTILE, "", ""]), VERIFY_INSTALL="-x y")
    assert ran.calls[0][-2:] == ["--", "-x y"]
    assert ran.call == ["verify", "--profile=ci", "--report", f"junit={report}", "--", *HOSTILE]
    assert ran.made == {f"the work/{report}"}
    assert gitlab(place / "empty", job, shell).call[-1] == "--"
    for code in (0, 1, 2, 3, 130, 7):
        assert gitlab(place / str(code), job, shell, code).code == code


@runs_bash
@pytest.mark.parametrize("shell", ["sh -e", "bash -eo pipefail"])
def test_the_gitlab_job_runs(tmp_path: Path, shell: str) -> None:
    the_gitlab_job_runs(tmp_path, JOB, shell)


@runs_bash
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      set -f\n", ""),
        ("set -- $VERIFY_TARGETS", 'set -- "$VERIFY_TARGETS"'),
        ("      IFS='\n      '\n", ""),
        (' -- "$@"', ' "$@"'),
        (' -- "$@"', " -- $@"),
        (' -- "$VERIFY_INSTALL"', " -- $VERIFY_INSTALL"),
        ('-- "$@"\n', '-- "$@" || true\n'),
    ],
)
def test_a_faulty_gitlab_job_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        the_gitlab_job_runs(tmp_path, planted(JOB, old, new), "bash -eo pipefail")


# --- for real -------------------------------------------------------------------------------------------------------

real = pytest.mark.skipif(shutil.which("manual-backprop", path=SCRIPTS) is None, reason="it is not installed")


@runs_bash
@real
def test_the_action_verifies(tmp_path: Path) -> None:
    world = World(tmp_path, PATH=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", CI="true")
    shutil.copy(FILES / "Regularization_export.py", world.work / "sub folder" / "Regularization (final).py")
    given = {"targets": "sub folder/Regularization (final).py\n", "profile": "quick", "arguments": "--seed=1"}
    _, run = Action(tmp_path).commands(world, ACTION, given)  # what is installed stays as it is
    ran = world.run(run)
    assert (ran.code, ran.outputs["exit-code"], ran.outputs["verdict"]) == (0, "0", "pass"), ran.said
    suites = ET.parse(world.work / ran.outputs["junit"]).getroot()
    assert int(suites.attrib["tests"]) > 0
    assert (suites.attrib["failures"], suites.attrib["errors"]) == ("0", "0")
    sarif = json.loads((world.work / ran.outputs["sarif"]).read_text("utf-8"))
    assert (sarif["version"], sarif["runs"][0]["results"]) == ("2.1.0", [])
    assert "Regularization (final).py" in ran.summary
    assert ran.summary == (world.work / "manual-backprop-reports" / "report.md").read_text("utf-8")
    assert "profile quick, seed 1, exit 0" in ran.said


def hook(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """As pre-commit does: the entry, and then the names of files."""
    [about] = yaml.safe_load(MANIFEST)
    command, *options = shlex.split(about["entry"])
    return subprocess.run(
        [shutil.which(command, path=SCRIPTS) or command, *options, *names],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@real
@pytest.mark.parametrize(
    ("file", "code", "said"),
    [
        ("two_layer_tanh_mse.py", 0, "verified in"),
        ("toy_derivative.py", 1, "backward_propagation"),
    ],
)
def test_the_hook_stops_what_is_wrong(tmp_path: Path, file: str, code: int, said: str) -> None:
    name = "--my week 1 (final).py"
    shutil.copy(FILES / file, tmp_path / name)
    done = hook(tmp_path, name)
    assert done.returncode == code, done.stderr
    assert said in done.stdout
    assert name in done.stdout


@pytest.mark.parametrize("name", ["--help", "--version", "--examples", "-h", "--", "--report=json"])
def test_behind_two_dashes_stands_a_target(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    [about] = yaml.safe_load(MANIFEST)
    assert _code([*shlex.split(about["entry"])[1:], name]) == 2
    assert f"no target {name!r}" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "code"), [("--help", 0), ("--version", 2), ("--examples", 2), ("-h", 0)])
def test_without_them_it_is_an_option(name: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    [about] = yaml.safe_load(planted(MANIFEST, " --\n", "\n"))
    assert _code([*shlex.split(about["entry"])[1:], name]) == code
    assert "no target" not in capsys.readouterr().err
