"""What everybody may know: an administrator opens the page, something breaks, and who has no account sees it, with a telephone,
without JavaScript and with a feed reader."""
import json
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml

import pytest

from conftest import Console

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def own():
    """A console of the test's own: what is public here is nobody else's."""
    house = Console().start()
    house.add_user("an", "Bùi Xuân An", "administrator")
    house.add_user("linh", "Phạm Thùy Linh", "operator")
    yield house
    house.remove()


def ask(console, path, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(console.url + path, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


def test_who_has_no_account_sees_what_is_public_and_no_more(own, site, browser, plain, phone):
    browser.sign_in(own, "linh")
    browser.open(own.url + "/monitors/new")
    browser.type("name", "Máy chủ 10.20.30.40")
    browser.type("url", site.url)
    browser.type("component", "Ứng dụng nội bộ")
    browser.type("interval", "5")
    browser.type("retry_interval", "5")
    browser.type("timeout", "2")
    browser.type("confirm_after", "2")
    browser.type("recover_after", "1")
    browser.press("Bắt đầu giám sát")
    monitor = browser.driver.current_url
    # The legend below says "Hoạt động" too; what has been measured stands beside the name.
    browser.wait_until(lambda: "Hoạt động" in browser.find("main > header").text, "it is measured", monitor)

    # Nobody has opened it yet.
    assert ask(own, "/status")[0] == 404
    browser.driver.delete_all_cookies()
    browser.sign_in(own, "an")
    browser.press("Cài đặt")
    browser.press("Trang trạng thái công khai")
    browser.tick("page", "1")
    browser.tick("public-0", "1")
    browser.type("title-0", "Gửi và nhận văn bản")
    browser.press("Lưu trang trạng thái")
    browser.says("Đã lưu trang trạng thái.", "/status/badges/1.svg")

    plain.open(own.url + "/status")
    plain.says("Mọi thành phần đang hoạt động", "Gửi và nhận văn bản", "không đo")
    status, headers, page = ask(own, "/status")
    assert status == 200 and "Set-Cookie" not in headers
    assert ask(own, "/status", **{"If-None-Match": headers["ETag"]})[0] in (200, 304)

    # It breaks; the page says so in words, and tells nothing of the machine.
    site.stop()
    plain.wait_for("Đang gián đoạn 1 trong 1 thành phần", own.url + "/status")
    plain.says("Gián đoạn: Gửi và nhận văn bản", "Từ ")
    documents = {path: ask(own, path)[2] for path in ["/status", "/status.json", "/status/feed.atom", "/status/badges/1.svg"]}
    for path, text in documents.items():
        for secret in ["10.20.30.40", "127.0.0.1:%d" % site.port, "Ứng dụng nội bộ", "Phạm Thùy Linh", "Bùi Xuân An", "SC-2026"]:
            assert secret not in text, f"{path} tells {secret}"
    incident = json.loads(documents["/status.json"])["incidents"][0]
    assert incident["title"] == "Gián đoạn: Gửi và nhận văn bản" and "ended" not in incident
    entry = xml.fromstring(documents["/status/feed.atom"]).find(ATOM + "entry")
    name = entry.find(ATOM + "id").text
    assert name == "urn:uuid:" + incident["id"]
    assert xml.fromstring(documents["/status/badges/1.svg"]).find("{http://www.w3.org/2000/svg}title").text == "Gửi và nhận văn bản: Gián đoạn"

    # It is mended; the same entry tells of the end.
    site.start()
    plain.wait_for("Đã khôi phục", own.url + "/status")
    plain.says("Mọi thành phần đang hoạt động", "kéo dài")
    entry = xml.fromstring(ask(own, "/status/feed.atom")[2]).find(ATOM + "entry")
    assert entry.find(ATOM + "id").text == name and "kéo dài" in entry.find(ATOM + "summary").text
    assert entry.find(ATOM + "updated").text > entry.find(ATOM + "published").text

    # Deleting the monitor hides nothing of it.
    browser.driver.delete_all_cookies()
    browser.sign_in(own, "linh")
    browser.open(monitor + "/deletion")
    browser.find("main button[type='submit']").click()
    phone.wait_for("Hiện chưa đo đủ 1 trong 1 thành phần", own.url + "/status")
    phone.says("Gián đoạn: Gửi và nhận văn bản", "kéo dài")
    assert phone.has_no_sideways_scroll()
