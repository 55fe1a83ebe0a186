# SPDX-License-Identifier: MIT
"""A headless Chromium, driven by its DevTools protocol over two pipes
(https://chromedevtools.github.io/devtools-protocol/), for what only a person's browser shows."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from cadretest import Skip, deadline


def program():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise Skip("chromium is not installed")
    return found


# What Chromium says where a page goes while it is asked.
LEFT = ("Inspected target navigated", "Execution context was destroyed", "Cannot find context")


class Navigated(AssertionError):
    """The page went elsewhere before it had answered."""


def url_of(server, path):
    """What a browser asks that server by."""
    host, port = server.address()
    return f"http://{host}:{port}{path}"


class Page:
    """A page. `asked` are the addresses of all that it has asked for, `refused` those that a
    Content-Security-Policy kept it from; `wrong` is what it complained of: errors of scripts and of
    the console, what could not be loaded."""

    def __init__(self, browser, width=1280, height=900):
        self.browser = browser
        self.asked, self.refused, self.wrong = [], [], []
        self._requests = {}
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self.session = attached["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def open(self, url):
        self.call("Page.navigate", {"url": url})

    def on(self, method, params):
        if method == "Network.requestWillBeSent":
            self._requests[params["requestId"]] = params["request"]["url"]
            self.asked.append(params["request"]["url"])
        elif method == "Network.loadingFailed" and params.get("blockedReason") == "csp":
            url = self._requests[params["requestId"]]
            self.asked.remove(url)
            self.refused.append(url)
        elif method == "Network.loadingFailed" and not params.get("canceled"):
            self.wrong.append(f"not loaded: {params}")
        elif method == "Runtime.exceptionThrown":
            self.wrong.append(str(params["exceptionDetails"]))
        elif (method == "Log.entryAdded" and params["entry"]["level"] == "error" and
              "Content Security Policy" not in params["entry"]["text"]):
            self.wrong.append(str(params["entry"]))

    def run(self, script):
        """The value of an expression, which may be a promise."""
        done = self.call("Runtime.evaluate", {"expression": script, "returnByValue": True,
                                              "awaitPromise": True})
        assert "exceptionDetails" not in done, (script, done)
        return done["result"].get("value")

    def wait(self, script, seconds=30):
        """Waits until the expression is true, also of the page that this one leads to, and returns it."""
        waiting = ("new Promise((resolve, reject) => { const end = Date.now() + %d; (function look() {"
                   " const found = (() => { try { return %s } catch (e) { return null } })();"
                   " if (found) resolve(found); else if (Date.now() > end) resolve(null);"
                   " else requestAnimationFrame(look); })(); })" % (deadline(seconds) * 1000, script))
        end = time.monotonic() + deadline(seconds)
        while True:
            try:
                found = self.run(waiting)
                break
            except Navigated:
                assert time.monotonic() < end, f"the page never stays, waited for {script}"
        assert found, (f"in vain waited for {script}; wrong: {self.wrong}; the page says: "
                       f"{self.run('document.body.innerText')[:2000]}")
        return found

    def click(self, selector):
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """Types into a field, as a person does, who then leaves it."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"(e => {{ e.focus(); e.select && e.select(); }})"
                 f"(document.querySelector({json.dumps(selector)}))")
        self.call("Input.insertText", {"text": text})
        self.run("document.activeElement.blur()")

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", {"format": "png"})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))


class Browser:
    """with Browser() as browser: page = Page(browser)"""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="cadre-test-browser-")
        self.pages = {}
        self._last, self._answers, self._data = 0, {}, b""
        their_in, self._out = os.pipe()
        self._in, their_out = os.pipe()
        command = [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
                   f"--user-data-dir={self.folder}"]
        # The protocol is spoken on descriptors 3 and 4.
        shell = ["sh", "-c", f'exec "$@" 3<&{their_in} 4>&{their_out}', "sh"]
        self.log = open(os.path.join(self.folder, "log"), "wb+")
        self._process = subprocess.Popen(shell + command, stdin=subprocess.DEVNULL, stdout=self.log,
                                         stderr=self.log, pass_fds=(their_in, their_out))
        os.close(their_in)
        os.close(their_out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self._process.wait(deadline(20))
        except (AssertionError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._in)
            os.close(self._out)
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, params=None, session=None):
        """Asks for something and returns the answer; events that come meanwhile go to their pages."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + deadline(60)
        while self._last not in self._answers:
            self._receive(end)
        answer = self._answers.pop(self._last)
        if answer.get("error", {}).get("message", "").startswith(LEFT):
            raise Navigated((method, params, answer))
        assert "error" not in answer, (method, params, answer)
        return answer["result"]

    def _receive(self, end):
        ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
        data = os.read(self._in, 1 << 20) if ready else b""
        if not data:
            self.log.seek(0)
            raise AssertionError(f"the browser does not answer: {self.log.read()[-2000:]}")
        *messages, self._data = (self._data + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            elif message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].on(message["method"], message["params"])
