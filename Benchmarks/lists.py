"""The list of 10,000 monitors: 100 down, 100 slow, 100 not measured, 100 paused, a year of gaps behind them."""
import asyncio

from house import House
from pages import steady

MONITORS = [
    "INSERT INTO monitors (name, kind, url, component, agency_id, tags, interval_seconds, created_at, paused_at)"
    " SELECT 'Điểm ' || n, 'http', 'http://127.0.0.1:9/', 'Phần ' || n % 12, CASE n % 2 WHEN 0 THEN 1 + n % 140 END,"
    " CASE n % 7 WHEN 0 THEN ARRAY['uu-tien'] ELSE '{}' END, 86400, now() - interval '1 year',"
    " CASE n % 100 WHEN 4 THEN now() END FROM generate_series(1, 10000) AS n",
    "INSERT INTO measurement_gaps (monitor_id, during, reason)"
    " SELECT m.id, tstzrange(begun, begun + interval '10 minutes'), 'process_down'"
    " FROM monitors m, generate_series(1, 50) AS k, LATERAL (SELECT date_trunc('second', now())"
    " - make_interval(days => k * 7, secs => m.id) AS begun) AS s WHERE m.interval_seconds = 86400",
]
# Nobody tells the prober of them: it goes on with the demo's own.
STANDING = [
    "INSERT INTO monitor_states (monitor_id, since) SELECT id, now() FROM monitors WHERE kind <> 'heartbeat' ON CONFLICT DO NOTHING",
    "UPDATE monitor_states SET state = CASE monitor_id % 100 WHEN 1 THEN 'down' ELSE 'up' END, since = now(),"
    " degraded_since = CASE monitor_id % 100 WHEN 2 THEN now() END",
    "DELETE FROM measurement_gaps WHERE upper_inf(during) AND monitor_id % 100 <> 3 AND reason <> 'paused'",
    "VACUUM ANALYZE",
]
RATE = 10  # a hundred people who look every ten seconds
PAGES = [("first page", "/monitors"), ("page 100", "/monitors?page=100"), ("search of two words", "/monitors?q=phan+7")]


def rows():
    with House() as house:
        house.start()
        house.sign_in()
        for statement in MONITORS + STANDING:
            house.sql(statement)
        for name, path in PAGES:
            status, body = house.get(path)
            assert status == 200
            latencies = asyncio.run(steady(house.port, path, house.cookie, rate=RATE))
            p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
            yield {"work": f"10,000 monitors, {name}: p99 at {RATE} requests/s", "ours": f"{p99:.1f} ms", "peer": "wanted: 20 ms",
                   "ratio": p99 / 20, "figures": {"p50_ms": p50, "p99_ms": p99}}
            yield {"work": f"10,000 monitors, {name}: size", "ours": f"{len(body) / 1000:.0f} kB", "peer": "wanted: 100 kB",
                   "ratio": len(body) / 100_000, "figures": {"bytes": len(body)}}
