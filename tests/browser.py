"""A real browser for tests: headless Chromium, spoken to over its pipe with the standard library.

The protocol is Chromium's own (chromedevtools.github.io/devtools-protocol): JSON messages that end
in a zero byte, read by the browser on descriptor 3 and written by it on descriptor 4.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress

PATIENCE = 120
"""Seconds of silence after which something is wrong."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def find_browser():
    """Return the path of an installed Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One browser with one page. `events` keeps all that the page reported."""

    def __init__(self, path):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command_read, self._write = os.pipe()
        self._read, answer_write = os.pipe()

        # the browser expects its ends at 3 and 4; via high numbers, for one may be 3 or 4 itself
        def arrange():
            os.dup2(command_read, 103)
            os.dup2(answer_write, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self._process = subprocess.Popen(
            [path, *OPTIONS, f"--user-data-dir={self._profile.name}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=arrange,
        )
        os.close(command_read)
        os.close(answer_write)
        self._waiting = b""
        self._number = 0
        self._session = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        self._session = None
        self.call("Browser.close")
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def _read_some(self):
        data = os.read(self._read, 1 << 16)
        assert data, "the browser has gone"
        self._waiting += data

    def _send(self, data):
        """Write all of it, and read meanwhile: the browser may be waiting for that."""
        while data:
            readable, writable, _ = select.select([self._read], [self._write], [], PATIENCE)
            assert readable or writable, "the browser is silent"
            if readable:
                self._read_some()
            if writable:
                data = data[os.write(self._write, data[: select.PIPE_BUF]) :]

    def _receive(self):
        while b"\0" not in self._waiting:
            assert select.select([self._read], [], [], PATIENCE)[0], "the browser is silent"
            self._read_some()
        message, _, self._waiting = self._waiting.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._send(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def run(self, script):
        """Return what an expression gives in the page."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script, seconds=20):
        """Wait until an expression is true, also over the loading of another page."""
        ends = time.monotonic() + seconds
        while True:
            with suppress(AssertionError):  # the page was just left
                if self.run(f"Boolean({script})"):
                    return
            assert time.monotonic() < ends, (script, self.run("document.body.innerText")[:2000])
            time.sleep(0.02)

    def visible(self, selector):
        """Return how many elements of the page can be seen."""
        return self.run(
            f"[...document.querySelectorAll({selector!r})].filter(e => e.checkVisibility()).length"
        )

    def press(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def show(self, width, height, *, dark=False, media=""):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def scripting(self, *, on):
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))
