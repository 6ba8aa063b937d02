"""A real browser for tests: the Chromium of the system, driven by Playwright.

What Playwright has no word for is said in Chromium's own protocol, and its events are kept as they
come (chromedevtools.github.io/devtools-protocol).
"""

import shutil
import time
from contextlib import suppress
from functools import partial

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EVENTS = {
    "Network": ("requestWillBeSent", "webSocketCreated"),
    "Runtime": ("consoleAPICalled", "exceptionThrown"),
    "Log": ("entryAdded",),
    "Page": ("javascriptDialogOpening",),
}
"""What is kept of what a page reports, by the domain of the protocol."""


def opened_browser():
    """Return a browser; skip the test where there is none."""
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed (the extra `browser`)"
    )
    return Browser(playwright, path)


class Browser:
    """One browser with one page. `events` keeps what the page reported since it was opened."""

    def __init__(self, playwright, path):
        self._error = playwright.Error
        self._driver = playwright.sync_playwright().start()
        self._chromium = self._driver.chromium.launch(executable_path=path, args=OPTIONS)
        self._page = self._chromium.new_page(no_viewport=True)
        self._session = self._page.context.new_cdp_session(self._page)
        self.events = []
        for domain, names in EVENTS.items():
            for name in names:
                self._session.on(f"{domain}.{name}", partial(self._note, f"{domain}.{name}"))
            self.call(f"{domain}.enable")

    def close(self):
        self._chromium.close()
        self._driver.stop()

    def _note(self, method, parameters):
        self.events.append({"method": method, "params": parameters})

    def call(self, method, **parameters):
        try:
            return self._session.send(method, parameters)
        except self._error as error:
            raise AssertionError(str(error)) from error

    def open(self, url):
        self.events.clear()
        self._page.goto(url)

    def run(self, script):
        """Return what an expression gives in the page, also where scripts are switched off."""
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

    def press(self, key):
        self._page.keyboard.press(key)

    def show(self, width, height, *, dark=False, media="screen"):
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
        self._page.screenshot(path=path)
