"""What the journeys stand on: a console of their own, web servers to watch, a real browser."""
import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/debug/trucban"
PASSWORD = "mật khẩu dài để thử"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Console:
    """A console process on a cluster of its own. It can be killed and started again on the same data."""

    def __init__(self, smtp=None, disk=None):
        self.data = tempfile.mkdtemp(prefix="tb-e2e-", dir=disk)
        os.chmod(self.data, 0o755)
        self.port = free_port()
        self.smtp = smtp
        self.location = None
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(Path(self.data) / "console.log", "w+b")

    @property
    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TRUCBAN_")}
        kept.update(TRUCBAN_DATA=self.data, TRUCBAN_PORT=str(self.port))
        if self.smtp:
            kept["TRUCBAN_SMTP_URL"] = self.smtp
        if self.location:
            kept["TRUCBAN_LOCATION"] = self.location
        return kept

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], env=self.environment, stdout=self.log, stderr=subprocess.STDOUT)
        self.wait_for(lambda: b"/login" in self.fetch_raw("/login") or True, "the console answers", 120)
        return self

    def fetch_raw(self, path):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer

    def output(self):
        self.log.flush()
        return (Path(self.data) / "console.log").read_text()

    def wait_for(self, condition, what, seconds=60):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise AssertionError(f"the console ended:\n{self.output()}")
            try:
                found = condition()
                if found:
                    return found
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {what}\n{self.output()}")

    def setup_link(self):
        return self.wait_for(lambda: re.findall(r"http://\S+/setup/\S+", self.output()), "a setup link")[-1]

    def run(self, *arguments, **options):
        return subprocess.run(
            [PROGRAM, *arguments], env=self.environment, capture_output=True, text=True, timeout=300, **options)

    def add_user(self, username, name, role, agency=None):
        arguments = ["user", "add", username, "--name", name, "--role", role]
        if agency:
            arguments += ["--agency", agency]
        result = self.run(*arguments, input=PASSWORD + "\n")
        assert result.returncode == 0, result.stderr

    def sql(self, statement):
        """Looks into the database as its owner: only to read, and to move time."""
        sockets = Path(self.data) / "cluster/socket"
        if (Path(self.data) / "cluster.path").exists():
            sockets = Path((Path(self.data) / "cluster.path").read_text().strip()) / "socket"
        result = subprocess.run(
            ["psql", "-h", str(sockets), "-U", "postgres", "-d", "trucban", "-XAt", "-c", statement],
            capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def remove(self):
        self.stop()
        elsewhere = Path(self.data) / "cluster.path"
        if elsewhere.exists():
            shutil.rmtree(elsewhere.read_text().strip(), ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)


@pytest.fixture(scope="session")
def console():
    house = Console().start()
    yield house
    house.remove()


class Site:
    """A small web server that can be stopped and started again on the same port."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.server = None

    def start(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write("Hệ thống quản lý văn bản và điều hành".encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def site():
    place = Site().start()
    yield place
    place.stop()


class Browser:
    """Chromium, with the few things that every journey does."""

    def __init__(self, width=1280, javascript=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        self.profile = tempfile.mkdtemp(prefix="tb-chromium-")
        for flag in ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-dev-shm-usage", f"--user-data-dir={self.profile}", f"--window-size={width},900"]:
            options.add_argument(flag)
        if not javascript:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        if width < 500:
            # Chromium's window is never narrower than 500 px; the emulated screen is.
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 780, "deviceScaleFactor": 1, "mobile": True})

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, url):
        self.driver.get(url)

    def find(self, selector):
        """The element, as soon as it is there: a page may still be coming after a press."""
        return WebDriverWait(self.driver, 20).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector), selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self):
        return self.find("body").text

    def heading(self):
        return self.find("h1").text

    def type(self, name, text):
        field = self.find(f"[name='{name}']")
        if field.get_attribute("type") in ("datetime-local", "date"):
            self.driver.execute_script("arguments[0].value = arguments[1]", field, text)
            return
        field.clear()
        field.send_keys(text)

    def choose(self, name, value):
        self.find(f"select[name='{name}'] option[value='{value}']").click()

    def tick(self, name, *values):
        for value in values:
            box = self.find(f"input[name='{name}'][value='{value}']")
            if not box.is_selected():
                box.click()

    def press(self, label):
        """Presses the button, or follows the link, that says so, and waits for the next page."""
        for element in self.all("button, a"):
            if element.text.strip() == label and element.is_displayed():
                self._leave_by(element)
                return
        raise AssertionError(f"no button and no link says “{label}” on:\n{self.text()}")

    def submit(self):
        """Sends the page's form, and waits for the next page: what is opened too soon would cut the request off."""
        self._leave_by(self.find("main form button[type='submit']"))

    def _leave_by(self, element):
        page = self.find("html")
        element.click()
        WebDriverWait(self.driver, 60).until(lambda _: self._is_gone(page))

    @staticmethod
    def _is_gone(element):
        try:
            element.is_enabled()
            return False
        except Exception:  # a page that is being left answers in several ways
            return True

    def says(self, *words):
        """Every one of the words stands on the page."""
        text = self.text()
        for word in words:
            assert word in text, f"“{word}” is not on {self.driver.current_url}:\n{text}"

    def wait_for(self, text, url=None, seconds=60):
        self.wait_until(lambda: text in self.text(), f"“{text}”", url, seconds)

    def wait_until(self, condition, what, url=None, seconds=60):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if url:
                self.open(url)
            try:
                if condition():
                    return
            except (StaleElementReferenceException, NoSuchElementException):
                pass  # the page was being left while it was read
            time.sleep(0.3)
        raise AssertionError(f"did not come: {what}:\n{self.text()}")

    def set_up(self, console):
        """Makes the first administrator by the setup link."""
        self.open(console.setup_link())
        for name, text in [("username", "quantri"), ("full_name", "Bùi Xuân An"), ("password", PASSWORD), ("password_again", PASSWORD)]:
            self.type(name, text)
        self.find("main button[type='submit']").click()
        self.wait_for("Hãy đăng nhập")

    def sign_in(self, console, username):
        self.open(console.url + "/login")
        self.type("username", username)
        self.type("password", PASSWORD)
        self.press("Đăng nhập")

    def has_no_sideways_scroll(self):
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture
def browser():
    window = Browser()
    yield window
    window.close()


@pytest.fixture
def phone():
    window = Browser(width=360)
    yield window
    window.close()


@pytest.fixture
def plain():
    """A browser without JavaScript."""
    window = Browser(javascript=False)
    yield window
    window.close()


@pytest.fixture(scope="session")
def people(console):
    """The first administrator by the setup link, then an operator; both with the same password."""
    window = Browser()
    try:
        window.set_up(console)
    finally:
        window.close()
    console.add_user("linh", "Phạm Thùy Linh", "operator")
    console.add_user("hoa", "Lê Thanh Hòa", "hotline")
    return {"administrator": "quantri", "operator": "linh", "hotline": "hoa"}
