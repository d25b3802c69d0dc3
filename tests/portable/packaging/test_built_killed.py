"""A run that is killed between any two changes of the disk leaves what the next run replaces."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# each child ends, without cleaning up, at its n-th change of the disk; the last is one that comes to its end
KILLING = """\
import os, sys
from itertools import count
from pathlib import Path
from portable.packaging.built import Built, write
from tests.portable.packaging.trees import lay_out, tree

FILES = {"function/handler.py": b"1", "function/data": b"2", "platforms/contract.py": b"c"}
OLD = Built(FILES, is_zip=False, next_commands=())
NEW = Built({"function/handler.py": b"3", "function/data/x": b"4", "z.sh": b"#!z"}, is_zip=False, next_commands=())
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod")
top = Path(sys.argv[1])

def die_at(last):
    left = iter(range(last))
    def hook(event, arguments):
        writes = event == "open" and arguments[1] not in ("r", "rb", None)
        if (writes or event in CHANGES) and next(left, None) is None:
            os._exit(9)
    sys.addaudithook(hook)

def killed(before, at):
    output = top / f"{'old' if before else 'new'}-{at}"
    if before:
        write(before, output)
        lay_out(output, {"function/mine.txt": b"mine"})
    child = os.fork()
    if not child:
        die_at(at)
        write(NEW, output)
        os._exit(0)
    return output, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

def whole(built, output, extra):
    write(built, output)
    found = {path: content for path, (kind, content) in tree(output).items() if kind[0] == "-"}
    found.pop("platforms/MANIFEST")
    assert found == {**built.files, **extra}, (output, found)

for before in (None, OLD):
    for at in count():
        output, was_killed = killed(before, at)
        mine = {"function/mine.txt": b"mine"} if before else {}
        whole(OLD if at % 2 else NEW, output, mine)
        whole(NEW, output, mine)
        if not was_killed:
            break
    print(at)
"""


def test_next_run_goes_on_from_wherever_it_was_killed(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLING, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert all(int(count) > 15 for count in ran.stdout.split()), ran.stdout
    assert len(ran.stdout.split()) == 2
