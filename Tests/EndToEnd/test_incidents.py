"""An incident opened by hand by somebody of an agency: with the keyboard alone, without JavaScript, and on a phone."""
import hashlib
import re
import urllib.request

import pytest
from conftest import PASSWORD, Browser, Console
from post import Post
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


@pytest.fixture(scope="module")
def agency_admin(console, people):
    """Xã Yên Khánh, entered by the administrator, and the person who answers for it."""
    window = Browser()
    try:
        window.sign_in(console, people["administrator"])
        window.open(console.url + "/agencies/new")
        window.type("code", "xayenkhanh")
        window.type("name", "UBND xã Yên Khánh")
        window.choose("kind", "commune")
        window.submit()
        window.wait_for("UBND xã Yên Khánh", console.url + "/agencies")
    finally:
        window.close()
    console.add_user("binh", "Nguyễn Văn Bình", "agency_admin", "xayenkhanh")
    return "binh"


class Keyboard:
    """Goes about a page as somebody does who has no mouse: by the tab key, and typing into what has the focus."""

    def __init__(self, browser):
        self.browser = browser
        self.driver = browser.driver

    @property
    def focus(self):
        return self.driver.switch_to.active_element

    def type(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def walk(self, what, is_there):
        for _ in range(160):
            if is_there(self.focus):
                return
            self.type(Keys.TAB)
        raise AssertionError(f"the tab key does not lead to {what} on {self.driver.current_url}")

    def to_field(self, name, value=None):
        self.walk(f"the field {name}", lambda element: element.get_attribute("name") == name
                  and (value is None or element.get_attribute("value") == value))

    def follow(self, label):
        """Goes to the link or button that says so, presses enter and waits for the next page."""
        self.walk(f"“{label}”", lambda element: element.tag_name in ("a", "button") and element.text.strip() == label)
        self.enter()

    def enter(self):
        page = self.browser.find("html")
        self.type(Keys.ENTER)
        WebDriverWait(self.driver, 60).until(lambda _: self.browser._is_gone(page))


def test_by_keyboard_alone_and_without_javascript(console, agency_admin, plain):
    keyboard = Keyboard(plain)
    plain.open(console.url + "/login")
    keyboard.to_field("username")
    keyboard.type(agency_admin)
    keyboard.to_field("password")
    keyboard.type(PASSWORD)
    keyboard.enter()
    keyboard.follow("Sự cố")
    keyboard.follow("Mở sự cố")

    # Whose incident it is, nobody asks: it is the agency's own.
    assert not plain.all("[name='agency']")
    keyboard.to_field("title")
    keyboard.type("Văn bản đến bị trùng số")
    keyboard.to_field("kind")
    keyboard.type(Keys.ARROW_DOWN)
    keyboard.follow("Mở sự cố")
    assert plain.heading() == "Văn bản đến bị trùng số"
    plain.says("Văn bản không bảo đảm an toàn", "UBND xã Yên Khánh", "Nguyễn Văn Bình", "Việc tiếp theo")
    code = re.search(r"SC-\d{4}-\d{4}", plain.text()).group()

    # It cannot be closed yet; the summary says why.
    keyboard.follow("Đóng sự cố")
    plain.says("Chưa lưu được", "Nêu rõ sự cố (Điều 20.1).", "Thông báo cho Sở Khoa học và Công nghệ: còn thiếu sự cố (Điều 20.3).")

    # The head, the users and the Department are told (Điều 20.1, 20.3).
    for steps in range(3):
        keyboard.to_field("audience")
        keyboard.type(*[Keys.ARROW_DOWN] * steps)
        keyboard.to_field("facts", "incident")
        keyboard.type(Keys.SPACE)
        keyboard.to_field("told_by")
        keyboard.enter()
        plain.says("Đã ghi thông báo.")

    keyboard.follow("Sửa sự cố")
    keyboard.to_field("severity")
    keyboard.type("M4")
    keyboard.to_field("description")
    keyboard.type("Hai văn bản đến mang cùng một số.")
    keyboard.to_field("cause")
    keyboard.type("Nhập tay hai lần; đã thu hồi một số.")
    keyboard.follow("Lưu")
    plain.says(f"Đã lưu {code}.", "Đã đủ các nội dung của Điều 20: đóng sự cố.")
    keyboard.to_field("note")
    keyboard.type("Xong")
    keyboard.enter()
    plain.says(f"Đã đóng {code}.", "Mở lại sự cố")


def test_on_a_phone_nothing_scrolls_sideways(console, people, agency_admin, phone, site):
    phone.sign_in(console, people["operator"])
    phone.open(console.url + "/monitors/new")
    assert phone.has_no_sideways_scroll(), "the form of a monitor"
    phone.type("name", "Trang đăng nhập Hệ thống quản lý văn bản và điều hành tỉnh Ninh Bình")
    phone.type("url", site.url + "mot-dia-chi-rat-dai/khong-co-cho-xuong-dong/dang-nhap-he-thong-van-ban")
    phone.press("Bắt đầu giám sát")
    assert phone.has_no_sideways_scroll(), "a monitor"
    phone.open(console.url + "/incidents/new")
    assert phone.has_no_sideways_scroll(), "the form of an incident"
    phone.type("title", "Không truy cập được Hệ thống quản lý văn bản và điều hành")
    phone.type("description", "https://qlvb.example.vn/mot-dia-chi-rat-dai-khong-co-cho-xuong-dong/" + "a" * 80)
    phone.press("Mở sự cố")
    phone.says("Việc tiếp theo")
    assert phone.has_no_sideways_scroll(), "an incident"
    phone.press("Đóng sự cố")
    phone.says("Chưa lưu được")
    assert phone.has_no_sideways_scroll(), "an incident that was refused"
    for path in ["/incidents", "/incidents?q=khong+truy+cap", "/monitors", "/reports", "/reports/2026-H2"]:
        phone.open(console.url + path)
        assert phone.has_no_sideways_scroll(), path


@pytest.fixture(scope="module")
def desk():
    """A console with a mail server, the address of the duty desk, one agency and those who work with it."""
    post = Post().start()
    console = Console(smtp=f"smtp://127.0.0.1:{post.port}").start()
    console.post = post
    window = Browser()
    try:
        window.set_up(console)
        window.sign_in(console, "quantri")
        window.open(console.url + "/agencies/new")
        for name, text in [("code", "xayenkhanh"), ("name", "UBND xã Yên Khánh"), ("contact_email", "vanthu@yenkhanh.example")]:
            window.type(name, text)
        window.choose("kind", "commune")
        window.submit()
        window.open(console.url + "/settings")
        window.type("incidents.duty_desk", "truc@sokhcn.example")
        window.submit()
        window.says("Đã lưu")
    finally:
        window.close()
    console.add_user("linh", "Phạm Thùy Linh", "operator")
    console.add_user("binh", "Nguyễn Văn Bình", "agency_admin", "xayenkhanh")
    yield console
    console.remove()
    post.stop()


def letter(console, address, words):
    """The letter to that address that says so."""
    def found():
        for one in console.post.letters_to(address):
            if words in one["Subject"] or words in one.get_body(preferencelist=("plain",)).get_content():
                return one
        return None
    return console.wait_for(found, f"a letter to {address}: {words}")


def open_incident(window, console, title):
    window.open(console.url + "/incidents/new")
    window.type("title", title)
    window.press("Mở sự cố")
    assert window.heading() == title
    return re.search(r"SC-\d{4}-\d{4}", window.driver.current_url).group()


def download(window, link):
    """What a browser would save, and under which headers it came."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in window.driver.get_cookies())
    with urllib.request.urlopen(urllib.request.Request(link, headers={"Cookie": cookies})) as answer:
        return answer.read(), answer.headers


def test_an_agency_reports_and_follows_the_departments_incident(desk, tmp_path):
    binh, linh = Browser(), Browser()
    try:
        # The agency reports by itself; the Department is told at once (Điều 20.3).
        binh.sign_in(desk, "binh")
        own = open_incident(binh, desk, "Xã không gửi được văn bản")
        binh.says("Đã viết thư báo Sở Khoa học và Công nghệ: sự cố.")
        assert "UBND xã Yên Khánh" in letter(desk, "truc@sokhcn.example", own)["Subject"]

        # The operator finds it new, opens the whole system's and attaches it.
        linh.sign_in(desk, "linh")
        linh.says("Xã không gửi được văn bản", "Mới")
        whole = open_incident(linh, desk, "Máy chủ ứng dụng treo")
        linh.open(f"{desk.url}/incidents/{own}")
        linh.choose("parent", whole)
        linh.press("Gắn vào")
        linh.says(f"Đã gắn vào {whole}.", "Theo diễn biến của sự cố toàn hệ thống")
        letter(desk, "vanthu@yenkhanh.example", f"Gắn vào sự cố toàn hệ thống {whole}")

        # What the Department writes there, the agency reads here, and in its mail.
        linh.open(f"{desk.url}/incidents/{whole}")
        linh.says(own, "UBND xã Yên Khánh")
        linh.choose("entry_kind", "status")
        linh.type("text", "Đã chuyển sang máy dự phòng, dự kiến 30 phút.")
        linh.press("Ghi diễn biến")
        letter(desk, "vanthu@yenkhanh.example", "Đã chuyển sang máy dự phòng, dự kiến 30 phút.")
        binh.open(f"{desk.url}/incidents/{own}")
        binh.says("Trạng thái: Đã chuyển sang máy dự phòng, dự kiến 30 phút.", f"từ sự cố toàn hệ thống {whole}")

        # A file comes back byte for byte; one that lies about its kind is refused, and what was typed stays.
        content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000 + b"\r\n--\r\n"
        picture = tmp_path / "Ảnh chụp màn hình.png"
        picture.write_bytes(content)
        liar = tmp_path / "bao cao.pdf"
        liar.write_bytes(b"MZ\x90\x00 khong phai pdf")
        binh.type("text", "Ảnh chụp lỗi")
        binh.find("[name='files']").send_keys(str(liar))
        binh.press("Ghi diễn biến")
        binh.says("Chưa lưu được", "Tệp “bao cao.pdf”: nội dung không phải pdf.")
        assert binh.find("[name='text']").get_attribute("value") == "Ảnh chụp lỗi"
        binh.find("[name='files']").send_keys(str(picture))
        binh.press("Ghi diễn biến")
        binh.says("Anhchupmanhinh.png", "Ảnh chụp màn hình.png", hashlib.sha256(content).hexdigest())
        link = binh.find("a[href*='/files/']").get_attribute("href")
        got, headers = download(binh, link)
        assert got == content
        assert headers["Content-Disposition"] == 'attachment; filename="Anhchupmanhinh.png"'
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Content-Type"] == "image/png"
        assert "sandbox" in headers["Content-Security-Policy"]

        # Reported twice: the old code leads to the one that is kept, with its story.
        double = open_incident(binh, desk, "Lại không gửi được")
        binh.type("survivor", own)
        binh.press("Gộp")
        binh.open(f"{desk.url}/incidents/{double}")
        assert binh.driver.current_url.endswith(own)
        binh.says("Đã gộp vào đây lúc", double, f"ghi ở {double}, đã gộp")
        binh.open(desk.url + "/incidents")
        assert double not in binh.text() and own in binh.text()
        binh.open(f"{desk.url}/incidents?q={double}")
        binh.says(own)

    finally:
        binh.close()
        linh.close()
