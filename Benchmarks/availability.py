"""The availability of 1,000 monitors over six months with 400 changes each (200 outages), around the clock and in office hours."""
import re

from house import House

HISTORY = [
    "INSERT INTO users (username, full_name, role, password_hash, created_at) VALUES ('bench', 'Bench', 'operator', '', now())",
    "INSERT INTO monitors (name, kind, url, created_at)"
    " SELECT 'm' || n, 'http', 'http://x/', '2025-01-01' FROM generate_series(1, 1000) AS n",
    # 300 s to 10,300 s long, one in each stretch of 70,000 s.
    "INSERT INTO outages (monitor_id, during, confirmed_at, reason)"
    " SELECT m.id, tstzrange(begun, begun + make_interval(secs => 300 + (m.id * 7919 + k * 104729) % 10000)), begun, 'x'"
    " FROM monitors m, generate_series(0, 199) AS k, LATERAL (SELECT timestamptz '2026-01-04 00:00+07'"
    " + make_interval(secs => k * 70000 + (m.id * 31 + k * 17) % 50000) AS begun) AS s",
    "INSERT INTO measurement_gaps (monitor_id, during, reason)"
    " SELECT m.id, tstzrange(begun, begun + interval '10 minutes'), 'process_down'"
    " FROM monitors m, generate_series(0, 19) AS k, LATERAL (SELECT timestamptz '2026-01-10 00:00+07'"
    " + make_interval(secs => k * 600000 + m.id * 60) AS begun) AS s",
    "VACUUM ANALYZE",
]
HOURS = (
    "INSERT INTO service_hours (monitor_id, in_force_from, minutes, reason, decided_at, decided_by)"
    " SELECT NULL, '2025-01-01', '{[450,690),[810,1020),[1890,2130),[2250,2460),[3330,3570),[3690,3900),[4770,5010),"
    "[5130,5340),[6210,6450),[6570,6780)}', 'x', now(), max(id) FROM users")
QUESTION = (
    "EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM availability("
    "tstzrange('2025-12-15 00:00+07', '2026-06-15 00:00+07'), '2026-07-01')")


def fastest(house):
    return min(float(re.search(r"Execution Time: ([\d.]+)", house.sql(QUESTION)).group(1)) for _ in range(5))


def rows():
    with House(demo=False) as house:
        house.start()
        for statement in HISTORY:
            house.sql(statement)
        plain = fastest(house)
        yield {"work": "availability, 1,000 monitors, 6 months, 400 changes", "ours": f"{plain:.0f} ms",
               "peer": "wanted: 300 ms", "ratio": plain / 300, "figures": {"ms": plain}}
        house.sql(HOURS)
        hours = fastest(house)
        yield {"work": "the same in office hours", "ours": f"{hours:.0f} ms", "peer": f"around the clock: {plain:.0f} ms",
               "ratio": hours / plain, "figures": {"ms": hours}}
