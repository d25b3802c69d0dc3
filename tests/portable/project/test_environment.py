"""A function's own environment, made by uv from packages made by hand."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from portable.deploying.errors import BadSettings
from portable.project.functions import Function

from ..packaging.wheelhouse import make_source
from .environments import Project, evaluated, run


class TestWhatIsInIt:
    def test_what_the_function_requires_a_server_and_platforms_are_there(self, project: Project) -> None:
        project.add("first")
        project.require("first")
        made = project.make()

        assert evaluated(made, project, "import first, server, platforms.invoke") == ""

    def test_function_without_requirements_has_one_too(self, project: Project) -> None:
        assert evaluated(project.make(), project, "import server; print(server.version)") == "1.0"

    @pytest.mark.parametrize("module", ["click", "flask", "portable", "pytest"])
    def test_what_only_the_tool_requires_is_not_there(self, project: Project, module: str) -> None:
        assert evaluated(project.make(), project, f"import {module}").endswith(f"No module named '{module}'")

    def test_function_s_own_version_of_a_server_wins(self, project: Project) -> None:
        project.add("server", "2.0")
        project.require("server==2.0")

        assert evaluated(project.make(), project, "import server; print(server.version)") == "2.0"

    def test_its_python_is_the_tool_s(self, project: Project) -> None:
        assert evaluated(project.make(), project, "import sys; print(sys.version)") == sys.version

    def test_two_functions_have_different_versions(self, project: Project) -> None:
        for version in ("1.0", "2.0"):
            project.add("first", version)
        other = Function("other", project.root / "other", project.root)
        other.folder.mkdir()
        project.require("first==1.0")
        project.require("first==2.0", function=other)

        statements = "import first; print(first.version)"
        assert [evaluated(project.make(one), project, statements) for one in (project.hello, other)] == ["1.0", "2.0"]


class TestWithTool:
    def test_module_of_the_tool_runs_and_finds_what_the_function_requires(self, project: Project) -> None:
        project.add("first")
        project.require("first")
        (project.root / "test_it.py").write_text("import first, portable.project, click\ndef test(): pass\n")

        code, printed = run(project.make().with_tool("-m", "pytest", "-q", "-p", "no:cacheprovider"), project.root)

        assert (code, printed.splitlines()[-1].partition(" in ")[0]) == (0, "1 passed")

    def test_function_s_own_version_wins_over_the_tool_s(self, project: Project) -> None:
        project.add("click", "1.0")
        project.require("click==1.0")
        made = project.make()
        ask = "import click, sys; print(click.version, sys.argv[1:])\n"
        next(made.python.parents[1].glob("lib/*/site-packages")).joinpath("ask.py").write_text(ask)

        assert run(made.with_tool("-m", "ask", "-x"), project.root) == (0, "1.0 ['-x']")

    def test_modules_of_the_folder_that_it_is_run_in_are_not_found(self, project: Project) -> None:
        (project.root / "shared.py").touch()
        made = project.make()

        for command in (
            made.with_tool("-m", "shared"),
            made.command("-m", "shared"),
            made.command("-c", "import shared"),
        ):
            code, printed = run(command, project.root)
            assert (code, "No module named" in printed) == (1, True)


class TestWhenItIsMade:
    def test_it_is_made_once(self, project: Project) -> None:
        first, second = project.make(), project.make()

        assert first == second
        assert [line for line in project.said if "making" in line] == ["hello: making its environment"]

    def test_changed_requirement_makes_another_and_removes_the_first(self, project: Project) -> None:
        project.add("first")
        before = project.make()
        project.require("first")
        after = project.make()

        assert before != after
        assert project.made() == ["hello"]
        assert [line.partition(" in ")[0] for line in project.said] == [
            *("hello: making its environment", "hello: Installed 1 package"),
            *("hello: making its environment from hello/requirements.txt", *["hello: Installed 1 package"] * 2),
        ]

    def test_function_whose_name_begins_alike_keeps_its_own(self, project: Project) -> None:
        other = Function("hello-world", project.root / "world", project.root)
        other.folder.mkdir()
        project.make(other)
        project.make()
        project.add("first")
        project.require("first")
        project.make()

        assert project.made() == ["hello", "hello-world"]

    @pytest.mark.parametrize("line", ["-r more.txt", "--requirement=more.txt", "-c more.txt", "--constraint more.txt"])
    def test_file_that_it_names_counts(self, project: Project, line: str) -> None:
        for version in ("1.0", "2.0"):
            project.add("first", version)
        project.require("first", line)
        (project.hello.folder / "more.txt").write_text("first==1.0\n")
        before = evaluated(project.make(), project, "import first; print(first.version)")
        (project.hello.folder / "more.txt").write_text("first==2.0\n")
        after = evaluated(project.make(), project, "import first; print(first.version)")

        assert (before, after) == ("1.0", "2.0")

    def test_interrupted_one_is_made_again(self, project: Project) -> None:
        made = project.make()
        (made.python.parents[1] / "complete").unlink()
        (made.python.parents[1] / "lib").rename(project.root / "lost")

        assert evaluated(project.make(), project, "import server") == ""

    def test_several_at_a_time_make_one(self, project: Project) -> None:
        with ThreadPoolExecutor(4) as pool:
            made = {future.result() for future in [pool.submit(project.make) for _ in range(4)]}

        assert len(made) == 1
        assert [line for line in project.said if "making" in line] == ["hello: making its environment"]

    def test_git_ignores_it(self, project: Project) -> None:
        project.make()

        assert (project.root / ".portable" / ".gitignore").read_text() == "*\n"


class TestErrors:
    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            (["first==99"], "first==99 of hello/requirements.txt: there is no such version; name one that there is"),
            (["nowhere"], "nowhere of hello/requirements.txt: the given folders and indexes have no package of that"),
            (["first =="], "hello/requirements.txt: Couldn't parse requirement in .* expected version"),
            (["-r more.txt"], "more.txt cannot be read: No such file or directory"),
            (["first==1.0", "first==2.0"], "hello/requirements.txt: .*you require first==1.0 and first==2.0"),
        ],
    )
    def test_requirement_that_cannot_be_had_is_named_in_one_line_and_nothing_is_left(
        self, project: Project, lines: list[str], message: str
    ) -> None:
        for version in ("1.0", "2.0"):
            project.add("first", version)
        project.require(*lines)
        with pytest.raises(BadSettings, match=message) as error:
            project.make()

        assert len(str(error.value).splitlines()) == 1
        assert list(project.root.glob(".portable/environments/hello*")) == []

    def test_source_that_does_not_build_is_named(self, project: Project) -> None:
        make_source(project.wheelhouse, "oldie")
        project.require("oldie")

        with pytest.raises(BadSettings, match=r"hello/requirements\.txt: .*oldie"):
            project.make()

    def test_server_that_cannot_be_had_is_not_told_as_the_function_s(self, project: Project) -> None:
        (project.wheelhouse / "server-1.0-py3-none-any.whl").unlink()

        with pytest.raises(BadSettings, match=r"^server==1\.0 of portable's own servers: |^server of portable's own"):
            project.make()

    def test_earlier_one_stays_if_the_new_one_cannot_be_made(self, project: Project) -> None:
        before = project.make()
        project.require("nowhere")
        with pytest.raises(BadSettings, match="nowhere"):
            project.make()

        assert evaluated(before, project, "import server") == ""
