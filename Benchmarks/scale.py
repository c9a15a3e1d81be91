"""10,000 HTTP monitors at 30 s in one process on loopback; then none of their targets says a word any more, until the timeout."""
import asyncio
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from house import PROGRAM, House, cpu_seconds, free_port
from pages import steady

MONITORS = int(os.environ.get("BENCH_SCALE_MONITORS", "10000"))
INTERVAL = 30
TIMEOUT = 10
SECONDS = int(os.environ.get("BENCH_SCALE_SECONDS", "90"))
PASSWORD = "mật khẩu dài để đo"

# Answers at once; after SIGUSR1 it hears everybody and answers nobody.
TARGET = """
import asyncio, resource, signal
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
silent = False
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data):
        if silent: return
        self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nOK")
        self.transport.close()
def fall_silent():
    global silent
    silent = True
async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, fall_silent)
    server = await loop.create_server(Answer, "127.0.0.1", %d, backlog=4096)
    await server.serve_forever()
asyncio.run(main())
"""


def peak_megabytes(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class Period:
    """What the console and its PostgreSQL used, and how late probes began, between `__init__` and `end`."""

    def __init__(self, house):
        self.house = house
        house.metrics()  # the lag is told since the last reading
        self.database = house.database_pids()
        self.begun = time.monotonic()
        self.cpu = cpu_seconds(house.process.pid)
        self.cpu_database = cpu_seconds(*self.database)
        self.probes = self.counted()

    def counted(self):
        return int(float(self.house.metrics()["trucban_probes_total"]))

    def end(self):
        metrics = self.house.metrics()
        seconds = time.monotonic() - self.begun
        self.lag = float(metrics["trucban_probe_worst_lag_seconds"])
        self.busy = (cpu_seconds(self.house.process.pid) - self.cpu) / seconds
        living = [pid for pid in self.database if Path(f"/proc/{pid}").exists()]
        self.busy_database = (cpu_seconds(*living) - self.cpu_database) / seconds
        self.rate = (int(float(metrics["trucban_probes_total"])) - self.probes) / seconds
        self.peak = peak_megabytes(self.house.process.pid)
        return self

    @property
    def figures(self):
        return {"lag_seconds": self.lag, "busy": self.busy, "busy_postgresql": self.busy_database, "probes_per_second": self.rate,
                "peak_megabytes": self.peak}


def prepare(house, port):
    subprocess.run([PROGRAM, "user", "add", "do", "--name", "Người đo", "--role", "operator"], env=house.environment,
                   input=PASSWORD + "\n", text=True, check=True, capture_output=True)
    house.password = PASSWORD
    house.sign_in("do")
    house.sql(f"INSERT INTO monitors (name, kind, url, interval_seconds, retry_seconds, timeout_seconds, created_at)"
              f" SELECT 'M' || n, 'http', 'http://127.0.0.1:{port}/' || n, {INTERVAL}, {INTERVAL}, {TIMEOUT}, now()"
              f" FROM generate_series(1, {MONITORS}) AS n")
    house.sql("INSERT INTO monitor_states (monitor_id, since) SELECT id, date_trunc('second', now()) FROM monitors;"
              " SELECT pg_notify('monitors', '')")
    house.sql("VACUUM ANALYZE")


def p99(house):
    """Milliseconds that the dashboard takes, at 20 requests/s."""
    latencies = asyncio.run(steady(house.port, "/", house.cookie, rate=20))
    return latencies[int(len(latencies) * 0.99)] * 1000


def rows():
    port = free_port()
    target = subprocess.Popen(["/usr/bin/python3", "-c", TARGET % port])
    try:
        with House(demo=False) as house:
            house.start()
            prepare(house, port)
            time.sleep(2 * INTERVAL + 5)
            calm = Period(house)
            time.sleep(SECONDS)
            calm.end()
            calm_p99 = p99(house)
            failures = int(house.sql("SELECT count(*) FROM samples WHERE failure IS NOT NULL"))
            assert failures == 0, failures
            yield {"work": f"{MONITORS:,} at {INTERVAL} s ({calm.rate:.0f}/s): latest start", "ours": f"{calm.lag * 1000:.0f} ms",
                   "peer": "wanted: 2 s", "ratio": calm.lag / 2, "figures": calm.figures}
            yield {"work": "the same: share of one core (PostgreSQL's beside it)",
                   "ours": f"{calm.busy:.0%} ({calm.busy_database:.0%})", "peer": "wanted: 60%", "ratio": calm.busy / 0.6}
            yield {"work": "the same: peak of memory", "ours": f"{calm.peak:.0f} MB", "peer": "wanted: 200 MB",
                   "ratio": calm.peak / 200}

            target.send_signal(signal.SIGUSR1)
            time.sleep(INTERVAL)
            hanging = Period(house)
            # Meanwhile the third failure in a row makes outages of all of them, and incidents.
            time.sleep(INTERVAL)
            hanging_p99 = p99(house)
            hanging.end()
            outages = int(house.sql("SELECT count(*) FROM outages"))
            yield {"work": f"all of them hang for {TIMEOUT} s: latest start", "ours": f"{hanging.lag:.1f} s",
                   "peer": f"wanted: {INTERVAL} s", "ratio": hanging.lag / INTERVAL, "figures": hanging.figures | {"outages": outages}}
            yield {"work": f"the same: dashboard p99, {outages} outages ({calm_p99:.0f} ms before)", "ours": f"{hanging_p99:.0f} ms",
                   "peer": "wanted: 50 ms", "ratio": hanging_p99 / 50, "figures": {"calm_p99_ms": calm_p99, "p99_ms": hanging_p99}}
            yield {"work": "the same: peak of memory", "ours": f"{hanging.peak:.0f} MB", "peer": "wanted: 200 MB",
                   "ratio": hanging.peak / 200}
    finally:
        target.terminate()
        target.wait()
