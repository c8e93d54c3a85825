"""Real machines behind a plane: where they lie, and what is seen of one at its serial console."""

import json
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

from .plane import PATIENCE_S, launch

# The data folder whose images are used, as `cargo xtask test vm` builds it.
LIBRARY = os.environ.get("VM_LIBRARY")


class Room:
    """A data folder of its own, with the images of the library."""

    def __init__(self):
        library = Path(LIBRARY)
        # On the same file system, so that nothing is copied.
        self.folder = tempfile.TemporaryDirectory(prefix="machines-", dir=library.parent)
        self.data = Path(self.folder.name)
        shutil.copytree(library / "images", self.data / "images", copy_function=os.link)
        found = library / "accelerator.toml"
        if found.exists():
            shutil.copy(found, self.data)

    def plane(self, *arguments):
        return launch("--driver", "qemu", "--data", str(self.data), *arguments)

    def record(self, server):
        return json.loads((self.data / "machines" / server / "machine.json").read_text())

    def pid(self, server):
        return self.record(server)["process"]["pid"]

    def kill(self, server):
        os.kill(self.pid(server), signal.SIGKILL)

    def console(self, server):
        return Console(self.data / "machines" / server / "run")

    def close(self):
        """Machines outlive their plane; those of a test end with it."""
        for record in self.data.glob("machines/*/machine.json"):
            process = json.loads(record.read_text())["process"]
            if process:
                try:
                    os.kill(process["pid"], signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.folder.cleanup()


class Console:
    """A person at the serial console of a guest."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX)
        # The name of a socket is short; that of its folder may not be.
        run = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{run}/console.sock")
        finally:
            os.close(run)
        self.socket.settimeout(0.2)
        self.heard = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def until(self, *patterns, patience=PATIENCE_S):
        """What was printed before the first of these, and which it was."""
        deadline = time.monotonic() + patience
        while True:
            for number, pattern in enumerate(patterns):
                found = re.search(pattern, self.heard)
                if found:
                    before, self.heard = self.heard[:found.start()], self.heard[found.end():]
                    return number, before
            assert time.monotonic() < deadline, f"never printed: {patterns}; but: {self.heard!r}"
            try:
                piece = self.socket.recv(4096)
            except TimeoutError:
                continue
            assert piece, f"the console ended before {patterns}"
            self.heard += piece.decode(errors="replace")

    def login(self, password, user="root"):
        """Whether this password lets one in."""
        self.say("")
        self.until(r"login: ")
        self.say(user)
        self.until(r"[Pp]assword: ")
        self.say(password)
        failed, _ = self.until(r"[#$] ", r"[Ii]ncorrect")
        if failed:
            return False
        # Nothing is printed from here on but what programs print.
        self.say("PS1= PS2=; stty -echo; bind 'set enable-bracketed-paste off'; echo rea''dy")
        self.until(r"ready\r?\n")
        return True

    def run(self, command):
        """What a command prints."""
        self.say(f"{command}; echo do''ne")
        _, printed = self.until(r"done\r?\n")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed).replace("\r", "").strip()


def seen(room, server, password, *commands):
    """What these commands print in the guest, for one who logs in with the password."""
    with room.console(server) as console:
        assert console.login(password), f"{password} does not let anybody in"
        printed = [console.run(command) for command in commands]
        console.say("exit")
        return printed


def is_refused(room, server, password):
    with room.console(server) as console:
        return not console.login(password)
