"""The table in pyproject.toml, and what wins over what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manual_backprop.gradient_check import COVERAGE
from reference.cli import verify
from reference.settings import catalogue
from reference.settings.profiles import PROFILES, seed_of
from reference.settings.table import Configuration, ConfigurationError, configuration, schema
from reference.verification.request import Request, request

SCHEMA = Path(__file__).parents[3] / "reference" / "settings" / "table.schema.json"


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.manual-backprop]\n{text}", encoding="utf-8")


def asked(text: str | None = None, **flags: Any) -> Request:
    """What is requested with these flags, where the table says this."""
    if text is not None:
        write(text)
    return request((), (), flags)


def test_without_a_table_there_are_the_defaults():
    found = asked()
    assert found.targets == ("manual_backprop",)
    assert found.profile == "default"
    assert found.options.profile == PROFILES["default"]
    assert (found.options.accuracy, found.options.intermediates, found.options.coverage) == ("warn", "warn", COVERAGE)
    assert (found.limits.timeout, found.limits.memory) == (10.0, 4 * 2**30)
    assert found.reports == (("text", None),)


def test_all_that_a_table_says_arrives():
    found = asked(
        'targets = ["a.py", "b.ipynb::f"]\nprofile = "mine"\nrequire = ["backward"]\nbaseline = "known.toml"\n'
        'reports = ["junit=j.xml", "text"]\naccuracy = "fail"\ntimeout = 3\n'
        "[tool.manual-backprop.profiles.mine]\nexamples = 7\nexplore = 2\nseed = 5\nmax_time = 1.5\nmemory = 512\n"
        "[tool.manual-backprop.tolerance]\nfloat32 = 4\n"
        '[tool.manual-backprop.bind."a.py"]\nlayout = "rows"\n'
    )
    assert found.targets == ("a.py", "b.ipynb::f")
    assert found.options.profile._asdict() == {
        "examples": 7,
        "explore": 2,
        "seed": 5,
        "max_time": 1.5,
        "climb": False,
    }
    assert (found.options.seed, found.options.accuracy) == (5, "fail")
    assert (found.limits.timeout, found.limits.memory) == (3.0, 512 * 2**20)
    assert found.require == ("backward",)
    assert found.baseline == Path("known.toml")
    assert found.reports == (("junit", "j.xml"), ("text", None))
    assert found.slack == {"float32": 4.0}
    assert found.bindings["a.py"].layout == "rows"


def test_a_flag_wins_over_the_profile_and_the_profile_over_the_table():
    write('examples = 1\nseed = 1\naccuracy = "fail"\n[tool.manual-backprop.profiles.quick]\nexamples = 2\nseed = 2\n')
    assert asked().options.profile.examples == 1
    assert asked(profile="quick").options.profile.examples == 2
    assert asked(profile="quick", examples=3).options.profile.examples == 3
    assert asked(profile="quick", examples=3).options.seed == 2
    assert asked(accuracy="warn").options.accuracy == "warn"


def test_the_environment_stands_between_the_flag_and_the_profile(monkeypatch):
    monkeypatch.setenv("MANUAL_BACKPROP_EXAMPLES", "11")
    monkeypatch.setenv("MANUAL_BACKPROP_PROFILE", "nightly")
    found = asked("examples = 1\n[tool.manual-backprop.profiles.nightly]\nexamples = 2\n")
    assert (found.options.profile.examples, found.profile) == (11, "nightly")
    flags = verify.make_context("verify", ["--examples", "12"]).params
    assert asked(**flags).options.profile.examples == 12
    assert asked(profile="quick").profile == "quick"


VALUES = {"profile": "quick", "accuracy": "fail", "intermediates": "ignore", "coverage": "0.5", "baseline": "b.toml"}


def test_every_setting_has_its_flag_its_variable_and_its_key(monkeypatch):
    def seen(found: Request) -> dict[str, Any]:
        options = {key: value for key, value in vars(found.options).items() if key != "progress"}
        return {**vars(found), "options": options}

    nothing, wrong = seen(asked("")), []
    for setting in (catalogue.PROFILE, *catalogue.SETTINGS, catalogue.BASELINE):
        value = VALUES.get(setting.name, "300")
        by_key = seen(asked(f"{setting.name} = {value if value[0].isdigit() else repr(value)}"))
        write("")
        with monkeypatch.context() as patch:
            patch.setenv(f"MANUAL_BACKPROP_{setting.name.upper()}", value)
            by_variable = seen(asked())
        ways = {"key": by_key != nothing, "variable": by_variable == by_key}
        if setting.name != "explore":  # Hypothesis's share has no flag
            ways["flag"] = seen(asked(**verify.make_context("verify", [setting.flag, value]).params)) == by_key
        wrong += [f"{way} of {setting.name}" for way, heard in ways.items() if not heard]
    assert wrong == []


def test_an_empty_variable_or_flag_says_nothing(monkeypatch):
    monkeypatch.setenv("MANUAL_BACKPROP_EXAMPLES", "")
    found = asked('examples = 5\nprofile = "quick"\nbaseline = "known.toml"', profile="", baseline="")
    assert (found.options.profile.examples, found.profile, found.baseline) == (5, "quick", Path("known.toml"))


@pytest.mark.parametrize(
    ("variable", "value", "parts"),
    [
        ("EXAMPLES", "many", ["'many'", "integer"]),
        ("SEED", "-1", ["'-1'", "greater than or equal to 0"]),
        ("MAX_TIME", "nan", ["'nan'", "finite"]),
        ("COVERAGE", "1.5", ["'1.5'", "less than or equal to 1"]),
        ("ACCURACY", "lax", ["'lax'", "'warn' or 'fail'"]),
    ],
)
def test_a_variable_that_is_wrong_is_one_line_with_its_name(monkeypatch, variable, value, parts):
    monkeypatch.setenv(f"MANUAL_BACKPROP_{variable}", value)
    with pytest.raises(ConfigurationError) as error:
        asked()
    said = str(error.value)
    assert "\n" not in said
    for part in (f"MANUAL_BACKPROP_{variable}", *parts):
        assert part in said


@pytest.mark.parametrize(
    ("variable", "meant"), [("EXAMPELS", "EXAMPLES"), ("TABLE", ""), ("TARGETS", ""), ("MAXTIME", "MAX_TIME")]
)
def test_a_variable_that_no_setting_is_called_is_refused_with_the_nearest(monkeypatch, variable, meant):
    monkeypatch.setenv(f"MANUAL_BACKPROP_{variable}", "[")
    with pytest.raises(
        ConfigurationError, match=f"MANUAL_BACKPROP_{variable} in the environment is no setting"
    ) as error:
        asked()
    assert f"MANUAL_BACKPROP_{meant}" in str(error.value)
    monkeypatch.setenv(f"MANUAL_BACKPROP_{variable}", "")
    assert asked() is not None


def test_what_the_tool_tells_its_own_processes_is_no_setting_and_not_refused(monkeypatch):
    for name in ("DEBUG", "ALONE", "ANSWERS"):
        monkeypatch.setenv(f"MANUAL_BACKPROP_{name}", "1")
    assert asked() is not None


def test_every_default_is_within_what_is_accepted_and_the_help_says_it():
    context = verify.make_context("verify", [])
    for setting in (catalogue.PROFILE, *catalogue.SETTINGS, catalogue.BASELINE):
        parameter = next((one for one in verify.params if one.name == setting.name), None)
        if setting.default is not None:
            assert parameter is not None
            assert parameter.type_cast_value(context, setting.default) == setting.default
            assert f"[default: {setting.default}]" in parameter.help


def test_ci_is_chosen_where_the_environment_says_so(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert asked().profile == "ci"
    assert asked('profile = "quick"\n').profile == "quick"


def test_the_seed_of_ci_depends_on_the_plan_and_the_version_alone():
    plan = PROFILES["ci"]
    assert seed_of(plan, "1.0") == seed_of(plan, "1.0")
    assert seed_of(plan, "1.0") != seed_of(plan, "1.1")
    assert seed_of(plan, "1.0") != seed_of(plan._replace(examples=1), "1.0")
    assert len({seed_of(PROFILES["nightly"], "1.0") for _ in range(20)}) > 1
    assert seed_of(PROFILES["default"], "1.0") == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("target = ['a.py']", ["no key 'target'", "'targets', perhaps?"]),
        ("targets = 'a.py'", ["targets", "'a.py'", "list"]),
        ("examples = 'many'", ["examples", "'many'", "integer"]),
        ("examples = 0", ["examples", "0", "greater"]),
        ("seed = true", ["seed", "True"]),
        ("max_time = inf", ["max_time", "inf", "finite"]),
        ("accuracy = 'lax'", ["accuracy", "'lax'", "'warn' or 'fail'"]),
        ("profile = 'quik'", ["profile 'quik'", "'quick', perhaps?"]),
        (
            "[tool.manual-backprop.profiles.ci]\nexample = 3",
            ["profiles.ci", "no key 'example'", "'examples', perhaps?"],
        ),
        ("[tool.manual-backprop.bind.'a.py']\nform = 'pear'", ["bind.a.py.form", "'pear'", "'pairs'"]),
        ("[tool.manual-backprop.tolerance]\nfloat16 = 2", ["tolerance", "no key 'float16'", "float32"]),
        ("[tool.manual-backprop.tolerance]\nfloat64 = 0", ["tolerance.float64", "0", "greater"]),
    ],
)
def test_what_is_wrong_is_one_line_with_what_is_accepted(text, parts):
    with pytest.raises(ConfigurationError) as error:
        asked(text)
    said = str(error.value)
    assert "\n" not in said
    for part in ("pyproject.toml", *parts):
        assert part in said


def test_a_report_of_the_table_that_is_none_is_refused():
    with pytest.raises(ConfigurationError, match=r"reports: 'pdf=x'.*junit"):
        asked("reports = ['pdf=x']")


def test_no_toml_and_no_table_are_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is no TOML"):
        configuration()
    (tmp_path / "pyproject.toml").write_text("[tool]\nmanual-backprop = 3", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="it takes a table"):
        configuration()


def test_the_nearest_table_above_is_used_and_its_paths_are_its_own(tmp_path, monkeypatch):
    write(
        'targets = ["nets/a.py::f", "manual_backprop"]\nbaseline = "known.toml"\n'
        'reports = ["json=out/r.json", "text"]\n'
    )
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    (tmp_path / "deep" / "pyproject.toml").write_text(
        "[project]\nname = 'other'\n", encoding="utf-8"
    )  # no table of ours
    monkeypatch.chdir(inside)
    found = configuration()
    assert found.targets == ["../../nets/a.py::f", "manual_backprop"]
    assert found.baseline == "../../known.toml"
    assert found.reports == ["json=../../out/r.json", "text"]


@pytest.mark.parametrize("name", ["manual_backprop", "manualbackprop", "Manual-Backprop"])
def test_a_table_of_almost_that_name_is_not_passed_over(tmp_path, name):
    (tmp_path / "pyproject.toml").write_text(f"[tool.{name}]\ntargets = ['a.py']\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"tool\.{name}; it is called tool\.manual-backprop"):
        configuration(tmp_path)


def test_a_table_that_names_no_target_has_none_and_not_ours(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.manual-backprop]\ntargets = []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="at least 1"):
        configuration(tmp_path)


def test_the_schema_that_is_shipped_is_the_code_s():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_the_schema_accepts_what_the_code_accepts_and_refuses_what_it_refuses():
    import jsonschema

    jsonschema.validate({"targets": ["a.py"], "profiles": {"ci": {"examples": 3}}, "seed": 1}, schema())
    for wrong in ({"target": []}, {"examples": "many"}, {"accuracy": "lax"}, {"profiles": {"ci": {"example": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())
        with pytest.raises(ValueError):  # noqa: PT011
            Configuration.model_validate(wrong)


def test_functions_that_are_left_out(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.manual-backprop]\nexcept = ["back_prop", "nets/a.py::back", "nets/a.py::f::back"]', encoding="utf-8"
    )
    (tmp_path / "nets").mkdir()
    monkeypatch.chdir(tmp_path / "nets")
    assert configuration().excepted == ["back_prop", "a.py::back", "a.py::f::back"]
    (tmp_path / "pyproject.toml").write_text("[tool.manual-backprop]\nexcepts = []", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="'except', perhaps"):
        configuration()
