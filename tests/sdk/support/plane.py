"""A private server: started on a free port, stopped by its own process id."""

import http.client
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

TOP = Path(__file__).resolve().parents[3]

# How long anything here is waited for before the test is called stuck. Nothing sleeps this long:
# it is the patience for the slowest machine.
PATIENCE_S = 120


def binary() -> str:
    """The command under test: REGIMENT_BIN, or built as people build it."""
    named = os.environ.get("REGIMENT_BIN")
    if named:
        return named
    built = subprocess.run(
        ["cargo", "build", "--release", "--package", "regiment", "--message-format=json"],
        cwd=TOP, stdout=subprocess.PIPE, check=True, text=True,
    )
    made = [json.loads(line).get("executable") for line in built.stdout.splitlines()]
    return [path for path in made if path][-1]


@dataclass
class Plane:
    """A running server and what its ready file says."""

    process: subprocess.Popen
    folder: tempfile.TemporaryDirectory
    log: Path
    endpoint: str
    tls_endpoint: str
    ca_file: str
    project_id: str
    access_key: str
    secret_key: str
    token: str
    pid: int
    extra: dict = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Host and port of the plain listener."""
        return urlsplit(self.endpoint).netloc

    @property
    def tls_host(self) -> str:
        """Host and port of the TLS listener."""
        return urlsplit(self.tls_endpoint).netloc

    def plain(self, method, path, body=None, headers=None):
        """One plain HTTP request, answered as (status, headers, text)."""
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE_S)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()


def start(*arguments: str) -> Plane:
    """Starts a server that keeps nothing and waits until its ready file is there."""
    return launch("--ephemeral", *arguments)


def launch(*arguments: str) -> Plane:
    """Starts a server and waits until its ready file is there."""
    folder = tempfile.TemporaryDirectory(prefix="regiment-sdk-")
    ready = Path(folder.name, "ready.json")
    log = Path(folder.name, "server.log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [binary(), "serve", "--listen", "127.0.0.1:0", "--tls", "auto",
             "--ready-file", str(ready), *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder.name,
        )
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            said = json.loads(ready.read_text())
            break
        except (FileNotFoundError, json.JSONDecodeError):
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            told = log.read_text(errors="replace")
            folder.cleanup()
            raise RuntimeError(f"the server did not get ready:\n{told}")
        time.sleep(0.005)
    known = {name: said.pop(name) for name in (
        "endpoint", "tls_endpoint", "ca_file", "project_id", "access_key", "secret_key", "token", "pid")}
    return Plane(process=process, folder=folder, log=log, extra=said, **known)


def wait_for(look, good, what: str, patience=PATIENCE_S):
    """Looks again and again until the answer is good, and returns it."""
    deadline = time.monotonic() + patience
    while True:
        seen = look()
        if good(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}; last seen: {seen}")
        time.sleep(0.005)
