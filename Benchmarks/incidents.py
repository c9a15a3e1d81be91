"""Incidents: how many an agency's people can report in a second, each with its story, its letter to the Department and its line of
the audit trail, on disk before the answer; and the list of 20,000 of them. The floor of the first is one commit after another of
the smallest line: the audit trail is a chain, so no two commands commit at once."""
import asyncio
import re
import subprocess
import tempfile
import time
import urllib.parse

from heartbeats import floor_of
from house import House
from pages import RATE, steady

SECONDS = 10
FORM = {
    "title": "Không đăng nhập được", "agency": "", "kind": "suspension", "severity": "M2",
    "description": "Trang đăng nhập báo lỗi 502.",
    "temporary_measures": "Gửi văn bản khẩn qua thư điện tử công vụ."}
LINE = "INSERT INTO settings (key, value, updated_at) VALUES ('bench', '1', now()) ON CONFLICT (key) DO UPDATE SET value = settings.value || '';\n"
MANY = """
INSERT INTO incidents (code, title, kind, severity, agency_id, began_at, detected_at, suspended_at, description, cause,
                       temporary_measures, catch_up, opened_at, updated_at)
SELECT 'SC-2025-' || lpad(n::text, 5, '0'), 'Không gửi được văn bản ' || n, 'suspension', 'M' || 1 + n % 4, 1 + n % 140,
       at, at, at, 'Mô tả', 'Nguyên nhân', 'Gửi thư', 'Nhập lại', at, at
FROM   generate_series(1, 20000) AS n, LATERAL (SELECT now() - make_interval(mins => n * 10) AS at) AS s
"""
CLOSE = """
UPDATE incident_downtimes w SET during = tstzrange(lower(during), lower(during) + interval '7 minutes')
FROM incidents i WHERE i.id = w.incident_id AND i.code LIKE 'SC-2025-%';
INSERT INTO incident_closures (incident_id, closed_at, closed_by)
SELECT id, detected_at + interval '9 minutes', 1 FROM incidents WHERE code LIKE 'SC-2025-%' AND id % 20 <> 0
"""


def reports(house):
    """Incidents a second, and how many letters there are for each."""
    house.sign_in(house.sql("SELECT min(username) FROM users WHERE role = 'agency_admin' AND username LIKE 'mau.%'"))
    before = [int(house.sql(f"SELECT count(*) FROM {table}")) for table in ("incidents", "deliveries", "audit_entries")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        # Reported as it is seen: of what is months old people would be reminded at once, of each.
        noticed = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 7 * 3600 - 60))
        body = urllib.parse.urlencode(FORM | {key: noticed for key in ("began_at", "detected_at", "suspended_at")})
        script.write(f"wrk.method = 'POST'\nwrk.body = '{body}'\n"
                     "wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n"
                     f"wrk.headers['Sec-Fetch-Site'] = 'same-origin'\nwrk.headers['Cookie'] = '{house.cookie}'\n")
        script.flush()
        told = subprocess.run(["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", script.name, f"http://127.0.0.1:{house.port}/incidents"],
                              capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    made, letters, lines = (int(house.sql(f"SELECT count(*) FROM {table}")) - was
                            for table, was in zip(("incidents", "deliveries", "audit_entries"), before))
    assert made >= rate * SECONDS * 0.98 and letters >= made and lines >= made, (rate, made, letters, lines)
    return rate


def rows():
    with House() as house:
        house.start()
        assert house.sql("SHOW fsync") == "on" and house.sql("SHOW synchronous_commit") == "on"
        house.sql("INSERT INTO settings (key, value, updated_at) VALUES ('incidents.duty_desk', 'truc@example.vn', now())"
                  " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value")
        bound = floor_of(house, LINE, sessions=1)
        rate = reports(house)
        yield {"work": "incidents reported by an agency, each with letter and audit line", "ours": f"{rate:.0f}/s",
               "peer": f"floor: {bound:.0f} bare commits/s; wanted: 300", "ratio": rate / 300,
               "figures": {"reports_per_second": rate, "commits_per_second": bound}}
        house.sql(MANY)
        house.sql(CLOSE)
        house.sql("VACUUM ANALYZE")
        house.sign_in()
        for name, path in [("first page", "/incidents"), ("page 400", "/incidents?page=400"),
                           ("search", "/incidents?q=van+ban+777")]:
            status, body = house.get(path)
            assert status == 200
            latencies = asyncio.run(steady(house.port, path, house.cookie))
            p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
            yield {"work": f"20,000 incidents, {name}: p99 at {RATE} requests/s", "ours": f"{p99:.1f} ms", "peer": "wanted: 20 ms",
                   "ratio": p99 / 20, "figures": {"p50_ms": p50, "p99_ms": p99, "bytes": len(body)}}
