"""The main job: an address fails, an incident opens, people are told, it recovers, the incident is closed, the report shows it."""
import re
import subprocess
import time


def test_from_a_failed_probe_to_the_report(console, people, browser, site):
    browser.sign_in(console, people["operator"])
    assert browser.heading() == "Tổng quan"

    # A monitor for a small web server.
    browser.open(console.url + "/monitors/new")
    browser.type("name", "Cổng QLVB thử")
    browser.type("url", site.url)
    browser.type("interval", "5")
    browser.type("retry_interval", "5")
    browser.type("timeout", "2")
    browser.type("confirm_after", "2")
    browser.type("recover_after", "1")
    browser.submit()
    row = "//tr[contains(., 'Cổng QLVB thử')]//span[contains(@class, 'up')]"
    browser.wait_until(lambda: browser.driver.find_elements("xpath", row), "a good probe", console.url + "/monitors")

    # The server stops; an incident opens by itself, from the first failed probe.
    site.stop()
    browser.wait_for("Gián đoạn: Cổng QLVB thử", console.url + "/incidents")
    browser.open(console.url + "/")
    browser.says("Gián đoạn", "Cổng QLVB thử")
    browser.open(console.url + "/incidents")
    browser.driver.find_element("partial link text", "Gián đoạn: Cổng QLVB thử").click()
    assert browser.heading() == "Gián đoạn: Cổng QLVB thử"
    code = re.search(r"SC-\d{4}-\d{4}", browser.text()).group()
    browser.says("Lần đo lỗi đầu tiên")
    began = console.sql(f"SELECT began_at = lower(during) FROM incidents i JOIN outages o ON o.id = i.outage_id WHERE code = '{code}'")
    assert began == "t"

    # It cannot be closed yet, and the page says why.
    browser.press("Đóng sự cố")
    browser.says("Chưa lưu được")
    browser.says("Ghi các biện pháp tạm thời (Điều 20.1)")

    # Who was told what.
    for audience in ["head", "users"]:
        browser.choose("audience", audience)
        browser.choose("channel", "phone")
        browser.tick("facts", "incident", "suspension")
        browser.press("Ghi thông báo đã gửi")
        browser.says("Đã ghi thông báo.")

    # The server starts again; the incident learns when it could be used again.
    site.start()
    browser.wait_for("Đã khôi phục", console.url + f"/incidents/{code}")
    resumed = console.sql(f"SELECT resumed_at = upper(during) FROM incidents i JOIN outages o ON o.id = i.outage_id WHERE code = '{code}'")
    assert resumed == "t"

    # The five facts, and the close.
    browser.press("Sửa sự cố")
    browser.choose("severity", "M3")
    browser.type("temporary_measures", "Chuyển văn bản khẩn bằng thư điện tử công vụ.")
    browser.type("catch_up", "Văn thư cập nhật lại văn bản đến trong ngày.")
    browser.type("cause", "Máy chủ thử bị dừng; đã khởi động lại.")
    browser.press("Lưu")
    for audience in ["head", "users"]:
        browser.choose("audience", audience)
        browser.choose("channel", "mail")
        browser.tick("facts", "resumption", "temporary_measures", "catch_up")
        browser.press("Ghi thông báo đã gửi")
    browser.press("Đóng sự cố")
    browser.says(f"Đã đóng {code}.")
    browser.says("Đã đóng")

    # The report shows it, with the availability counted from the same interval.
    browser.open(console.url + "/reports")
    first = browser.find("main table a").get_attribute("href")
    browser.open(first)
    browser.says(code)
    browser.says("Tỷ lệ sẵn sàng chung")
    period = first.rsplit("/", 1)[1]
    down = int(console.sql("""
        SELECT sum(date_part('epoch', upper(during) - lower(during)))::bigint
        FROM outages o JOIN monitors m ON m.id = o.monitor_id WHERE m.name = 'Cổng QLVB thử'"""))
    markdown = console.run("report", "--period", period, "--format", "md")
    assert markdown.returncode == 0, markdown.stderr
    clock = f"{down // 3600}:{down // 60 % 60:02}:{down % 60:02}"
    row = next(line for line in markdown.stdout.splitlines() if line.startswith("| [Cổng QLVB thử]"))
    intervals = console.sql("""
        SELECT during, reason FROM measurement_gaps UNION ALL SELECT during, reason FROM outages
        UNION ALL SELECT tstzrange(at, at, '[]'), coalesce(failure, 'good') FROM samples ORDER BY 1""")
    assert f"| {clock} |" in row, f"{row}\n{intervals}"
    assert f"[{code}]" in markdown.stdout

    # As a PDF that can be read.
    target = f"{console.data}/BC.pdf"
    printed = console.run("report", "--period", period, "--format", "pdf", "--output", target)
    assert printed.returncode == 0, printed.stderr
    text = subprocess.run(["pdftotext", "-layout", target, "-"], capture_output=True, text=True).stdout
    for words in ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BÁO CÁO", "Kính gửi: Ủy ban nhân dân tỉnh Ninh Bình.", code, "Nơi nhận:"]:
        assert words in text, words

    # The trail is sound.
    verified = console.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
