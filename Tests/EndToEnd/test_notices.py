"""A notice of maintenance: drafted, published, in the mail server, acknowledged, on the page."""
import email
import email.policy
import re
from datetime import datetime, timedelta, timezone

import pytest
from aiosmtpd.controller import Controller

from conftest import PASSWORD, Browser, Console, free_port


class Post:
    """A real mail server: it refuses for good whoever is called `khongco`."""

    def __init__(self):
        self.letters = []
        self.port = free_port()

    def start(self):
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()
        return self

    def stop(self):
        self.server.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("khongco@"):
            return "550 5.1.1 khong co hop thu nay"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 2.0.0 da nhan"

    def letters_to(self, address):
        return [letter for recipients, letter in self.letters if address in recipients]


@pytest.fixture(scope="module")
def post():
    room = Post().start()
    yield room
    room.stop()


@pytest.fixture(scope="module")
def house(post):
    """A console of its own, with a mail server and two agencies, of which one cannot be written to."""
    console = Console(smtp=f"smtp://127.0.0.1:{post.port}").start()
    window = Browser()
    try:
        window.set_up(console)
        window.sign_in(console, "quantri")
        for code, name, address in [
            ("xayenkhanh", "UBND xã Yên Khánh", "vanthu@yenkhanh.example"),
            ("xagiavien", "UBND xã Gia Viễn", "khongco@giavien.example"),
        ]:
            window.open(console.url + "/agencies/new")
            window.type("code", code)
            window.type("name", name)
            window.choose("kind", "commune")
            window.type("contact_name", "Đầu mối " + name)
            window.type("contact_email", address)
            window.submit()
            window.wait_for(name)
    finally:
        window.close()
    console.add_user("linh", "Phạm Thùy Linh", "operator")
    console.add_user("binh", "Nguyễn Văn Bình", "agency_admin", agency="xayenkhanh")
    yield console
    console.remove()


def local(days, hour):
    """A moment as `datetime-local` wants it, in Vietnam's time."""
    day = datetime.now(timezone(timedelta(hours=7))) + timedelta(days=days)
    return day.strftime("%Y-%m-%dT") + f"{hour:02}:00"


def test_from_the_draft_to_the_acknowledgement(house, post, browser):
    browser.sign_in(house, "linh")
    browser.open(house.url + "/notices/new")
    browser.choose("kind", "upgrade")
    browser.type("title", "Nâng cấp máy chủ cơ sở dữ liệu Hệ thống quản lý văn bản và điều hành")
    browser.type("begins", local(21, 20))
    browser.type("ends", local(21, 22))
    browser.tick("scope", "system")
    browser.type("impact", "Không đăng nhập được; văn bản khẩn gửi bằng thư điện tử công vụ.")
    browser.press("Lưu dự thảo")
    code = re.search(r"TB-\d{4}-\d{4}", browser.driver.current_url).group()

    # An upgrade that was not tested is not announced (Điều 21.6).
    browser.press("Đăng thông báo")
    browser.says("Điều 21.6: phải kiểm tra, thử nghiệm bản nâng cấp trước khi thông báo")
    browser.press("Sửa dự thảo")
    browser.type("test_record", "Bản 4.2 trên máy chủ thử: 38 chức năng đạt. Người thử: Phạm Thùy Linh.")
    browser.press("Lưu dự thảo")
    browser.press("Đăng thông báo")
    browser.says(f"Đã đăng {code}.")

    # The letter is in the mail server, and its Vietnamese is whole.
    page = house.url + f"/notices/{code}"
    browser.wait_for("thư đã tới máy chủ nhận: 1", page)
    letters = post.letters_to("vanthu@yenkhanh.example")
    assert len(letters) == 1
    assert letters[0]["Subject"] == f"[{code}] Nâng cấp máy chủ cơ sở dữ liệu Hệ thống quản lý văn bản và điều hành"
    assert letters[0]["To"] == "Đầu mối UBND xã Yên Khánh <vanthu@yenkhanh.example>"
    text = letters[0].get_content()
    assert "Kính gửi UBND xã Yên Khánh," in text and f"{house.url}/notices/{code}" in text

    # The other one is named as not reached, in the server's words, until its address is right.
    browser.wait_for("Không gửi được: 1", page)
    browser.says("550 5.1.1 khong co hop thu nay")
    browser.open(house.url + "/agencies?q=gia%20vien")
    browser.find("main table a").click()
    browser.wait_until(lambda: browser.all("[name='contact_email']"), "the agency's form")
    browser.type("contact_email", "vanthu@giavien.example")
    browser.submit()
    browser.open(page)
    browser.find("main form[action$='/attempts'] button").click()
    browser.wait_for("thư đã tới máy chủ nhận: 2", page)
    assert len(post.letters_to("vanthu@giavien.example")) == 1

    # The agency signs in and acknowledges.
    browser.driver.delete_all_cookies()
    browser.sign_in(house, "binh")
    browser.open(page)
    assert "Gia Viễn" not in browser.text()
    browser.press("Xác nhận đã nhận")
    browser.says(f"Đã xác nhận {code}.", "Nguyễn Văn Bình")

    browser.driver.delete_all_cookies()
    browser.sign_in(house, "linh")
    browser.open(page)
    browser.says("đã xác nhận: 1", "Chưa xác nhận", "Nguyễn Văn Bình")
    browser.open(house.url + "/notices")
    browser.says(code, "1/2")

    # It is called off, and both are told.
    browser.open(page)
    browser.type("reason", "Hoãn theo đề nghị của Văn phòng UBND tỉnh")
    browser.press("Hủy thông báo")
    browser.says(f"Đã hủy {code}.", "Thư hủy")
    browser.wait_until(lambda: len(post.letters) == 4, "the letters that say so")
    assert all("HỦY" in post.letters_to(f"vanthu@{name}.example")[1]["Subject"] for name in ["yenkhanh", "giavien"])


def test_notices_on_a_phone(house, phone):
    phone.sign_in(house, "linh")
    phone.open(house.url + "/notices/new")
    assert phone.has_no_sideways_scroll()
    phone.choose("kind", "maintenance")
    phone.type("title", "Bảo trì máy chủ ứng dụng")
    phone.type("begins", local(28, 20))
    phone.type("ends", local(28, 22))
    phone.tick("scope", "system")
    phone.type("impact", "Chậm.")
    phone.press("Lưu dự thảo")
    assert phone.has_no_sideways_scroll()
    phone.press("Đăng thông báo")
    phone.wait_for("thư đã tới máy chủ nhận: 2", phone.driver.current_url)
    assert phone.has_no_sideways_scroll()
    phone.open(house.url + "/notices")
    assert phone.has_no_sideways_scroll()


def test_a_killed_console_sends_every_letter(house, post, browser):
    """The letters are in the database before anybody sends them: killing the console loses none."""
    browser.sign_in(house, "linh")
    browser.open(house.url + "/notices/new")
    browser.choose("kind", "maintenance")
    browser.type("title", "Bảo trì đường truyền")
    browser.type("begins", local(35, 20))
    browser.type("ends", local(35, 22))
    browser.tick("scope", "system")
    browser.type("impact", "Mất kết nối 10 phút.")
    browser.press("Lưu dự thảo")
    code = re.search(r"TB-\d{4}-\d{4}", browser.driver.current_url).group()
    post.stop()
    browser.press("Đăng thông báo")
    browser.wait_for("Không liên lạc được với máy chủ thư", house.url + f"/notices/{code}")
    house.kill()
    post.start()
    house.start()
    browser.wait_for("thư đã tới máy chủ nhận: 2", house.url + f"/notices/{code}", seconds=120)
    subjects = [letter["Message-ID"] for _, letter in post.letters if code in letter["Subject"]]
    assert len(subjects) == len(set(subjects)) == 2
