"""The duties of the regulation: how each stands, and a backup that changes one of them."""


def test_duties_are_judged_and_a_backup_is_recorded(console, people, browser, phone):
    browser.sign_in(console, people["operator"])
    browser.press("Nghĩa vụ")
    assert browser.heading() == "Nghĩa vụ theo Quy chế"
    browser.says("trong 83 nghĩa vụ đang có hiệu lực", "Điều 26")
    row = "tr[id='d-18.2-daily']"
    assert "chưa có số liệu" in browser.find(row).text.lower()

    # Yesterday's backup, with the hour of a night; a failure wants its reason.
    yesterday = console.sql("SELECT ((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 1)::text")
    browser.press("Sổ sao lưu")
    browser.says("Thiếu")
    browser.type("day", yesterday)
    browser.choose("result", "failed")
    browser.press("Ghi bản sao lưu")
    browser.says("Chưa lưu được", "cần ghi nguyên nhân")
    browser.choose("result", "good")
    browser.press("Ghi bản sao lưu")
    browser.says("Đã ghi bản sao lưu ngày", "1/29")

    # The duty is judged by it: one day has its backup, the days before have none and cannot be mended.
    browser.open(console.url + "/obligations?party=department&verdict=not_met")
    browser.says("Điều 18.2", "Chưa đạt", "ngày không có bản sao lưu thành công")
    assert browser.find(row + " strong").text.startswith("1/")
    browser.find(row + " a").click()
    assert browser.heading() == "Sao lưu dữ liệu"

    # On a telephone nothing sticks out.
    phone.sign_in(console, people["hotline"])
    for path in ["/obligations", "/obligations/backups"]:
        phone.open(console.url + path)
        assert phone.has_no_sideways_scroll(), path
