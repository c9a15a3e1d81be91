"""Letters and webhooks under a worker that is killed again and again, and channels as an administrator sets them up."""
import base64
import hashlib
import hmac
import http.server
import json
import random
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import PROGRAM, Console, free_port
from post import Post

LETTERS = 150
KILLS = 100
# Seconds that the mail server takes for a letter.
PAUSE = 0.1


@pytest.fixture
def post():
    room = Post(PAUSE).start()
    yield room
    room.stop()


class Sender:
    """A process that works on another console's database and sends its letters."""

    def __init__(self, house, post):
        sockets = Path(house.data) / "cluster/socket"
        if (Path(house.data) / "cluster.path").exists():
            sockets = Path((Path(house.data) / "cluster.path").read_text().strip()) / "socket"
        self.environment = house.environment | {
            "TRUCBAN_DATABASE_URL": f"postgresql://postgres@/trucban?host={sockets}", "TRUCBAN_PORT": str(free_port()),
            "TRUCBAN_SMTP_URL": f"smtp://127.0.0.1:{post.port}"}
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], env=self.environment, stdout=house.log, stderr=subprocess.STDOUT)

    def kill(self):
        self.process.kill()
        self.process.wait()


WRITE = f"""
INSERT INTO deliveries (key, about, recipient_name, recipient_address, subject, body, thread, created_at, run_at)
SELECT 'test:' || n, 'TB-2026-0001', 'Đầu mối ' || n, CASE n % 10 WHEN 0 THEN 'khongco' ELSE 'vanthu' END || '@xa' || n || '.example',
       '[TB-2026-0001] Nâng cấp máy chủ', repeat('Kính gửi cơ quan. ', 40), 'TB-2026-0001', now(), now()
FROM   generate_series(1, {LETTERS}) AS n
"""


def waiting(house):
    return int(house.sql("SELECT count(*) FROM deliveries WHERE state IN ('ready', 'running')"))


def let_lapse(house):
    """Moves time for letters whose sender has died: their leases of two minutes lapse after a second."""
    house.sql("UPDATE deliveries SET leased_until = now() WHERE state = 'running' AND leased_until < now() + interval '119 s'")
    return True


def test_a_worker_that_is_killed_a_hundred_times_loses_nothing(post):
    house = Console().start()
    senders = []
    try:
        house.sql(WRITE)
        # One is killed while the next already starts: starting takes longer than sending a letter.
        senders = [Sender(house, post)]
        for kill in range(KILLS):
            senders.append(Sender(house, post))
            seen, limit = len(post.letters), time.monotonic() + 90
            let_lapse(house)
            while len(post.letters) == seen:
                assert time.monotonic() < limit, f"no letter comes after {kill} kills; {waiting(house)} wait\n{house.output()[-2000:]}"
                if int(time.monotonic() * 500) % 250 == 0:
                    let_lapse(house)
                time.sleep(0.002)
            # So that letters are left for the last kill: the further they are, the sooner it dies.
            behind = post.taken * KILLS < (LETTERS - 30) * kill
            time.sleep(random.uniform(0, 2 * PAUSE) if behind else random.uniform(0, PAUSE / 4))
            senders.pop(0).kill()
        assert waiting(house) > 0, "the last kill met letters under way"
        house.wait_for(lambda: let_lapse(house) and waiting(house) == 0, "every letter is delivered or has failed", 60)

        rows = [line.split("|") for line in house.sql(
            "SELECT recipient_address, state, attempts, coalesce(answer, '') FROM deliveries ORDER BY id").splitlines()]
        assert len(rows) == LETTERS
        for address, state, attempts, answer in rows:
            copies = post.copies[address]
            if address.startswith("khongco@"):
                assert state == "failed" and answer == "550 5.1.1 khong co hop thu nay" and not copies, (address, state, answer)
                continue
            assert state == "delivered" and answer == "250 2.0.0 da nhan", (address, state, answer)
            # However often it came, it was one letter: the same bytes, with the same Message-ID.
            assert len(set(copies)) == 1, f"{address}: {len(set(copies))} different letters"
            assert len(re.findall(rb"(?m)^Message-ID: <[0-9a-f]{32}@", copies[0])) == 1
            assert len(copies) <= int(attempts), f"{address}: {len(copies)} copies in {attempts} attempts"
        ids = {re.search(rb"Message-ID: (\S+)", copies[0]).group(1) for copies in post.copies.values() if copies}
        assert len(ids) == LETTERS - LETTERS // 10
        copies = sum(map(len, post.copies.values())) - len(ids)
        print(f"{KILLS} kills, {copies} letters came more than once")
    finally:
        for sender in senders:
            sender.kill()
        house.remove()


class Hook:
    """A subscriber that answers as it is told."""

    def __init__(self):
        self.received = []
        self.status = 200
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.received.append((dict(self.headers), body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def signed(self, number, secret):
        """The body of a delivery whose signature is right, as Standard Webhooks' libraries check it."""
        headers, body = self.received[number]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == wanted
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        return json.loads(body)


@pytest.fixture
def hook():
    place = Hook()
    yield place
    place.stop()


def test_a_webhook_from_its_first_trial_to_what_failed(console, people, hook, browser):
    browser.sign_in(console, people["administrator"])
    browser.open(console.url + "/settings")
    browser.press("Webhook cho hệ thống khác, cổng tin nhắn của tỉnh")
    browser.press("Thêm webhook")
    browser.type("name", "Bảng điều hành")
    browser.type("url", hook.url)
    browser.press("Thêm kênh")
    secret = re.search(r"whsec_\S+", browser.text()).group(0)

    # This machine is no place to talk to, until the administrator says so.
    browser.press("Gửi thử")
    channel = browser.driver.current_url
    browser.wait_for("Không gửi được", channel)
    browser.says("là của mạng nội bộ và chưa được phép")
    assert not hook.received
    browser.open(console.url + "/settings")
    browser.type("delivery.networks", "127.0.0.0/8")
    browser.press("Lưu cài đặt")
    browser.open(channel)
    browser.press("Gửi thử")
    browser.wait_for("Đã gửi", channel)
    assert hook.signed(0, secret)["type"] == "test"

    # What it does not want fails, and whoever is on duty sees it and sends it again.
    hook.status = 410
    browser.press("Gửi thử")
    browser.wait_for("HTTP 410", channel)
    browser.press("Thoát") if any(button.text == "Thoát" for button in browser.all("button")) else browser.driver.delete_all_cookies()
    browser.sign_in(console, people["operator"])
    browser.says("Không gửi được", "thư hoặc tin không tới nơi")
    browser.press("Xem và gửi lại")
    browser.says("HTTP 410", "Bảng điều hành")
    hook.status = 200
    before = len(hook.received)
    newest = browser.find("tbody form button")
    newest.click()
    console.wait_for(lambda: len(hook.received) > before, "it was sent again")
    assert hook.signed(before, secret)["type"] == "test"
    assert hook.received[before][0]["webhook-id"] == hook.received[before - 1][0]["webhook-id"]
    browser.wait_until(lambda: "HTTP 410" not in browser.text(), "it failed no longer", console.url + "/deliveries")
