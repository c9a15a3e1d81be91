"""Signed-in pages with the demo province, load generator and PostgreSQL on the same cores."""
import asyncio
import re
import subprocess
import time

from house import House, resident_megabytes

PAGES = [("dashboard", "/"), ("incident list, 25 rows", "/incidents")]
RATE = 200
SECONDS = 15
# Connections to the database, their plans and autovacuum after what was loaded: a console that runs is past them.
WARMING = 3


async def one(port, head, latencies, due, connections):
    """One request at its time, late or not: a wait for a free connection counts."""
    reader, writer = connections.pop() if connections else await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200"), answer[:60]
    await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", answer).group(1)))
    latencies.append(time.monotonic() - due)
    connections.append((reader, writer))


async def steady(port, path, cookie, rate=RATE):
    """Open loop: requests leave at a fixed rate, whether or not earlier ones were answered. Those of the first seconds are not counted."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()
    latencies, connections, tasks = [], [], []
    begun = time.monotonic()
    for number in range(rate * (WARMING + SECONDS)):
        if number == rate * WARMING:
            await asyncio.gather(*tasks)
            latencies.clear()
            tasks.clear()
            begun = time.monotonic() - WARMING
        due = begun + number / rate
        await asyncio.sleep(max(0, due - time.monotonic()))
        tasks.append(asyncio.create_task(one(port, head, latencies, due, connections)))
    await asyncio.gather(*tasks)
    for _, writer in connections:
        writer.close()
    return sorted(latencies)


def rows():
    with House() as house:
        house.start()
        house.sign_in()
        house.sql("VACUUM ANALYZE")  # as autovacuum does within a minute
        for name, path in PAGES:
            status, body = house.get(path)
            assert status == 200
            latencies = asyncio.run(steady(house.port, path, house.cookie))
            p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
            yield {"work": f"{name}: p99 at {RATE} requests/s", "ours": f"{p99:.1f} ms", "peer": "wanted: 20 ms",
                   "ratio": p99 / 20, "figures": {"p50_ms": p50, "p99_ms": p99, "bytes": len(body)}}
            told = subprocess.run(
                ["wrk", "-t1", "-c16", "-d10s", "-H", f"Cookie: {house.cookie}", f"http://127.0.0.1:{house.port}{path}"],
                capture_output=True, text=True, check=True).stdout
            assert "Non-2xx" not in told, told
            throughput = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
            yield {"work": f"{name}: requests/s", "ours": f"{throughput:.0f}", "peer": "wanted: 600",
                   "ratio": throughput / 600, "figures": {"requests_per_second": throughput}}
        resident = resident_megabytes(house.process.pid)
        yield {"work": "resident memory after that load", "ours": f"{resident:.0f} MB", "peer": "wanted: 120 MB",
               "ratio": resident / 120, "figures": {"megabytes": resident}}
