"""The hotline: a call is logged, taken, linked to its incident and answered."""
import re


def test_a_call_from_the_phone_to_the_answer(console, people, browser):
    # An incident that people call about.
    browser.sign_in(console, people["operator"])
    browser.open(console.url + "/incidents/new")
    browser.type("title", "Không ký số được trên Hệ thống QLVB&ĐH")
    browser.submit()
    browser.wait_until(lambda: "/incidents/SC-" in browser.driver.current_url, "the incident")
    incident = re.search(r"SC-\d{4}-\d{4}", browser.driver.current_url).group()

    # Somebody calls. Without a number nobody could call back.
    browser.driver.delete_all_cookies()
    browser.sign_in(console, people["hotline"])
    browser.open(console.url + "/requests/new")
    browser.type("caller_name", "Chị Lan, văn thư")
    browser.choose("kind", "fault")
    browser.type("text", "Không ký số được từ 8 giờ sáng; văn bản khẩn đang chờ phát hành.")
    browser.press("Ghi yêu cầu")
    browser.says("Gọi bằng điện thoại thì cần ghi số để gọi lại.")
    assert browser.find("[name='caller_name']").get_attribute("value") == "Chị Lan, văn thư"
    browser.type("caller_phone", "0912 000 111")
    browser.press("Ghi yêu cầu")
    code = re.search(r"YC-\d{4}-\d{5}", browser.driver.current_url).group()
    browser.says(f"Đã ghi {code}. Đọc mã này cho người gọi.")
    assert browser.heading() == "Báo lỗi, gián đoạn: Chị Lan, văn thư"

    browser.press("Nhận xử lý")
    browser.says(f"Bạn đang xử lý {code}.", "Đang xử lý")

    # Typed as it was heard.
    browser.type("incident", incident.lower())
    browser.press("Lưu liên kết")
    browser.says(f"Đã lưu liên kết của {code}.")
    assert browser.find("main dl a.code").text == incident

    browser.type("resolution", "Đã hướng dẫn cài lại phần mềm ký số; chị Lan ký được lúc 9 giờ.")
    browser.press("Ghi kết quả")
    browser.says(f"Đã ghi kết quả của {code}.", "Đã giải quyết", "Đã hướng dẫn cài lại phần mềm ký số")

    # Found again without marks.
    browser.open(console.url + "/requests?q=chi%20lan")
    browser.says(code, "Đã giải quyết", incident)
    browser.open(console.url + f"/requests/{code}")


def test_the_hotline_on_a_phone(console, people, phone):
    phone.sign_in(console, people["hotline"])
    phone.open(console.url + "/requests/new")
    assert phone.has_no_sideways_scroll()
    phone.type("caller_name", "Nguyễn Thị Phương-Hoa, Văn phòng Ủy ban nhân dân xã")
    phone.type("caller_phone", "0912 000 112")
    phone.choose("kind", "account")
    phone.type("text", "https://qlvb.ninhbinh.gov.vn/" + "mot-dia-chi-rat-dai" * 8)
    phone.press("Ghi yêu cầu")
    for name in ["show", "list"]:
        assert phone.has_no_sideways_scroll(), name
        phone.open(console.url + "/requests")
    phone.says("Nguyễn Thị Phương-Hoa", "giây")
