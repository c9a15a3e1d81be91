"""A console of the release build with the demo province in it, for measuring."""
import hashlib
import hmac
import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".build/release/trucban"
SECRET = "the secret of a bench, long enough for anybody"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(*pids):
    """User and system time of these processes so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class House:
    def __init__(self, demo=True):
        self.data = tempfile.mkdtemp(prefix="tb-bench-")
        os.chmod(self.data, 0o755)
        self.port = free_port()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TRUCBAN_")} | {
            "TRUCBAN_DATA": self.data, "TRUCBAN_PORT": str(self.port), "TRUCBAN_SECRET": SECRET}
        self.process = None
        self.cookie = None
        if demo:
            told = subprocess.run([PROGRAM, "demo", "load"], env=self.environment, check=True, capture_output=True, text=True)
            self.password = re.search(r"mật khẩu chung: (\S+)", told.stdout).group(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def start(self):
        """Returns the seconds until the first page was there."""
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                if self.get("/login")[0] == 200:
                    return time.monotonic() - begun
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - begun > 60:
                raise SystemExit("the console did not start")
            time.sleep(0.005)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers=(headers or {}) | ({"Cookie": self.cookie} if self.cookie else {}))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def sign_in(self, username="mau.vanhanh"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(
            "POST", "/login", urllib.parse.urlencode({"username": username, "password": self.password}),
            {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]

    def metrics(self):
        token = hmac.new(SECRET.encode(), b"metrics", hashlib.sha256).hexdigest()
        status, body = self.get("/metrics", {"Authorization": f"Bearer {token}"})
        assert status == 200, status
        return dict(
            line.rsplit(" ", 1) for line in body.decode().splitlines() if line and not line.startswith("#"))

    def sql(self, statement):
        socket_directory = Path(self.data) / "cluster/socket"
        elsewhere = Path(self.data) / "cluster.path"
        if elsewhere.exists():
            socket_directory = Path(elsewhere.read_text().strip()) / "socket"
        done = subprocess.run(
            ["psql", "-h", str(socket_directory), "-U", "postgres", "-d", "trucban", "-XAt", "-c", statement],
            capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def database_pids(self):
        """The postmaster and everything that it has started."""
        place = Path(self.data) / "cluster"
        elsewhere = Path(self.data) / "cluster.path"
        if elsewhere.exists():
            place = Path(elsewhere.read_text().strip())
        postmaster = int((place / "postgres/postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True).stdout.split()
        return [postmaster, *map(int, children)]
