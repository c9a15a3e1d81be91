"""Pings of a thousand jobs over connections that are kept, each answered after its commit, with fsync on. The floor is what
PostgreSQL itself commits of the smallest statement that a ping could be: one row of a heartbeat changed, by as many sessions
as the console has."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

from house import House, cpu_seconds

JOBS = 1000
SECONDS = 15
# The console's pool (DatabaseConfiguration.connections).
SESSIONS = 10

MAKE = f"""
WITH made AS (
    INSERT INTO monitors (name, kind, created_at)
    SELECT 'Việc ' || n, 'heartbeat', now() FROM generate_series(1, {JOBS}) AS n RETURNING id
), kept AS (
    INSERT INTO heartbeats (monitor_id, code, schedule, period_seconds, zone, grace_seconds)
    SELECT id, gen_random_uuid(), 'period', 3600, 'UTC', 600 FROM made RETURNING monitor_id
)
INSERT INTO heartbeat_states (monitor_id, since, has_gap) SELECT monitor_id, now(), false FROM kept
"""
UPDATE = """\\set job random(1, 1000)
UPDATE heartbeat_states SET pings = pings + 1, last_ping_at = now() WHERE monitor_id = (SELECT min(monitor_id) FROM heartbeats) + :job - 1;
"""


def wrk(house, codes, suffix="", method="GET", body=None):
    """Requests a second, p99 in milliseconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        paths = ",".join(f'"/ping/{code}{suffix}"' for code in codes)
        script.write(f"local paths = {{{paths}}}\nlocal n = 0\n"
                     f"request = function() n = n % #paths + 1; return wrk.format('{method}', paths[n]"
                     + (f", nil, '{body}'" if body else "") + ") end\n")
        script.flush()
        told = subprocess.run(
            ["wrk", "-t1", "-c64", f"-d{SECONDS}s", "--latency", "-s", script.name, f"http://127.0.0.1:{house.port}"],
            capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    milliseconds = float(p99.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[p99.group(2)]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1)), milliseconds


def floor_of(house, statement, sessions=SESSIONS):
    """Transactions a second of one statement."""
    place = Path(house.data) / "cluster"
    elsewhere = Path(house.data) / "cluster.path"
    socket = (Path(elsewhere.read_text().strip()) if elsewhere.exists() else place) / "socket"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(statement)
        script.flush()
        os.chmod(script.name, 0o644)
        told = subprocess.run(
            ["pgbench", "-h", str(socket), "-U", "postgres", "-n", "-M", "prepared", "-c", str(sessions), "-j", "1",
             f"-T{SECONDS}", "-f", script.name, "trucban"], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", told).group(1))


def rows():
    with House(demo=False) as house:
        house.start()
        assert house.sql("SHOW fsync") == "on" and house.sql("SHOW synchronous_commit") == "on"
        house.sql(MAKE)
        house.sql("VACUUM ANALYZE")
        codes = house.sql("SELECT code FROM heartbeats").split("\n")
        bound = floor_of(house, UPDATE)
        for name, options in [("pings", {}), ("pings that begin a run", {"suffix": "/start"}),
                              ("pings with a body of 1 kB", {"method": "POST", "body": "x" * 1000})]:
            counted = int(house.sql("SELECT sum(pings) FROM heartbeat_states"))
            before = cpu_seconds(house.process.pid)
            rate, p99 = wrk(house, codes, **options)
            spent = cpu_seconds(house.process.pid) - before
            counted = int(house.sql("SELECT sum(pings) FROM heartbeat_states")) - counted
            # What was answered is stored, and in one statement a ping there is nothing else to store.
            assert counted >= rate * SECONDS * 0.99, (counted, rate)
            yield {"work": f"{name}/s, 1,000 jobs, 64 connections, fsync on", "ours": f"{rate:.0f}",
                   "peer": f"one bare UPDATE each: {bound:.0f}", "ratio": rate / bound,
                   "figures": {"per_second": rate, "p99_ms": p99, "console_cpu_ms_each": spent * 1000 / counted, "wanted": 3000}}
