"""The public status page of the demo province: everybody may ask, so it has to bear everybody."""
import http.client
import re
import subprocess

from house import House

SECONDS = 10


def wrk(house, headers=()):
    """Requests a second over 16 kept connections, and the p99 in milliseconds."""
    told = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "--latency", *(part for header in headers for part in ("-H", header)),
         f"http://127.0.0.1:{house.port}/status"], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    milliseconds = float(p99.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[p99.group(2)]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1)), milliseconds


def rows():
    with House() as house:
        house.start()
        house.sql("VACUUM ANALYZE")  # as autovacuum does within a minute
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        connection.request("GET", "/status")
        answer = connection.getresponse()
        size = len(answer.read())
        assert answer.status == 200
        throughput, p99 = wrk(house)
        yield {"work": f"/status, {size // 1000} kB: requests/s", "ours": f"{throughput:.0f}; p99 {p99:.1f} ms",
               "figures": {"requests_per_second": throughput, "p99_ms": p99, "bytes": size}}
        # The page changes with the minute; whatever its tag, "*" is the asker's word for having it.
        throughput, p99 = wrk(house, ["If-None-Match: *"])
        yield {"work": "/status, known to who asks (304): requests/s", "ours": f"{throughput:.0f}; p99 {p99:.1f} ms",
               "figures": {"requests_per_second": throughput, "p99_ms": p99}}
