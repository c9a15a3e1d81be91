"""Other systems report: a real Alertmanager, and a program that signs. What fires opens an incident, what is over resumes it."""
import base64
import datetime
import hashlib
import hmac
import json
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from conftest import Console, free_port

SETTINGS = """
route: {receiver: trucban, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 2s}
receivers:
  - name: trucban
    webhook_configs:
      - url: %s/api/v1/alerts/alertmanager
        send_resolved: true
        http_config: {authorization: {credentials: %s}}
"""


@pytest.fixture
def own():
    house = Console().start()
    house.add_user("an", "Bùi Xuân An", "administrator")
    house.add_user("linh", "Phạm Thùy Linh", "operator")
    yield house
    house.remove()


class Alertmanager:
    def __init__(self, console, token, directory):
        self.port = free_port()
        (directory / "alertmanager.yml").write_text(SETTINGS % (console.url, token))
        self.log = open(directory / "alertmanager.log", "w+")
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="], stdout=self.log, stderr=subprocess.STDOUT)

    def post(self, *alerts):
        body = json.dumps(alerts).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/alerts", data=body, headers={"Content-Type": "application/json"})
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    assert answer.status == 200
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
        self.log.seek(0)
        raise AssertionError(self.log.read())

    def stop(self):
        self.process.terminate()
        self.process.wait()


def moment(ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=ago)).isoformat()


def alert(instance, began, ended=None):
    told = {"labels": {"alertname": "QLVBKhongTraLoi", "instance": instance, "incident_kind": "suspension", "incident_severity": "M2"},
            "annotations": {"summary": f"{instance} không trả lời", "description": "Cổng 443 không mở."}, "startsAt": began}
    return told | ({"endsAt": ended} if ended else {})


def test_an_alertmanager_opens_an_incident_and_resumes_it(own, browser, tmp_path):
    browser.sign_in(own, "an")
    browser.open(own.url + "/settings/tokens")
    browser.type("name", "Alertmanager của Sở")
    browser.choose("role", "operator")
    browser.press("Lập mã")
    token = browser.find("section.next p.code").text
    manager = Alertmanager(own, token, tmp_path)
    try:
        first, second = alert("qlvb1", moment(120)), alert("qlvb2", moment(60))
        manager.post(first, second)
        browser.driver.delete_all_cookies()
        browser.sign_in(own, "linh")
        browser.wait_for("không trả lời", own.url + "/incidents")
        code = own.sql("SELECT code FROM incidents")
        browser.open(f"{own.url}/incidents/{code}")
        own.wait_for(lambda: own.sql("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == "2", "both are known")
        browser.open(f"{own.url}/incidents/{code}")
        browser.says("Cảnh báo từ hệ thống khác", "qlvb1 không trả lời", "qlvb2 không trả lời", "Tạm dừng hệ thống", "Đang báo")

        # It says so again every two seconds, and a console that was killed meanwhile goes on where it was.
        own.kill()
        own.start()
        manager.post(alert("qlvb1", first["startsAt"], moment(0)), second)
        own.wait_for(lambda: own.sql("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == "1", "one is over")
        assert own.sql("SELECT resumed_at IS NULL FROM incidents") == "t"
        manager.post(alert("qlvb2", second["startsAt"], moment(0)))
        browser.wait_for("Đã khôi phục", f"{own.url}/incidents/{code}")
        browser.says("Mọi cảnh báo từ alertmanager đã hết.", "Đã hết")
        assert own.sql("SELECT count(*) FROM incidents") == "1"
        assert own.sql("SELECT resumed_at = (SELECT max(ended_at) FROM alerts) FROM incidents") == "t"
    finally:
        manager.stop()


def test_any_program_that_signs_is_heard(own, browser):
    browser.sign_in(own, "an")
    browser.open(own.url + "/settings")
    browser.press("Nguồn cảnh báo")
    browser.type("name", "kiem-tra-dia")
    browser.press("Lập nguồn")
    secret = base64.b64decode(browser.find("section.next p.code").text.removeprefix("whsec_"))

    def post(status, at=None, **more):
        body = json.dumps({"id": "dia-1", "status": status, "title": "Đĩa <b>đầy", "starts_at": began, **more}).encode()
        seconds = str(int(at or time.time()))
        code = hmac.new(secret, f"m1.{seconds}.".encode() + body, hashlib.sha256).digest()
        request = urllib.request.Request(f"{own.url}/api/v1/alerts/signed/kiem-tra-dia", data=body, headers={
            "Content-Type": "application/json", "webhook-id": "m1", "webhook-timestamp": seconds,
            "webhook-signature": "v1," + base64.b64encode(code).decode()})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)

    began = moment(300)
    status, receipt = post("firing", kind="suspension")
    assert status == 200 and len(receipt["opened"]) == 1
    code = receipt["opened"][0]
    assert post("firing", kind="suspension") == (200, {"opened": [], "joined": [], "resolved": []})
    assert post("firing", at=time.time() - 400)[0] == 401
    assert post("resolved", ends_at=moment(10), kind="suspension")[1]["resolved"] == [code]
    browser.driver.delete_all_cookies()
    browser.sign_in(own, "linh")
    browser.open(f"{own.url}/incidents/{code}")
    browser.says("Đĩa <b>đầy", "Đã khôi phục", "kiem-tra-dia")

    browser.driver.delete_all_cookies()
    browser.sign_in(own, "an")
    browser.open(own.url + "/settings/alerts")
    browser.press("Thu hồi")
    browser.says("Đã thu hồi nguồn “kiem-tra-dia”.")
    assert post("firing")[0] == 401
