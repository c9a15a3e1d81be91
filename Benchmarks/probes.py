"""1,000 HTTP and HTTPS monitors at 15 s on loopback, against Debian's prometheus-blackbox-exporter asked to do the same."""
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
import asyncio, ssl, sys
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data):
        self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nOK")
        self.transport.close()
async def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", %d, backlog=1024, ssl=context)
    await server.serve_forever()
asyncio.run(main())
"""


def ours(target, scheme):
    with House(demo=False) as house:
        house.start()
        house.sql(f"INSERT INTO monitors (name, kind, url, verify_tls, interval_seconds, created_at) SELECT 'M' || n,"
                  f" 'http', '{scheme}://127.0.0.1:{target}/' || n, false, {INTERVAL}, now() FROM generate_series(1, {MONITORS}) AS n")
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


async def ask(port, target, scheme, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /probe?module=http_2xx&target={scheme}://127.0.0.1:{target}/{number} HTTP/1.0\r\n"
                 f"Host: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    assert b"probe_success 1" in answer, answer[-200:]
    writer.close()


async def ask_all(port, target, scheme, count):
    begun = time.monotonic()
    tasks = []
    for number in range(count):
        await asyncio.sleep(max(0, begun + number * INTERVAL / MONITORS - time.monotonic()))
        tasks.append(asyncio.create_task(ask(port, target, scheme, number)))
    await asyncio.gather(*tasks)


def exporter(target, scheme):
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as settings:
        settings.write("modules:\n  http_2xx:\n    prober: http\n    http:\n      preferred_ip_protocol: ip4\n"
                       "      tls_config:\n        insecure_skip_verify: true\n")
        settings.flush()
        process = subprocess.Popen(
            ["prometheus-blackbox-exporter", f"--config.file={settings.name}", f"--web.listen-address=127.0.0.1:{port}",
             "--log.level=error"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            asyncio.run(ask_all(port, target, scheme, 200))
            before = cpu_seconds(process.pid)
            count = MONITORS * max(1, min(SECONDS, 60) // INTERVAL)
            asyncio.run(ask_all(port, target, scheme, count))
            return (cpu_seconds(process.pid) - before) * 1000 / count
        finally:
            process.terminate()
            process.wait()


def measure(scheme):
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        arguments = []
        if scheme == "https":
            arguments = [f"{directory}/both.pem"]
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                            "-keyout", f"{directory}/key.pem", "-out", f"{directory}/certificate.pem", "-subj", "/CN=bench",
                            "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
            Path(arguments[0]).write_text(
                Path(f"{directory}/key.pem").read_text() + Path(f"{directory}/certificate.pem").read_text())
        target = subprocess.Popen(["/usr/bin/python3", "-c", TARGET % port, *arguments])
        try:
            time.sleep(0.5)
            peer = exporter(port, scheme)
            return peer, *ours(port, scheme)
        finally:
            target.terminate()
            target.wait()


def rows():
    peer, console, database, lag, probes = measure("http")
    yield {"work": f"CPU for 1,000 HTTP probes ({probes} made, stored)", "ours": f"{console:.2f} CPU-s",
           "peer": f"blackbox: {peer:.2f} CPU-s", "ratio": console / peer,
           "figures": {"console": console, "postgresql": database, "exporter": peer}}
    yield {"work": "the same with PostgreSQL's share", "ours": f"{console + database:.2f} CPU-s",
           "peer": f"blackbox stores nothing: {peer:.2f}", "ratio": (console + database) / peer, "figures": {}}
    yield {"work": f"latest start after its due time, {MONITORS} at {INTERVAL} s", "ours": f"{lag * 1000:.0f} ms",
           "peer": "wanted: 1 s", "ratio": lag, "figures": {"lag_seconds": lag}}
    peer, console, database, lag, probes = measure("https")
    yield {"work": f"CPU for 1,000 HTTPS probes ({probes} made, stored)", "ours": f"{console:.2f} CPU-s",
           "peer": f"blackbox: {peer:.2f} CPU-s; wanted: at most 0.9 of it", "ratio": console / peer,
           "figures": {"console": console, "postgresql": database, "exporter": peer}}
