"""JUnit XML: a suite per target, a case per output of a check. What is inconclusive is an error: it is not green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.paths import file_of, forward
from reference.report.text import SAYS, finding_lines
from reference.report.view import ALL, cause, headline, legible, line_of, reasons, stopped, subject, why

if TYPE_CHECKING:
    from junitparser import TestCase

__all__ = ["render"]

CONSEQUENCE = "consequence"  # the type of a failure that another output's finding explains


class OutputCase(NamedTuple):
    """One testcase; ``kind``: what stands in it where it did not pass."""

    name: str
    classname: str
    kind: Literal["failure", "error", "skipped"] | None = None
    type: str = ""
    message: str = ""
    text: str = ""
    out: str = ""
    file: str | None = None
    line: int | None = None


class Suite(NamedTuple):
    name: str
    cases: Sequence[OutputCase]
    out: str = ""


def render(report: Report) -> str:
    """The whole report. The same bytes for the same report, apart from ``time``."""
    report = legible(report)
    suites = [Suite(t.target, list(_cases(t)), _said(t)) for t in report.targets]
    beyond = [OutputCase(said, report.tool.name, "error", report.verdict, said, said) for said in reasons(report)]
    if beyond:
        suites.append(Suite(report.tool.name, beyond))
    return _xml(report, suites)


def _cases(target: Target) -> Iterator[OutputCase]:
    if stopped(target):
        file = file_of(target.target)
        yield OutputCase(
            name=SAYS[target.verdict].lower(),
            classname=target.target,
            kind="error",
            type=target.verdict,
            message=why(target),
            text=why(target),
            file=None if file is None else forward(file),
        )
    yield from (_case(target, row) for row in target.checks)


def _case(target: Target, row: CheckResult) -> OutputCase:
    errors = [f for f in row.findings if f.severity == "error"]
    warnings = [f for f in row.findings if f.severity == "warning"]
    check = target.target if row.check == ALL else row.check
    file, line = _place([*errors, *warnings])
    case = OutputCase(
        name=check if row.output == ALL else row.output,
        classname=target.target if row.check == ALL else f"{target.target}.{check}",
        out=_lines(row, warnings),
        file=file,
        line=line,
    )
    if row.verdict == "fail" and errors:
        message = "; ".join(f"{headline(row, f)}: {cause(f)}" for f in errors)
        return case._replace(kind="failure", type=errors[0].code, message=message, text=_lines(row, errors))
    if row.verdict == "fail":
        said = _follows(target, row)
        return case._replace(kind="failure", type=CONSEQUENCE, message=said, text=said)
    if row.verdict == "inconclusive":
        compared = row.coordinates - row.excluded - row.unresolved
        said = f"{subject(row)}: {compared:,} of {row.coordinates:,} entries could be compared"
        return case._replace(kind="error", type=row.verdict, message=said, text=said)
    if row.verdict == "skipped":
        return case._replace(kind="skipped", message=f"{subject(row)} was not looked at")
    return case if case.out or row.verdict == "pass" else case._replace(out=_follows(target, row))


def _follows(target: Target, row: CheckResult) -> str:
    """Of an output that is wrong and has no finding of its own."""
    upstream = [
        f"{other.output} ({finding.code})"
        for other in target.checks
        for finding in other.findings
        if other.check == row.check and row.output in finding.upstream_of
    ]
    named = ", ".join(upstream) or "another output of this check"
    return f"{row.output} is wrong in {row.check}, as a consequence of {named}"


def _lines(row: CheckResult, findings: Iterable[Finding]) -> str:
    return "\n".join(line for finding in findings for line in finding_lines(row.check, row.output, finding))


def _place(findings: Iterable[Finding]) -> tuple[str | None, int | None]:
    """File and line."""
    location = next((f.location for f in findings if f.location is not None), None)
    return (None, None) if location is None else (forward(location.file), line_of(location))


def _said(target: Target) -> str:
    conventions = dict.fromkeys(text for row in target.checks for text in row.conventions)
    return "\n".join([*(f"convention: {text}" for text in conventions), *target.notes])


def _xml(report: Report, suites: Sequence[Suite]) -> str:
    from xml.etree import ElementTree

    from junitparser import JUnitXml, TestSuite
    from junitparser.junitparser import SystemOut

    root = JUnitXml(report.tool.name)
    for suite in suites:
        element = TestSuite(suite.name)
        given = report.tool.model_dump(exclude={"name"}) | {"profile": report.profile, "seed": str(report.seed)}
        for name, value in given.items():
            element.add_property(name, value)
        element.extend([_testcase(case) for case in suite.cases])
        if suite.out:
            element.append(SystemOut(suite.out))
        root.append(element)
    root.update_statistics()
    root.time = report.timing.get("total", 0.0)
    if len(report.targets) == 1:  # several run side by side
        next(iter(root)).time = root.time
    tree = ElementTree.fromstring(root.tostring())
    ElementTree.indent(tree)
    return ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True).decode() + "\n"


def _testcase(case: OutputCase) -> TestCase:
    from junitparser import Attr, Error, Failure, IntAttr, Skipped, TestCase

    element = TestCase(case.name, case.classname)
    if case.file is not None:  # these two are not of every dialect, so the library has no names for them
        Attr("file").__set__(element, case.file)
    if case.line is not None:
        IntAttr("line").__set__(element, case.line)
    if case.kind is not None:
        result = {"failure": Failure, "error": Error, "skipped": Skipped}[case.kind](case.message, case.type)
        result.text = case.text
        element.result = result
    if case.out:
        element.system_out = case.out
    return element
