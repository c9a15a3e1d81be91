"""From a false alarm to an honest percentage; and maintenance that keeps quiet without flattering."""
import pytest

from conftest import Console


@pytest.fixture
def own():
    house = Console().start()
    house.add_user("linh", "Phạm Thùy Linh", "operator")
    house.add_user("tam", "Đỗ Minh Tâm", "auditor")
    yield house
    house.remove()


def down_seconds(house):
    """What availability counts as down, of everything, ever."""
    return int(house.sql(
        "SELECT coalesce(sum(down_seconds), 0) FROM availability(tstzrange('2020-01-01', '2100-01-01'), now())"))


def test_an_outage_is_judged_again_in_sight_of_everybody(own, browser, phone, site):
    browser.sign_in(own, "linh")
    browser.open(own.url + "/monitors/new")
    for name, text in [("name", "Trục liên thông"), ("url", site.url), ("interval", "5"), ("retry_interval", "5"), ("timeout", "2"),
                       ("confirm_after", "2"), ("recover_after", "1"), ("group", "Liên thông"), ("tags", "LGSP, trục")]:
        browser.type(name, text)
    browser.submit()
    row = "//tr[contains(., 'Trục liên thông')]//span[contains(@class, 'up')]"
    browser.wait_until(lambda: browser.driver.find_elements("xpath", row), "a good probe", own.url + "/monitors")

    # The list is found by what it bears, with marks or without.
    browser.driver.find_element("link text", "#lgsp").click()
    browser.says("Trục liên thông", "1–1 trong 1 điểm giám sát")
    browser.open(own.url + "/monitors?q=truc+lien&tag=khong-co")
    browser.says("Chưa có điểm giám sát nào khớp.")

    # It is down, and up again.
    site.stop()
    browser.wait_for("Gián đoạn: Trục liên thông", own.url + "/incidents")
    site.start()
    own.wait_for(lambda: own.sql("SELECT count(*) FROM outages WHERE NOT upper_inf(during)") == "1", "the outage ends")
    lost = down_seconds(own)
    assert lost > 0
    browser.open(own.url + "/availability")
    browser.says("Theo nhóm", "Liên thông", "Mọi gián đoạn trong khoảng này tính đúng như đã đo.")

    # A person finds that the prober erred, and says so with a reason; the seconds are not measured, never up.
    browser.open(own.url + "/outages/" + own.sql("SELECT max(id) FROM outages"))
    browser.choose("classification", "false_alarm")
    browser.type("cause", "Máy đo đổi mạng")
    browser.type("reason", "Nhật ký tường lửa cho thấy hệ thống vẫn trả lời")
    browser.press("Ghi nhận định")
    assert down_seconds(own) == 0

    # The auditor sees who said so, beside the percentage, also on a telephone.
    phone.sign_in(own, "tam")
    for path in ["/availability", "/monitors", "/monitors?state=up", "/monitors/1?latency=7d"]:
        phone.open(own.url + path)
        assert phone.has_no_sideways_scroll(), path
    phone.open(own.url + "/availability")
    phone.says("1 lần, bởi Phạm Thùy Linh (1)", "Nhật ký tường lửa cho thấy hệ thống vẫn trả lời", "Tháng đã chốt")


def test_maintenance_keeps_quiet_and_does_not_flatter(own, browser, site):
    browser.sign_in(own, "linh")
    browser.open(own.url + "/monitors/new")
    for name, text in [("name", "Kho tệp"), ("url", site.url), ("interval", "5"), ("retry_interval", "5"), ("timeout", "2"),
                       ("confirm_after", "1"), ("recover_after", "1")]:
        browser.type(name, text)
    browser.submit()
    row = "//tr[contains(., 'Kho tệp')]//span[contains(@class, 'up')]"
    browser.wait_until(lambda: browser.driver.find_elements("xpath", row), "a good probe", own.url + "/monitors")

    # Planned for the next hour, and begun at once.
    browser.press("Đợt bảo trì")
    browser.press("Lên lịch bảo trì")
    browser.type("title", "Thay ổ cứng")
    browser.tick("scope", "monitors")
    browser.type("monitors", "Kho tệp")
    browser.press("Lên lịch")
    browser.says("Thay ổ cứng", "Đã lên lịch")
    browser.find("button[aria-label='Bắt đầu ngay: Thay ổ cứng']").click()
    browser.wait_for("Kết thúc ngay")

    # What goes down meanwhile is written down and told to nobody.
    site.stop()
    own.wait_for(lambda: own.sql("SELECT count(*) FROM outages") == "1", "the outage is seen")
    site.start()
    own.wait_for(lambda: own.sql("SELECT count(*) FROM outages WHERE NOT upper_inf(during)") == "1", "the outage ends")
    assert own.sql("SELECT count(*) FROM incidents") == "0"
    # Nobody was told of the work beforehand (Điều 21.7), so it counts.
    assert down_seconds(own) > 0
    browser.open(own.url + "/monitors")
    browser.says("Bảo trì")
    browser.open(own.url + "/monitors/maintenance")
    browser.find("button[aria-label='Kết thúc ngay: Thay ổ cứng']").click()
    browser.wait_for("Đã kết thúc")
    own.wait_for(lambda: own.sql("SELECT upper(during) <= now() FROM maintenance_windows") == "t", "the end is written down")
