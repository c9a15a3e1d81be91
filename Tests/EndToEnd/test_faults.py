"""What happens when something dies: the console, its PostgreSQL, the machine's patience."""
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from conftest import PASSWORD, Console, free_port


class Visitor:
    """Somebody who is signed in, without a browser: cookies are kept, redirects are not followed."""

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    def __init__(self, console):
        self.console = console
        self.cookie = None
        self.opener = urllib.request.build_opener(self.NoRedirect)

    def ask(self, path, fields=None, timeout=20):
        """The answer's status, headers and text; a POST when there are fields."""
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(self.console.url + path, data)
        if data is not None:
            request.add_header("Sec-Fetch-Site", "same-origin")
        if self.cookie:
            request.add_header("Cookie", self.cookie)
        try:
            answer = self.opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            for value in answer.headers.get_all("Set-Cookie") or []:
                if value.startswith("trucban="):
                    self.cookie = value.split(";")[0]
            return answer.status, answer.headers, answer.read().decode()

    def sign_in(self, username="linh"):
        status, _, text = self.ask("/login", {"username": username, "password": PASSWORD})
        assert status == 303, text
        return self


@pytest.fixture
def own():
    """A console of the test's own, with an operator."""
    house = Console().start()
    house.add_user("linh", "Phạm Thùy Linh", "operator")
    yield house
    house.remove()


def cluster(console):
    elsewhere = Path(console.data) / "cluster.path"
    return Path(elsewhere.read_text().strip()) if elsewhere.exists() else Path(console.data) / "cluster"


def postmaster(console):
    return int((cluster(console) / "postgres/postmaster.pid").read_text().split("\n")[0])


def is_alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def family(pid):
    """The process and its children."""
    children = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    children.append(int(entry.name))
            except FileNotFoundError:
                pass
    return [pid] + children


def processes_of(directory):
    """Processes whose command line names the directory: a cluster's postmaster."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str(directory).encode() in (entry / "cmdline").read_bytes() and b"postgres" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


def watch(console, visitor, site):
    """A monitor that looks every 5 seconds and believes the second failure."""
    status, _, text = visitor.ask("/monitors/new")
    assert status == 200
    status, headers, text = visitor.ask("/monitors", {
        "name": "Cổng QLVB thử", "kind": "http", "url": site.url, "method": "GET", "accepted_statuses": "200-299",
        "keyword_mode": "present", "follow_redirects": "yes", "verify_tls": "yes", "family": "any", "timeout": "2",
        "interval": "5", "retry_interval": "5", "confirm_after": "2", "recover_after": "1", "component": "qlvb",
        "form_key": re.search(r'name="form_key" value="([^"]+)"', text).group(1)})
    assert status == 303, text
    console.wait_for(lambda: console.sql("SELECT count(*) FROM samples WHERE failure IS NULL") != "0", "a good probe")


# (a) The console is killed while it watches.


def test_an_outage_outlives_killed_consoles(own, site):
    visitor = Visitor(own).sign_in()
    watch(own, visitor, site)
    site.stop()
    own.wait_for(lambda: own.sql("SELECT count(*) FROM samples WHERE failure IS NOT NULL") != "0", "a bad probe")
    began = own.sql("SELECT min(at) FROM samples WHERE failure IS NOT NULL")
    # At different moments: one bad probe, just confirmed, the incident there.
    moments = [
        ("SELECT count(*) > 0 FROM samples WHERE failure IS NOT NULL", "a bad probe"),
        ("SELECT count(*) > 0 FROM outages WHERE confirmed_at IS NOT NULL", "a confirmed outage"),
        ("SELECT count(*) > 0 FROM incidents", "an incident"),
    ]
    for condition, what in moments:
        own.wait_for(lambda: own.sql(condition) == "t", what)
        before = own.sql("SELECT count(*) FROM samples")
        own.kill()
        own.start()
        own.wait_for(lambda: int(own.sql("SELECT count(*) FROM samples")) > int(before), "it watches again")
    own.wait_for(lambda: own.sql("SELECT count(*) FROM incidents") == "1", "the incident")
    site.start()
    own.wait_for(lambda: own.sql("SELECT count(*) FROM outages WHERE NOT upper_inf(during)") == "1", "the recovery")
    own.wait_for(lambda: own.sql("SELECT count(*) FROM incidents WHERE resumed_at IS NOT NULL") == "1", "the incident knows")
    # One outage from the first bad probe to the first good one, one incident that answers for it.
    assert own.sql("SELECT count(*) FROM outages") == "1"
    assert own.sql("SELECT count(*) FROM incidents i JOIN outages o ON o.id = i.outage_id") == "1"
    assert own.sql(f"SELECT lower(during) = date_trunc('second', timestamptz '{began}') FROM outages") == "t"
    assert own.sql("""SELECT upper(during) - min(at) BETWEEN interval '0' AND interval '1 second'
                      FROM outages, samples WHERE failure IS NULL AND at > lower(during) GROUP BY during""") == "t"
    # Each death left a gap, and wherever there is neither a sample within the interval nor a gap, nothing is missing.
    assert int(own.sql("SELECT count(*) FROM measurement_gaps")) >= 3
    unexplained = own.sql("""
        WITH looks AS (SELECT monitor_id, at, lead(at) OVER (PARTITION BY monitor_id ORDER BY at) AS next FROM samples)
        SELECT at, next FROM looks
        WHERE next - at > interval '9 seconds'
        AND NOT EXISTS (SELECT FROM measurement_gaps g
                        WHERE (g.monitor_id IS NULL OR g.monitor_id = looks.monitor_id) AND g.during && tstzrange(at, next))""")
    assert unexplained == "", unexplained
    verified = own.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


# (b) Its PostgreSQL goes away.


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_database_dies_and_comes_back(own, how):
    visitor = Visitor(own).sign_in()
    assert visitor.ask("/")[0] == 200
    first = postmaster(own)
    os.kill(first, how)
    own.wait_for(lambda: not is_alive(first), "the server has ended")

    def recovered():
        # In between it says that it cannot, or already can again: never anything else.
        status, headers, text = visitor.ask("/")
        if status == 503:
            assert headers["Retry-After"] == "5"
            assert "Tạm thời chưa phục vụ được" in text and "Hãy tải lại trang sau ít giây" in text
            assert "default-src 'self'" in headers["Content-Security-Policy"]
        else:
            assert status == 200, text
        return status == 200 and is_alive(postmaster(own))

    own.wait_for(recovered, "the console serves again")
    assert postmaster(own) != first
    assert visitor.ask("/readyz")[0] == 200


def test_without_a_database_the_console_says_so(own):
    visitor = Visitor(own).sign_in()
    # Where its directory is closed, the server cannot be started again.
    data = cluster(own) / "postgres"
    away = data.with_name("away")
    first = postmaster(own)
    os.kill(first, signal.SIGKILL)
    data.rename(away)
    own.wait_for(lambda: not is_alive(first), "the server has ended")

    def is_unavailable():
        status, headers, text = visitor.ask("/")
        return status == 503 and headers["Retry-After"] == "5" and "Cơ sở dữ liệu đang gián đoạn" in text

    own.wait_for(is_unavailable, "a page that says so")
    assert visitor.ask("/healthz")[::2] == (200, "OK\n")
    assert visitor.ask("/readyz")[::2] == (503, "database unavailable\n")
    # A command is refused in the same way, and is not half done.
    assert visitor.ask("/logout", {})[0] == 503
    away.rename(data)
    own.wait_for(lambda: visitor.ask("/")[0] == 200, "the console serves again")
    assert visitor.ask("/readyz")[0] == 200


# (c) It is told to stop.


def test_it_stops_cleanly(own, site):
    visitor = Visitor(own).sign_in()
    watch(own, visitor, site)
    # A browser keeps its connection open.
    kept = socket.create_connection(("127.0.0.1", own.port))
    kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(4096).startswith(b"HTTP/1.1 200")
    server = postmaster(own)
    begun = time.monotonic()
    own.process.terminate()
    assert own.process.wait(timeout=10) == 0, own.output()
    assert time.monotonic() - begun < 10
    kept.close()
    assert not is_alive(server)
    assert processes_of(cluster(own)) == []
    own.start()
    # It was stopped, not killed: what it saw last is stored, and the gap begins where it ended.
    assert own.sql("SELECT count(*) > 0 FROM samples") == "t"


# (d) A server that a killed console has left behind.


def test_a_left_over_server_is_taken_over(own):
    server = postmaster(own)
    own.kill()
    assert is_alive(server)
    own.start()
    own.wait_for(lambda: own.fetch_raw("/readyz").startswith(b"HTTP/1.1 200"), "it is ready")
    assert postmaster(own) == server
    own.stop()
    assert not is_alive(server)


def beside(own, location=None):
    """A second console on the same data and the same server."""
    second = Console.__new__(Console)
    second.__dict__.update(own.__dict__, location=location)
    second.port = free_port()
    second.url = f"http://127.0.0.1:{second.port}"
    second.log = open(Path(own.data) / "console.log", "a+b")
    return second.start()


def test_whoever_is_left_takes_the_server_over(own):
    """A second console beside the first one: when the first is killed, the second looks after the server."""
    second = beside(own)
    try:
        server = postmaster(own)
        own.kill()
        os.kill(server, signal.SIGKILL)
        second.wait_for(lambda: not is_alive(server), "the server has ended")
        visitor = Visitor(second)
        second.wait_for(lambda: visitor.ask("/readyz")[0] == 200, "the second console serves")
        visitor.sign_in()
        second.stop()
        assert processes_of(cluster(own)) == []
    finally:
        second.stop()


# (d') Several consoles share the monitors.


HOLDERS = "SELECT string_agg(held::text, ' ' ORDER BY held) FROM (SELECT count(*) AS held FROM probe_leases WHERE holder IS NOT NULL GROUP BY holder) AS h"
# Two looks at one monitor by two processes at once would leave two samples closer than its interval.
TWICE = """
    WITH looks AS (SELECT at, lead(at) OVER (PARTITION BY monitor_id ORDER BY at) AS next FROM samples)
    SELECT count(*) FROM looks WHERE next - at < interval '4 seconds' AND at > (SELECT max(started_at) FROM watches) + interval '12 seconds'"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_whoever_is_left_takes_the_monitors_over(own, site, how):
    visitor = Visitor(own).sign_in()
    watch(own, visitor, site)
    own.sql("""WITH made AS (INSERT INTO monitors (name, kind, url, interval_seconds, retry_seconds, timeout_seconds, created_at)
                             SELECT 'Điểm ' || n, kind, url, 5, 5, 2, now() FROM monitors, generate_series(1, 20) AS n RETURNING id)
               INSERT INTO monitor_states (monitor_id, since) SELECT id, date_trunc('second', now()) FROM made""")
    second = beside(own)
    try:
        second.wait_for(lambda: own.sql(HOLDERS) == "32 32", "even shares")
        second.wait_for(
            lambda: own.sql("SELECT count(*) FROM monitor_states WHERE last_sample_at IS NULL") == "0", "all were looked at")
        dying = own.sql("SELECT min(id) FROM watches WHERE ended_at IS NULL")
        os.kill(own.process.pid, how)
        second.wait_for(lambda: own.sql(HOLDERS.replace("IS NOT NULL", f"<> {dying}")) == "64", "the other has them all")
        late = own.sql(f"SELECT ended_at - last_beat_at < interval '15 seconds' FROM watches WHERE id = {dying}")
        assert late == "t"
        # What the dead one kept was not measured from its last beat to the first look of the other.
        second.wait_for(lambda: own.sql("SELECT count(*) FROM measurement_gaps WHERE upper_inf(during)") == "0", "all are seen again")
        assert int(own.sql(f"""SELECT count(DISTINCT g.monitor_id) FROM measurement_gaps g, watches w
                               WHERE w.id = {dying} AND g.reason = 'process_down' AND upper(g.during) > w.last_beat_at
                               AND lower(g.during) BETWEEN w.last_beat_at - interval '6 seconds' AND w.last_beat_at""")) > 0
        if how == signal.SIGSTOP:
            # It wakes, finds itself replaced, and comes back as somebody new.
            os.kill(own.process.pid, signal.SIGCONT)
            second.wait_for(lambda: own.sql(HOLDERS) == "32 32", "even shares again")
        assert own.sql(TWICE) == "0"
        assert own.sql("SELECT count(*) FROM outages") == "0"
    finally:
        if how == signal.SIGSTOP:
            os.kill(own.process.pid, signal.SIGCONT)
        second.stop()


def test_two_places_must_agree(own, site):
    """What both see is an outage; when one of them has died, what the other one sees is not measured."""
    own.add_user("an", "Trần An", "administrator")
    administrator = Visitor(own).sign_in("an")
    _, _, text = administrator.ask("/settings/locations")
    key = re.search(r'name="form_key" value="([^"]+)"', text).group(1)
    status, _, text = administrator.ask("/settings/locations", {"name": "Tam Điệp", "form_key": key})
    assert status == 303, text
    watch(own, Visitor(own).sign_in(), site)
    second = beside(own, "Tam Điệp")
    try:
        second.wait_for(lambda: own.sql("SELECT count(*) FROM location_votes WHERE failure IS NULL") == "2", "both have looked")
        site.stop()
        second.wait_for(lambda: own.sql("SELECT count(*) FROM outages WHERE upper_inf(during)") == "1", "both see it")
        site.start()
        second.wait_for(lambda: own.sql("SELECT count(*) FROM outages WHERE upper_inf(during)") == "0", "and that it is over")
        second.kill()
        site.stop()
        own.wait_for(
            lambda: own.sql("SELECT count(*) FROM measurement_gaps WHERE upper_inf(during) AND reason = 'no_quorum'") == "1",
            "nobody can tell")
        assert own.sql("SELECT count(*) FROM outages") == "1"
        assert "Tam Điệp" in administrator.ask("/monitors/" + own.sql("SELECT min(id) FROM monitors"))[2]
    finally:
        second.stop()


# (e) Somebody else has the port.


def test_a_taken_port_is_told_and_nothing_is_left_running(own):
    own.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", own.port))
        taken.listen()
        result = own.run("serve")
    assert result.returncode == 69, result.stderr
    assert f"Cổng {own.port} trên 127.0.0.1 đang có chương trình khác dùng" in result.stderr
    assert processes_of(cluster(own)) == []


# (f) A form is sent twice.


def test_a_form_sent_twice_at_once_makes_one_record(own):
    visitor = Visitor(own).sign_in()
    own.add_user("hoa", "Lê Thanh Hòa", "hotline")
    hoa = Visitor(own).sign_in("hoa")
    _, _, page = hoa.ask("/requests/new")
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    kind = re.search(r'<select[^>]*name="kind".*?<option value="([^"]+)"', page, re.S).group(1)
    fields = urllib.parse.urlencode({
        "form_key": key, "caller_name": "Nguyễn Văn Bình", "caller_phone": "0229 3841 000", "kind": kind,
        "text": "Không ký số được văn bản đi.", "channel": "phone"}).encode()
    head = (f"POST /requests HTTP/1.1\r\nHost: 127.0.0.1:{own.port}\r\nCookie: {hoa.cookie}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(fields)}\r\nConnection: close\r\n\r\n").encode()
    connections = [socket.create_connection(("127.0.0.1", own.port)) for _ in range(6)]
    for connection in connections:
        connection.sendall(head + fields)
    answers = []
    for connection in connections:
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        answers.append(answer.decode())
        connection.close()
    places = {re.search(r"(?i)^location: (\S+)", answer, re.M).group(1) for answer in answers}
    assert [answer.split()[1] for answer in answers] == ["303"] * 6
    assert len(places) == 1
    assert own.sql("SELECT count(*) FROM requests") == "1"
    assert visitor.ask(places.pop())[0] == 200


# (g) PostgreSQL hangs.


def test_a_hanging_database_holds_no_page_for_ever(own):
    visitor = Visitor(own).sign_in()
    assert visitor.ask("/")[0] == 200
    hanging = family(postmaster(own))
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    try:
        # Each page is answered within the limits, however many ask.
        for _ in range(2):
            status, headers, _ = visitor.ask("/", timeout=30)
            assert status == 503 and headers["Retry-After"] == "5"
        assert visitor.ask("/healthz")[0] == 200
    finally:
        for pid in hanging:
            os.kill(pid, signal.SIGCONT)
    own.wait_for(lambda: visitor.ask("/")[0] == 200, "the console serves again")
