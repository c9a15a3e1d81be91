"""The list of 10,000 monitors: 100 down, 100 slow, 100 not measured, 100 paused, a year of gaps behind them. Everything is
really so: the console probes each of them once, at the beginning, and then not again for a day."""
import asyncio
import subprocess
import time

from house import House, free_port
from pages import steady
from scale import TARGET

# The demo's own monitors leave: their names lead nowhere, and their probes would be measured too.
EMPTY = "UPDATE monitors SET deleted_at = now(); SELECT pg_notify('monitors', '')"
# Of every hundred: nobody is at the port of the first; the second is slower than a microsecond; the third hangs on a first,
# and nobody is at its port either; the fourth is paused.
MONITORS = """
INSERT INTO monitors (name, kind, url, component, agency_id, tags, interval_seconds, retry_seconds, confirm_after, degraded_us,
                      degraded_after, created_at, paused_at)
SELECT 'Điểm ' || n, 'http', 'http://127.0.0.1:' || CASE WHEN n %% 100 IN (1, 3) THEN 9 ELSE %d END || '/', 'Phần ' || n %% 12,
       CASE n %% 2 WHEN 0 THEN 1 + n %% 140 END, CASE n %% 7 WHEN 0 THEN ARRAY['uu-tien'] ELSE '{}' END, 86400, 86400, 1,
       CASE n %% 100 WHEN 2 THEN 1 END, 1, now() - interval '1 year', CASE n %% 100 WHEN 4 THEN now() END
FROM   generate_series(1, 10000) AS n;
UPDATE monitors SET parent_id = (SELECT id FROM monitors WHERE name = 'Điểm 1')
WHERE  deleted_at IS NULL AND substring(name FROM 6)::integer %% 100 = 3;
INSERT INTO measurement_gaps (monitor_id, during, reason)
SELECT m.id, tstzrange(begun, begun + interval '10 minutes'), 'process_down'
FROM   monitors m, generate_series(1, 50) AS k,
       LATERAL (SELECT date_trunc('second', now()) - make_interval(days => k * 7, secs => m.id) AS begun) AS s
WHERE  m.deleted_at IS NULL;
INSERT INTO monitor_states (monitor_id, since) SELECT id, date_trunc('second', now()) FROM monitors WHERE deleted_at IS NULL;
SELECT pg_notify('monitors', '')
"""
STANDING = """
SELECT (SELECT count(*) FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id WHERE m.deleted_at IS NULL AND s.state = 'up')
       >= 9700
       AND (SELECT count(*) FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id
            WHERE m.deleted_at IS NULL AND s.state = 'down') >= 100
       AND (SELECT count(*) FROM incidents i JOIN outages o ON o.id = i.outage_id JOIN monitors m ON m.id = o.monitor_id
            WHERE m.deleted_at IS NULL) >= 100
"""
RATE = 10  # a hundred people who look every ten seconds
PAGES = [("first page", "/monitors"), ("page 100", "/monitors?page=100"), ("search of two words", "/monitors?q=phan+7")]


def settled(house):
    """Waits until every monitor has been looked at, and autovacuum's work is done."""
    limit = time.monotonic() + 300
    while house.sql(STANDING) != "t":
        if time.monotonic() > limit:
            raise SystemExit("the 10,000 monitors were not looked at within 300 s: " + house.sql(
                "SELECT string_agg(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM monitor_states GROUP BY 1) AS s"))
        time.sleep(1)
    house.sql("VACUUM ANALYZE")


def rows():
    port = free_port()
    target = subprocess.Popen(["/usr/bin/python3", "-c", TARGET % port])
    try:
        with House() as house:
            house.start()
            house.sign_in()
            house.sql(EMPTY)
            house.sql(MONITORS % port)
            settled(house)
            for name, path in PAGES:
                status, body = house.get(path)
                assert status == 200
                latencies = asyncio.run(steady(house.port, path, house.cookie, rate=RATE))
                p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
                yield {"work": f"10,000 monitors, {name}: p99 at {RATE} requests/s", "ours": f"{p99:.1f} ms", "peer": "wanted: 20 ms",
                       "ratio": p99 / 20, "figures": {"p50_ms": p50, "p99_ms": p99}}
                yield {"work": f"10,000 monitors, {name}: size", "ours": f"{len(body) / 1000:.0f} kB", "peer": "wanted: 100 kB",
                       "ratio": len(body) / 100_000, "figures": {"bytes": len(body)}}
    finally:
        target.terminate()
        target.wait()
