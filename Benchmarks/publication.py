"""Publishing a notice to 1,500 recipients: until the page answers, and what looking at it costs afterwards."""
import http.client
import subprocess
import time
import urllib.parse

from house import PROGRAM, House

RECIPIENTS = 1500
TIMES = 5
PASSWORD = "mật khẩu dài để đo"


def post(house, path, fields):
    """Seconds until the answer was there."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    begun = time.monotonic()
    connection.request("POST", path, urllib.parse.urlencode(fields), {
        "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Cookie": house.cookie})
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.monotonic() - begun
    assert answer.status == 303, (path, answer.status, body.decode()[-2000:])
    connection.close()
    return seconds, answer.getheader("Location")


def rows():
    with House(demo=False) as house:
        house.start()
        for name, role in [("do", "operator"), ("duyet", "administrator")]:
            subprocess.run([PROGRAM, "user", "add", name, "--name", name, "--role", role], env=house.environment,
                           input=PASSWORD + "\n", text=True, check=True, capture_output=True)
        house.sql("INSERT INTO agencies (code, name, kind, contact_name, contact_email, contact_phone, created_at)"
                  " SELECT 'xa' || n, 'UBND xã số ' || n, 'commune', 'Đầu mối ' || n, 'xa' || n || '@example.vn', '0229 3841 000', now()"
                  f" FROM generate_series(1, {RECIPIENTS}) AS n")
        house.sql("VACUUM ANALYZE")
        house.password = PASSWORD
        taken = []
        for number in range(TIMES):
            house.sign_in("do")
            begins = time.strftime("%Y-%m-%dT22:00", time.localtime(time.time() + (20 + number) * 86400))
            ends = time.strftime("%Y-%m-%dT23:00", time.localtime(time.time() + (20 + number) * 86400))
            page = post(house, "/notices", {
                "kind": "maintenance", "title": "Bảo trì máy chủ cơ sở dữ liệu", "scope": "system", "begins": begins, "ends": ends,
                "impact": "Không đăng nhập được; văn bản khẩn gửi bằng thư điện tử công vụ."})[1]
            post(house, page + "/review", {})
            house.sign_in("duyet")
            post(house, page + "/approval", {})
            house.sign_in("do")
            taken.append(post(house, page + "/publication", {})[0])
        letters = int(house.sql("SELECT count(*) FROM deliveries"))
        assert letters == TIMES * RECIPIENTS, letters
        worst = max(taken) * 1000
        yield {"work": f"publishing to {RECIPIENTS:,} recipients, worst of {TIMES}", "ours": f"{worst:.0f} ms",
               "peer": "wanted: 200 ms", "ratio": worst / 200, "figures": {"milliseconds": [seconds * 1000 for seconds in taken]}}
        looked = []
        for _ in range(20):
            begun = time.monotonic()
            status, body = house.get(page)
            looked.append(time.monotonic() - begun)
            assert status == 200
        looked.sort()
        yield {"work": f"its page afterwards, median ({len(body) / 1000:.0f} kB)", "ours": f"{looked[10] * 1000:.0f} ms",
               "figures": {"bytes": len(body), "worst_ms": looked[-1] * 1000}}
