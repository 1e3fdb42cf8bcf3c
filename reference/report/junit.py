"""JUnit XML: a suite per target, a case per output of a check. What is inconclusive is an error: it is not green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reference.report.models.verification import CheckResult, Report
from reference.report.text import finding_lines
from reference.report.view import ALL, SAYS, FindingView, RowView, TargetView, about, given, legible, view

__all__ = ["CONSEQUENCE", "render"]

CONSEQUENCE = "consequence"  # the type of a failure that another output's finding explains
Result = tuple[str, str, str, str]  # where a case did not pass: what it is, its type, in a line, and in full


def render(report: Report) -> str:
    """The whole report. The same bytes for the same report, apart from ``time``."""
    report = legible(report)
    shown, tool = view(report), report.tool.name
    given = report.tool.model_dump(exclude={"name"}) | {"profile": report.profile, "seed": str(report.seed)}
    suites = [_suite(one.target.target, _cases(one), _about(one), given) for one in shown.targets]
    if shown.reasons:
        beyond = [_case(reason, tool, ("error", report.verdict, reason, reason)) for reason in shown.reasons]
        suites.append(_suite(tool, beyond, "", given))
    root, total = Element("testsuites", name=tool), str(report.timing.get("total", 0.0))
    _count(root, suites, ("failures", "errors", "skipped"), total)
    if len(shown.targets) == 1:  # several run side by side
        suites[0].set("time", total)
    root.extend(suites)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True).decode() + "\n"


def _suite(name: str, cases: Iterable[Element], about: str, given: dict[str, str]) -> Element:
    suite, found = Element("testsuite", name=name), list(cases)
    _count(suite, found, ("errors", "failures", "skipped"), "0")
    properties = SubElement(suite, "properties")
    for key, value in given.items():
        SubElement(properties, "property", name=key, value=value)
    suite.extend(found)
    if about:
        SubElement(suite, "system-out").text = about
    return suite


def _count(element: Element, parts: Iterable[Element], kinds: Iterable[str], time: str) -> None:
    """How many cases it has, and of each kind; ``parts`` are suites, or cases."""
    cases = [case for part in parts for case in part.iter("testcase")]
    counted = {kind: sum(case.find(kind.removesuffix("s")) is not None for case in cases) for kind in kinds}
    for name, value in {"tests": len(cases), **counted, "time": time}.items():
        element.set(name, str(value))


def _cases(shown: TargetView) -> Iterator[Element]:
    target, verdict = shown.target.target, shown.target.verdict
    if shown.why:
        yield _case(SAYS[verdict].lower(), target, ("error", verdict, shown.why, shown.why), file=shown.file)
    for row in shown.rows:
        check = target if row.row.check == ALL else row.row.check
        classname = target if row.row.check == ALL else f"{target}.{check}"
        yield _of_row(check if row.row.output == ALL else row.row.output, classname, row)


def _of_row(name: str, classname: str, shown: RowView) -> Element:
    row, why, result = shown.row, shown.why, None
    errors, warnings, unjudged = (
        [f for f in shown.findings if f.finding.severity == kind] for kind in ("error", "warning", "inconclusive")
    )
    out = _lines(row, warnings)
    if row.verdict == "fail" and errors:
        message = "; ".join(f"{found.headline}: {found.cause}" for found in errors)
        result = ("failure", errors[0].finding.code, message, _lines(row, errors))
    elif row.verdict == "fail":
        result = ("failure", CONSEQUENCE, why, why)
    elif row.verdict == "inconclusive":
        code = unjudged[0].finding.code if unjudged else row.verdict
        result = ("error", code, why, _lines(row, unjudged) or why)
    elif row.verdict == "skipped":
        result = ("skipped", "", why, "")
    else:
        out = out or why
    placed = next((found for found in (*errors, *unjudged, *warnings) if found.finding.location is not None), None)
    return _case(name, classname, result, out, placed and placed.file, placed and placed.line)


def _case(
    name: str, classname: str, result: Result | None = None, out: str = "", file: str | None = None,
    line: int | None = None,
) -> Element:  # fmt: skip
    known = {"name": name, "classname": classname, "file": file, "line": line}
    case = Element("testcase", {key: str(value) for key, value in known.items() if value is not None})
    if result is not None:
        kind, type_, message, text = result
        given = {"message": message, "type": type_}
        SubElement(case, kind, {key: value for key, value in given.items() if value}).text = text
    if out:
        SubElement(case, "system-out").text = out
    return case


def _lines(row: CheckResult, findings: Iterable[FindingView]) -> str:
    return "\n".join(line for found in findings for line in finding_lines(row.check, row.output, found.finding))


def _about(shown: TargetView) -> str:
    conventions = [f"convention: {text}" for text in shown.conventions]
    return "\n".join([*conventions, *given(shown.target), *about(shown.target)])
