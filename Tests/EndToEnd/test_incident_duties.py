"""An incident of level M1 told by letter, followed, reviewed and closed; and how the provider has done."""
import re
from datetime import datetime, timedelta, timezone

import pytest
from conftest import Browser
from test_notices import house, post  # noqa: F401 (fixtures)


@pytest.fixture(scope="module")
def desk(house):
    """The console with a mail server and two agencies, whose administrator has said whom letters go to besides."""
    window = Browser()
    try:
        window.sign_in(house, "quantri")
        window.open(house.url + "/settings")
        window.type("incidents.province_office_mail", "vp@ubnd.example")
        window.submit()
        window.says("Đã lưu cài đặt.")
        window.open(house.url + "/settings/escalation")
        window.type("after_minutes", "0")
        window.type("recipients", "Trực ban <truc@so.example>")
        window.submit()
        window.says("Đã thêm nấc báo động.")
    finally:
        window.close()
    return house


def ago(minutes):
    """A moment as `datetime-local` wants it, in Vietnam's time."""
    moment = datetime.now(timezone(timedelta(hours=7))) - timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:00")


def test_from_the_first_notice_to_the_closing(desk, post, browser):
    browser.sign_in(desk, "linh")
    browser.open(desk.url + "/incidents/new")
    browser.type("title", "Không đăng nhập được Hệ thống quản lý văn bản và điều hành")
    browser.choose("kind", "suspension")
    for name in ["began_at", "detected_at", "suspended_at"]:
        browser.type(name, ago(95))
    browser.type("description", "Trang đăng nhập báo lỗi 502.")
    browser.type("temporary_measures", "Gửi văn bản khẩn qua thư điện tử công vụ.")
    browser.press("Mở sự cố")
    code = re.search(r"SC-\d{4}-\d{4}", browser.driver.current_url).group()
    page = f"{desk.url}/incidents/{code}"

    # Nobody has said how grave it is for an hour and a half: the page says so, and one letter to who is on duty.
    browser.says("Quá hạn xác định mức")
    browser.wait_until(lambda: post.letters_to("truc@so.example"), "the letter to the duty desk")
    assert "quá hạn xác định mức" in post.letters_to("truc@so.example")[0]["Subject"]
    browser.press("Sửa sự cố")
    browser.choose("severity", "M1")
    browser.press("Lưu")
    browser.says(f"Đã lưu {code}.", "Đến hạn cập nhật")

    # The first notice: the text is there, and a fact that nobody knows yet cannot be told.
    browser.press("Soạn “Thông báo đầu tiên”")
    assert "5. Các biện pháp cập nhật văn bản: sẽ thông báo sau." in browser.find("[name='body']").get_attribute("value")
    browser.tick("audiences", "province_office")
    browser.tick("facts", "resumption")
    browser.press("Gửi thư và ghi lại")
    browser.says("Sự cố chưa ghi “Thời gian bắt đầu sử dụng lại”")
    browser.find("input[name='facts'][value='resumption']").click()
    browser.press("Gửi thư và ghi lại")
    browser.says("Đã ghi và đang gửi 3 thư.")
    browser.wait_for("đã gửi: 2", page)
    browser.wait_for("Không gửi được: 1", page)
    browser.says("550 5.1.1 khong co hop thu nay", "Gửi lại")
    letter = post.letters_to("vanthu@yenkhanh.example")[0]
    assert letter["Subject"] == f"[{code}] Thông báo sự cố: Không đăng nhập được Hệ thống quản lý văn bản và điều hành"
    assert "4. Các biện pháp tạm thời: Gửi văn bản khẩn qua thư điện tử công vụ." in letter.get_body(("plain",)).get_content()
    assert len(post.letters_to("vp@ubnd.example")) == 1
    assert "Đến hạn cập nhật" not in browser.text()

    # The address is mended and the letter goes out again.
    desk.sql("UPDATE agencies SET contact_email = 'vanthu@giavien.example' WHERE code = 'xagiavien'")
    browser.press("Gửi lại")
    browser.wait_for("đã gửi: 3", page)
    assert len(post.letters_to("vanthu@giavien.example")) == 1

    # An update in words of one's own, and one by telephone.
    browser.press("Soạn “Cập nhật”")
    browser.find("[name='body']").send_keys("\nDự kiến còn khoảng một giờ.")
    browser.press("Gửi thư và ghi lại")
    browser.wait_until(lambda: len(post.letters_to("vanthu@yenkhanh.example")) == 2, "the update")
    assert "Dự kiến còn khoảng một giờ." in post.letters_to("vanthu@yenkhanh.example")[1].get_body(("plain",)).get_content()
    browser.open(f"{page}/communications/new?stage=update&channel=phone")
    browser.tick("audiences", "province_office")
    browser.press("Ghi đã báo")
    browser.says("Đã ghi lại việc báo qua điện thoại.")

    # The provider: in order, and a correction only with a reason.
    browser.open(page)
    browser.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    browser.type("handed_over_at", ago(80))
    browser.type("answered_at", ago(85))
    browser.press("Lưu thời điểm")
    browser.says("Trả lời không thể sớm hơn lúc bàn giao.")
    browser.type("answered_at", ago(70))
    browser.type("fixed_at", ago(20))
    browser.press("Lưu thời điểm")
    browser.says("Đã ghi thời điểm của doanh nghiệp.", "Đúng hạn")

    # It is over: the catch-up measures are told, then everything is, and closing waits for the review alone.
    browser.press("Sửa sự cố")
    browser.type("resumed_at", ago(15))
    browser.type("catch_up", "Văn thư nhập lại văn bản gửi qua thư trong ngày.")
    browser.type("cause", "Hết đĩa; đã mở rộng.")
    browser.press("Lưu")
    browser.press("Soạn “Sử dụng lại”")
    browser.press("Gửi thư và ghi lại")
    browser.wait_until(lambda: len(post.letters_to("vanthu@giavien.example")) == 3, "the resumption")
    assert "Văn thư nhập lại văn bản gửi qua thư trong ngày." in post.letters_to("vanthu@giavien.example")[2].get_body(("plain",)).get_content()
    browser.open(page)
    browser.press("Đóng sự cố")
    browser.says("Chưa lưu được", "Viết rút kinh nghiệm (nguyên nhân, điều làm tốt, điều cần sửa)")
    browser.open(f"{page}/review")
    browser.type("went_well", "Báo các cơ quan trong mười phút.")
    browser.type("to_mend", "Cảnh báo dung lượng đĩa ở 80%.")
    browser.press("Lưu rút kinh nghiệm")
    browser.type("action_text", "Đặt cảnh báo dung lượng")
    browser.type("action_owner", "Tổ hạ tầng")
    browser.type("action_due", ago(-14 * 1440)[:10])
    browser.press("Thêm việc")
    browser.says("Đã ghi việc cần làm.")
    browser.open(page)
    browser.press("Đóng sự cố")
    browser.says(f"Đã đóng {code}.")

    # What was undertaken is followed after the closing.
    browser.open(desk.url + "/incidents/actions?owner=to+ha+tang")
    browser.press("Đặt cảnh báo dung lượng")
    browser.type("done_note", "Đã đặt, thử ở 81%.")
    browser.press("Đã xong")
    browser.says("Đã ghi việc đã xong.", "Đã đặt, thử ở 81%.")
    browser.open(desk.url + "/incidents/actions")
    browser.says("Không có việc nào chưa xong.")

    # The scorecard counts it, and leads back to it.
    browser.open(desk.url + "/incidents/provider")
    browser.says("Trả lời đúng hạn", "10 phút", "1 giờ", code)
    browser.open(desk.url + "/incidents/provider?show=answered_late")
    browser.says("Không có sự cố nào.")


def test_on_a_phone_nothing_scrolls_sideways(desk, phone):
    phone.sign_in(desk, "linh")
    code = desk.sql("SELECT min(code) FROM incidents")
    for path in ["", "/communications/new?stage=first", "/communications/new?stage=first&channel=sms", "/review"]:
        phone.open(f"{desk.url}/incidents/{code}{path}")
        assert phone.has_no_sideways_scroll(), path
    for path in ["/incidents", "/incidents/actions", "/incidents/provider"]:
        phone.open(desk.url + path)
        assert phone.has_no_sideways_scroll(), path
