"""Who is in charge at an agency: assigned, handed over, ended; and the agencies that have nobody."""


def add_agency(console, browser, code, name):
    browser.open(console.url + "/agencies/new")
    browser.type("name", name)
    browser.type("code", code)
    browser.choose("kind", "commune")
    browser.press("Lưu")


def test_an_officer_is_assigned_succeeded_and_ended(console, people, browser, phone):
    browser.sign_in(console, people["operator"])
    add_agency(console, browser, "xaphuclam", "UBND xã Phúc Lâm")
    console.add_user("phuc", "Nguyễn Văn Phúc", "agency_admin", agency="xaphuclam")

    # The agencies without anybody stand out; one is found without marks.
    browser.open(console.url + "/officers")
    browser.type("q", "phuc lam")
    browser.choose("missing", "security_officer")
    browser.press("Lọc")
    browser.says("UBND xã Phúc Lâm", "Chưa phân công")

    # The agency's own person assigns somebody, and is told first what is missing.
    phone.sign_in(console, "phuc")
    phone.open(console.url + "/officers")
    phone.says("0/1")
    assert phone.has_no_sideways_scroll()
    phone.press("Ghi phân công")
    assert phone.has_no_sideways_scroll()
    phone.choose("duty", "security_officer")
    phone.type("full_name", "Đinh Thị Ước")
    phone.type("begins", "2026-01-05")
    phone.press("Lưu phân công")
    phone.says("Chưa lưu được", "Số quyết định: cần nhập.")
    phone.type("decision_number", "15/QĐ-UBND")
    phone.press("Lưu phân công")
    phone.says("Đã phân công Đinh Thị Ước.", "15/QĐ-UBND")
    assert phone.has_no_sideways_scroll()

    # A successor takes over the day before.
    phone.press("Ghi phân công")
    phone.choose("duty", "security_officer")
    phone.type("full_name", "Trần Văn Mới")
    phone.type("begins", "2026-03-01")
    phone.type("decision_number", "40/QĐ-UBND")
    phone.press("Lưu phân công")
    phone.says("Phân công của Đinh Thị Ước kết thúc ngày 28/02/2026.")

    # The Department sees it at once.
    browser.open(console.url + "/officers?q=tran%20van%20moi")
    browser.says("UBND xã Phúc Lâm", "Trần Văn Mới", "số 40/QĐ-UBND, từ 01/03/2026")

    # It ends, with its last day.
    phone.press("Kết thúc")
    assert phone.has_no_sideways_scroll()
    phone.type("last_day", "2026-04-30")
    phone.press("Kết thúc phân công")
    phone.says("Phân công của Trần Văn Mới kết thúc ngày 30/04/2026.", "Hiện chưa phân công")
    spans = console.sql("SELECT during FROM officers o JOIN agencies a ON a.id = o.agency_id WHERE a.code = 'xaphuclam' ORDER BY during")
    assert spans.splitlines() == ["[2026-01-05,2026-03-01)", "[2026-03-01,2026-05-01)"]
