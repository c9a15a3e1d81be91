"""A morning at the duty desk: a stop that two agencies report too, told, followed, ended, closed and reviewed; then an upgrade that
is tested, announced to 150 agencies, acknowledged and moved. It is read back from the mail server, the status page and the trail."""
import re

import pytest

from conftest import Browser, Console
from post import Post
from test_incidents import letter, open_incident
from test_notices import approve, draft, enter, entries, entry, fetched, link_in, local, record_test

AGENCIES = 150


@pytest.fixture
def desk():
    """The whole province: 150 agencies with mailboxes, those who work at the desk, and two who answer for their agencies."""
    post = Post().start()
    console = Console(smtp=f"smtp://127.0.0.1:{post.port}").start()
    console.post = post
    for username, name, role in [("an", "Bùi Xuân An", "administrator"), ("linh", "Phạm Thùy Linh", "operator"),
                                 ("huy", "Đinh Quang Huy", "operator"), ("hoa", "Lê Thanh Hòa", "hotline")]:
        console.add_user(username, name, role)
    console.sql(
        "INSERT INTO agencies (code, name, kind, contact_name, contact_email, contact_phone, created_at)"
        " SELECT 'xa' || n, 'UBND xã số ' || n, 'commune', 'Đầu mối ' || n, 'xa' || n || '@example.vn', '0229 384 ' || 1000 + n, now()"
        f" FROM generate_series(1, {AGENCIES}) AS n")
    console.add_user("binh", "Nguyễn Văn Bình", "agency_admin", "xa1")
    console.add_user("chi", "Trần Thị Chi", "agency_admin", "xa2")
    yield console
    console.remove()
    post.stop()


def spoken(days, hour):
    """A moment as pages write it."""
    day, time = local(days, hour).split("T")
    return f"{time} {'/'.join(reversed(day.split('-')))}"


def prepare(browser, desk, site):
    """What an administrator and an operator set up once: the duty desk's address, one component, the public page."""
    browser.sign_in(desk, "linh")
    browser.open(desk.url + "/monitors/new")
    for name, text in [("name", "Cổng QLVB"), ("url", site.url), ("component", "Cổng đăng nhập"), ("interval", "5"),
                       ("retry_interval", "5"), ("timeout", "2"), ("confirm_after", "2"), ("recover_after", "1")]:
        browser.type(name, text)
    browser.press("Bắt đầu giám sát")
    monitor = browser.driver.current_url
    browser.wait_until(lambda: "Hoạt động" in browser.find("main > header").text, "it is measured", monitor)
    enter(browser, desk, "an")
    browser.open(desk.url + "/settings")
    browser.type("incidents.duty_desk", "truc@sokhcn.example")
    browser.submit()
    browser.open(desk.url + "/settings/status")
    browser.tick("page", "1")
    browser.tick("public-0", "1")
    browser.type("title-0", "Đăng nhập Hệ thống QLVB&ĐH")
    browser.press("Lưu trang trạng thái")
    browser.says("Đã lưu trang trạng thái.")


def send(browser, desk, stage, expected):
    """Sends the ready text of a stage to every agency, and waits until the mail server has all of it."""
    before = len(desk.post.letters)
    browser.press(f"Soạn “{stage}”")
    browser.press("Gửi thư và ghi lại")
    browser.says(f"Đã ghi và đang gửi {AGENCIES} thư.")
    desk.wait_for(lambda: len([one for _, one in desk.post.letters[before:] if expected in one["Subject"]]) == AGENCIES,
                  f"{AGENCIES} letters: {stage}", 120)


def test_a_stop_told_followed_and_closed_then_an_upgrade(desk, site, browser, plain):
    prepare(browser, desk, site)
    enter(browser, desk, "linh")

    # The monitor fails; the incident opens from the first failed probe, and everybody may see it.
    site.stop()
    browser.wait_for("Gián đoạn: Cổng QLVB", desk.url + "/incidents")
    code = desk.sql("SELECT code FROM incidents WHERE outage_id IS NOT NULL")
    page = f"{desk.url}/incidents/{code}"
    plain.wait_for("Đang gián đoạn 1 trong 1 thành phần", desk.url + "/status")
    browser.open(page)
    browser.press("Tôi tiếp nhận")

    # Two agencies report by themselves; the Department is told at once (Điều 20.3); the operator attaches both.
    own = {}
    for username, agency in [("binh", "UBND xã số 1"), ("chi", "UBND xã số 2")]:
        window = Browser()
        try:
            window.sign_in(desk, username)
            own[username] = open_incident(window, desk, f"{agency} không đăng nhập được")
        finally:
            window.close()
        assert agency in letter(desk, "truc@sokhcn.example", own[username])["Subject"]
        browser.open(f"{desk.url}/incidents/{own[username]}")
        browser.choose("parent", code)
        browser.press("Gắn vào")
        browser.says(f"Đã gắn vào {code}.")

    # The first notice of Điều 20.1, an update, and the way until it runs again.
    browser.open(page)
    browser.says(*own.values())
    browser.press("Sửa sự cố")
    browser.choose("severity", "M2")
    browser.type("temporary_measures", "Gửi văn bản khẩn qua thư điện tử công vụ.")
    browser.press("Lưu")
    send(browser, desk, "Thông báo đầu tiên", "Thông báo sự cố")
    browser.open(page)
    send(browser, desk, "Cập nhật", code)
    site.start()
    browser.wait_for("Đã khôi phục", page)
    plain.wait_for("Đã khôi phục", desk.url + "/status")
    browser.press("Sửa sự cố")
    browser.type("catch_up", "Văn thư nhập lại văn bản gửi qua thư trong ngày.")
    browser.type("cause", "Máy chủ ứng dụng hết bộ nhớ; đã khởi động lại.")
    browser.press("Lưu")
    send(browser, desk, "Sử dụng lại", code)
    last = desk.post.letters_to("xa150@example.vn")[-1].get_body(("plain",)).get_content()
    assert "Văn thư nhập lại văn bản gửi qua thư trong ngày." in last and "Gửi văn bản khẩn qua thư điện tử công vụ." in last
    assert "trả lời trở lại" in letter(desk, "xa1@example.vn", "trả lời trở lại").get_body(("plain",)).get_content()

    # It is not closed without its review.
    browser.open(page)
    browser.press("Đóng sự cố")
    browser.says("Viết rút kinh nghiệm")
    browser.open(page + "/review")
    browser.type("went_well", "Báo các cơ quan trong mười phút.")
    browser.type("to_mend", "Cảnh báo bộ nhớ trước khi hết.")
    browser.press("Lưu rút kinh nghiệm")
    browser.open(page)
    browser.press("Đóng sự cố")
    browser.says(f"Đã đóng {code}.")

    # Then the upgrade: tested, approved by somebody else, announced to all.
    notice = draft(browser, desk, "Nâng cấp phiên bản 4.3 Hệ thống quản lý văn bản và điều hành", 21, kind="upgrade")
    announced = f"{desk.url}/notices/{notice}"
    record_test(browser)
    approve(browser, desk, notice)
    before = len(desk.post.letters)
    browser.press("Đăng thông báo")
    browser.wait_for(f"thư đã tới máy chủ nhận: {AGENCIES}", announced, 120)
    assert len(desk.post.letters) - before == AGENCIES
    first = {number: desk.post.letters_to(f"xa{number}@example.vn")[-1] for number in (1, 2, 3, 4)}
    old, _ = entry(first[1])
    plain.wait_for("Nâng cấp, cập nhật phiên bản", desk.url + "/status")
    plain.says(spoken(21, 20))

    # Three acknowledge by the link in their letters, one on the phone.
    for number in (1, 2, 3):
        plain.open(link_in(first[number]))
        plain.press("Xác nhận đã nhận")
        plain.says("Đã xác nhận")
    enter(browser, desk, "hoa")
    browser.open(announced + "?show=unacknowledged&q=s%E1%BB%91+4")
    browser.find("main a[href*='/recipients/']").click()
    browser.wait_for("Người xác nhận")
    browser.type("said_by", "Bà Trần Thị Nga")
    browser.press("Ghi xác nhận")
    enter(browser, desk, "linh")
    browser.open(announced)
    browser.says("đã xác nhận: 4")

    # The window moves, and the entry in everybody's calendar with it.
    browser.press("Điều chỉnh thông báo")
    browser.type("begins", local(22, 21))
    browser.type("ends", local(22, 23))
    browser.type("reason", "Nhà cung cấp đề nghị lùi một ngày")
    browser.press("Báo bản 2")
    browser.says("đã xác nhận bản 2: 0", "mới xác nhận bản trước: 4")
    browser.wait_for(f"thư đã tới máy chủ nhận: {AGENCIES}", announced, 120)
    new, _ = entry(desk.post.letters_to("xa150@example.vn")[-1])
    assert new["UID"] == old["UID"] and int(new["SEQUENCE"]) == int(old["SEQUENCE"]) + 1 and new["DTSTART"] != old["DTSTART"]
    plain.wait_for(spoken(22, 21), desk.url + "/status")
    browser.open(desk.url + "/notices/calendar")
    browser.press("Lấy địa chỉ lịch")
    (subscribed,) = entries(fetched(re.search(r"http://\S+/notices\.ics\?key=\S+", browser.text()).group()).decode())
    assert (subscribed["UID"], subscribed["SEQUENCE"], subscribed["DTSTART"]) == (new["UID"], new["SEQUENCE"], new["DTSTART"])

    # Nobody was written to twice, and the trail tells the morning.
    names = [one["Message-ID"] for _, one in desk.post.letters]
    assert len(names) == len(set(names))
    trail = desk.sql(f"SELECT string_agg(action, ' ' ORDER BY seq) FROM audit_entries WHERE subject IN ('{code}', '{notice}')").split()
    story = iter(trail)
    expected = ["incident.opened", "incident.acknowledged", "incident.edited", "incident.resumed", "incident.closed", "notice.published",
                "notice.revised"]
    assert all(action in story for action in expected), trail
    assert desk.run("audit", "verify").returncode == 0
