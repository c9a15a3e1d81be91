"""1,000 HTTP monitors at 15 s on loopback, against Debian's prometheus-blackbox-exporter asked to do the same."""
import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path

from house import House, cpu_seconds, free_port

MONITORS = 1000
INTERVAL = 15
SECONDS = int(os.environ.get("BENCH_PROBE_SECONDS", "300"))

TARGET = """
import asyncio
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data):
        self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nOK")
        self.transport.close()
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", %d, backlog=1024)
    await server.serve_forever()
asyncio.run(main())
"""


def ours(target):
    with House(demo=False) as house:
        house.start()
        house.sql(f"INSERT INTO monitors (name, kind, url, interval_seconds, created_at) SELECT 'M' || n, 'http',"
                  f" 'http://127.0.0.1:{target}/' || n, {INTERVAL}, now() FROM generate_series(1, {MONITORS}) AS n")
        house.sql("INSERT INTO monitor_states (monitor_id, since) SELECT id, date_trunc('second', now()) FROM monitors;"
                  " SELECT pg_notify('monitors', '')")
        time.sleep(2 * INTERVAL)
        house.metrics()
        console, database = house.process.pid, house.database_pids()
        before, before_database = cpu_seconds(console), cpu_seconds(*database)
        probes = int(house.sql("SELECT count(*) FROM samples"))
        time.sleep(SECONDS)
        probes = int(house.sql("SELECT count(*) FROM samples")) - probes
        used = cpu_seconds(console) - before
        used_database = cpu_seconds(*(pid for pid in database if Path(f"/proc/{pid}").exists())) - before_database
        lag = float(house.metrics()["trucban_probe_worst_lag_seconds"])
        failures = int(house.sql("SELECT count(*) FROM samples WHERE failure IS NOT NULL"))
        assert failures == 0, failures
        return used * 1000 / probes, used_database * 1000 / probes, lag, probes


async def ask(port, target, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /probe?module=http_2xx&target=http://127.0.0.1:{target}/{number} HTTP/1.0\r\n"
                 f"Host: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    assert b"probe_success 1" in answer, answer[-200:]
    writer.close()


async def ask_all(port, target, count):
    begun = time.monotonic()
    tasks = []
    for number in range(count):
        await asyncio.sleep(max(0, begun + number * INTERVAL / MONITORS - time.monotonic()))
        tasks.append(asyncio.create_task(ask(port, target, number)))
    await asyncio.gather(*tasks)


def exporter(target):
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as settings:
        settings.write("modules:\n  http_2xx:\n    prober: http\n    http:\n      preferred_ip_protocol: ip4\n")
        settings.flush()
        process = subprocess.Popen(
            ["prometheus-blackbox-exporter", f"--config.file={settings.name}", f"--web.listen-address=127.0.0.1:{port}",
             "--log.level=error"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            asyncio.run(ask_all(port, target, 200))
            before = cpu_seconds(process.pid)
            count = MONITORS * max(1, min(SECONDS, 60) // INTERVAL)
            asyncio.run(ask_all(port, target, count))
            return (cpu_seconds(process.pid) - before) * 1000 / count
        finally:
            process.terminate()
            process.wait()


def rows():
    port = free_port()
    target = subprocess.Popen(["/usr/bin/python3", "-c", TARGET % port])
    try:
        time.sleep(0.5)
        peer = exporter(port)
        console, database, lag, probes = ours(port)
    finally:
        target.terminate()
        target.wait()
    yield {"work": f"CPU for 1,000 HTTP probes ({probes} made, stored)", "ours": f"{console:.2f} CPU-s",
           "peer": f"blackbox: {peer:.2f} CPU-s", "ratio": console / peer,
           "figures": {"console": console, "postgresql": database, "exporter": peer}}
    yield {"work": "the same with PostgreSQL's share", "ours": f"{console + database:.2f} CPU-s",
           "peer": f"blackbox stores nothing: {peer:.2f}", "ratio": (console + database) / peer, "figures": {}}
    yield {"work": f"latest start after its due time, {MONITORS} at {INTERVAL} s", "ours": f"{lag * 1000:.0f} ms",
           "peer": "wanted: 1 s", "ratio": lag, "figures": {"lag_seconds": lag}}
