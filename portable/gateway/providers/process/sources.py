"""What functions are made of, watched: their folders, and the files with their requirements, variables and secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ....deploying.errors import BadSettings
from ....project.functions import function_of
from ....project.requirement_files import FILE_NAME, contents
from ....project.variables import variable_files
from ....serving.sources import Closed, Sources
from ....stack.messages import FunctionName
from ....stack.stack_file import StackFunction


class FunctionSources:
    """The sources of the functions of a stack file; what is in `shared_dirs` is of every one."""

    def __init__(self, functions: Iterable[StackFunction], stack_path: Path, shared_dirs: Iterable[Path]) -> None:
        """Take note of how things are. Raises BadSettings for a requirements.txt that cannot be read."""
        self._functions = {one.deployment.name: one for one in functions}
        self._stack_path = stack_path
        files = {name: self._files(one) for name, one in self._functions.items()}
        self._of = {name: {one.handler_dir, *shared_dirs, *files[name]} for name, one in self._functions.items()}
        folders = [*shared_dirs, *(one.handler_dir for one in self._functions.values())]
        self._sources = Sources(folders, [stack_path, *set[Path]().union(*files.values())])

    def watch(self, closed: Closed) -> Iterator[tuple[list[FunctionName], bool]]:
        """Yield which functions changed, and whether the stack file did, as Sources does; blocks."""
        for changed in self._sources.watch(closed):
            names = [name for name, sources in self._of.items() if not changed.isdisjoint(sources)]
            for name in names:
                self._look_again(name)
            yield names, self._stack_path in changed

    def _look_again(self, name: FunctionName) -> None:
        """Watch the files too that a function has come to require."""
        try:
            files = self._files(self._functions[name])
        except BadSettings:  # who makes its environment says so
            return
        self._of[name] |= files
        self._sources.add(files)

    def _files(self, one: StackFunction) -> set[Path]:
        return {*contents(one.handler_dir / FILE_NAME), *variable_files(function_of(one, self._stack_path))}
