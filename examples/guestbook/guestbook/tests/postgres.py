"""A PostgreSQL server made of the programs on this machine, in a folder that is thrown away."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

DEBIAN_DIR = Path("/usr/lib/postgresql")  # where Debian has the server's programs, which are not on the PATH
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Server:
    """A server on a socket in its own folder: no port, so it is in nobody's way."""

    def __init__(self, programs, folder):
        self.dsn = f"host={folder} user=guestbook dbname=postgres"
        self.folder, self._programs = folder, programs
        self._user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root

    def make(self):
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "--username=guestbook", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")

    def start(self):
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", *FORGETFUL)
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self):
        """Stop at once: every connection is cut."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def _run(self, program, *arguments):
        command = [self._programs / program, f"--pgdata={self.folder / 'data'}", *arguments]
        with (self.folder / "said").open("w+") as said:  # no pipe: the server would hold it open
            ran = subprocess.run(command, user=self._user, cwd=self.folder, stdout=said, stderr=said, check=False)
            said.seek(0)
            assert ran.returncode == 0, said.read()


@contextmanager
def running(programs):
    # not pytest's own folder, which no other user may enter
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = Server(programs, Path(folder))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def programs_dir():
    """Return the folder of the newest server on this machine, or None."""
    newest = max(DEBIAN_DIR.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None
