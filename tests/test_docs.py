"""What the documents say is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from portable.__main__ import VERBS
from portable.scaffold.templates import function_files
from tests import limits, settings
from tests.cases import CASES
from tests.portable.aws.commands import sample
from tests.portable.project.settings import settings_tables
from tests.sample import FUNCTION_DIR
from tests.sample.function.handler import MEDITATIONS

ROOT = Path(__file__).parents[1]
SOURCES = ("function", "platforms", "portable", "tests")


def test_architecture_lists_every_limit_that_skips_a_case() -> None:
    text = limits.ARCHITECTURE.read_text()

    assert limits.with_table(text) == text, "run: python -m tests.limits"


def test_architecture_and_glossary_name_files_that_are_there() -> None:
    there = {f"/{path.relative_to(ROOT).as_posix()}" for name in SOURCES for path in (ROOT / name).rglob("*.py")}
    for document in (ROOT / "ARCHITECTURE.md", ROOT / "docs" / "glossary.md"):
        named = re.findall(r"`([\w/]+\.py)`", document.read_text().replace("platforms/NAME/", ""))
        missing = [name for name in named if not any(path.endswith(f"/{name}") for path in there)]

        assert named or document.name != "ARCHITECTURE.md"
        assert missing == [], document.name


def test_readme_has_a_row_for_every_verb() -> None:
    rows = re.findall(r"^\| (`portable .+?) \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    named = [verb for row in rows for verb in re.findall(r"`(?:portable )?(\w+)", row)]

    assert sorted(named) == sorted(VERBS)


def test_gateway_page_lists_every_setting_with_its_default() -> None:
    text = settings.DOCUMENT.read_text()

    assert settings.with_table(text) == text, "run: python -m tests.settings"


@pytest.mark.parametrize("table", settings_tables.TABLES, ids=lambda table: table.page.stem)
def test_deployers_page_lists_every_setting_with_its_default(table: settings_tables.Table) -> None:
    text = table.page.read_text()

    assert table.put_into(text) == text, "run: python -m tests.portable.project.settings.settings_tables"


def test_lambda_page_shows_what_a_deploy_prints() -> None:
    text = sample.DOCUMENT.read_text()

    assert sample.without_code(sample.with_sample(text)) == sample.without_code(text), (
        "run: python -m tests.portable.aws.commands.sample"
    )


def test_conformance_table_has_its_size_and_no_name_twice() -> None:
    names = [case.name for case in CASES]

    assert len(names) >= 80
    assert len(names) == len(set(names))


def test_readme_shows_what_new_makes() -> None:
    handler, test = re.findall(r"```python\n# hello/[^\n]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    made = function_files("api", "hello")

    assert handler == made["handler.py"]
    assert set(test.split()) <= set(made["tests/test_hello.py"].split())


def test_command_that_a_page_names_is_one() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    for page in pages:
        named = re.findall(r"(?:^|[`$] ?)portable ([a-z]+)", page.read_text(), re.MULTILINE)

        assert set(named) <= set(VERBS), page.name


def test_readme_links_lead_somewhere() -> None:
    for document in (
        *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("**/README.md"),
    ):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_platform_s_page_has_the_same_headings() -> None:
    pages = {page.stem: page.read_text() for page in (ROOT / "docs/platforms").glob("*.md") if page.stem != "README"}

    assert pages.keys() == {*("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")}
    for name, text in pages.items():
        assert re.findall("^## (.*)", text, re.MULTILINE) == [
            *("Run it locally", "Ship it", "What the handler sees", "What comes back", "How events map", "Settings"),
            *("Quirks", "Limits"),
        ], name


def test_openapi_examples_are_what_the_function_answers() -> None:
    specification = json.loads((FUNCTION_DIR / "openapi.json").read_text())
    operations = specification["paths"]["/"]
    good = operations["post"]["responses"]["200"]["content"]["application/json"]["example"]
    bad = operations["get"]["responses"]["405"]["content"]["application/json"]["example"]

    assert good["meditation"] in MEDITATIONS
    assert bad["error"].startswith("GET is not allowed")
