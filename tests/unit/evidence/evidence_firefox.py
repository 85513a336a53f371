"""Drives a real Firefox through Marionette, its own protocol on a port of this computer."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SETTINGS = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
"""Every connection goes to a closed port: the network is off."""

START_SECONDS = 60
ENTER = "\ue007"


def find_firefox() -> str:
    found = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if found is None:
        pytest.skip("no Firefox is installed")
    return found


class Firefox:
    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._number = 0
        self._read()
        self("WebDriver:NewSession", capabilities={})

    def __call__(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error:
            raise AssertionError(f"{command}: {error['message']}")
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def value(self, script: str) -> Any:
        return self("WebDriver:ExecuteScript", script=f"return {script}", args=[], newSandbox=False, sandbox=None)

    def wait(self, condition: str) -> None:
        script = (
            f"const done = arguments[0]; const look = () => ({condition}) ? done(true) : setTimeout(look, 20); look();"
        )
        self("WebDriver:ExecuteAsyncScript", script=script, args=[], newSandbox=False, sandbox=None)

    def type(self, selector: str, text: str) -> None:
        found = self("WebDriver:FindElement", using="css selector", value=selector)
        self("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=text)

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._received(1)
        return json.loads(self._received(int(length[:-1])))

    def _received(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self._socket.recv(count - len(data))
            if not chunk:
                raise AssertionError("the browser has gone")
            data += chunk
        return data


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A fresh Firefox with its profile in a folder of the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**SETTINGS, "marionette.port": port}
    lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in settings.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [find_firefox(), "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    environment = {"HOME": str(profile), "PATH": "/usr/bin:/bin", "MOZ_CRASHREPORTER_DISABLE": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    driver = None
    try:
        driver = Firefox(port)
        yield driver
    finally:
        if driver is not None:
            driver.close()
        process.terminate()
        process.wait()
