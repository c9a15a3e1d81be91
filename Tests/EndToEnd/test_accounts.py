"""Accounts of those who left: an export, a list of leavers, the finding, and the export that shows the lock."""
from datetime import datetime, timedelta, timezone
from pathlib import Path

HEAD = "Tên đăng nhập;Họ và tên;Trạng thái;Ngày khóa;Đăng nhập gần nhất\r\n"


def today():
    return datetime.now(timezone(timedelta(hours=7))).date()


def written(day):
    return day.strftime("%d/%m/%Y")


def listed(console, name, text):
    """A file as Excel saves “CSV UTF-8”."""
    path = Path(console.data) / name
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    return str(path)


def bring(browser, console, kind, path, day):
    browser.open(console.url + "/accounts/import")
    browser.find(f"#{kind}_file").send_keys(path)
    browser.type(f"{kind}_taken_on", day.isoformat())
    browser.press({"export": "Nhập danh sách tài khoản", "leavers": "Nhập danh sách nghỉ, chuyển"}[kind])


def test_from_leaving_to_the_lock(console, people, browser, phone):
    left, before, now = today() - timedelta(days=12), today() - timedelta(days=3), today()
    active = f"sotest_nguyenvana;Nguyễn Văn A;Hoạt động;;{written(before)}\r\n"
    other = "sotest_trangthib;Tráng Thị B;Hoạt động;;\r\nsotest_admin;Quản trị chung;Hoạt động;;\r\n"
    locked = f"sotest_nguyenvana;Nguyễn Văn A;Đã khóa;{written(now)};{written(before)}\r\n"
    leavers = f"Tên đăng nhập;Ngày nghỉ;Lý do;Số quyết định\r\nsotest_nguyenvana;{written(left)};Nghỉ việc;12/QĐ-SO\r\n"

    browser.sign_in(console, people["operator"])
    browser.open(console.url + "/agencies/new")
    browser.type("code", "sotest")
    browser.type("name", "Sở Thử nghiệm")
    browser.choose("kind", "department")
    browser.press("Lưu")
    browser.says("Đã thêm Sở Thử nghiệm.")

    # Nothing is known before the first list, and the page says what to do.
    browser.open(console.url + "/accounts")
    browser.says("chưa có số liệu", "Nhập danh sách tài khoản đầu tiên")
    browser.press("Nhập danh sách")
    assert browser.heading() == "Nhập danh sách"

    # A bad line is named, and nothing comes in.
    bring(browser, console, "export", listed(console, "sai.csv", HEAD + active + "sotest_b;;Lạ;;\r\n"), before)
    browser.says("Chưa lưu được", "dòng 3, cột “họ và tên”: cần nhập.", "dòng 3, cột “trạng thái”: “Lạ” không rõ nghĩa")
    assert browser.find("#export_taken_on").get_attribute("value") == before.isoformat()
    assert console.sql("SELECT count(*) FROM accounts") == "0"

    # All accounts, then who left.
    bring(browser, console, "export", listed(console, "taikhoan1.csv", HEAD + active + other), before)
    browser.says("Đã nhập 3 tài khoản: 0 phát hiện mới, 0 phát hiện được khép.")
    bring(browser, console, "leavers", listed(console, "nghiviec.csv", leavers), now)
    browser.says("Đã nhập 1 người nghỉ việc, chuyển công tác: 1 phát hiện mới.")
    browser.says("sotest_nguyenvana", "Sở Thử nghiệm", "Quá hạn khóa", "đã 12 ngày", "12/QĐ-SO", "sau ngày nghỉ")

    # On the phone the finding is a record, and no page is wider than its screen.
    phone.sign_in(console, people["operator"])
    for path in ["/accounts", "/accounts?show=all", "/accounts/import"]:
        phone.open(console.url + path)
        assert phone.has_no_sideways_scroll(), path
        browser.open(console.url + path)
        assert browser.has_no_sideways_scroll(), path
    phone.open(console.url + "/accounts?q=nguyễn văn")
    phone.says("sotest_nguyenvana")

    # The list of leavers again changes nothing; an older export is refused; only the lock closes.
    bring(browser, console, "leavers", listed(console, "nghiviec.csv", leavers), now)
    browser.says("0 phát hiện mới", "Quá hạn khóa")
    bring(browser, console, "export", listed(console, "cu.csv", HEAD + locked + other), left)
    browser.says("mới hơn danh sách này")
    bring(browser, console, "export", listed(console, "taikhoan2.csv", HEAD + locked + other), now)
    browser.says("Đã nhập 3 tài khoản: 0 phát hiện mới, 1 phát hiện được khép.")
    browser.choose("show", "closed")
    browser.press("Lọc")
    browser.says("sotest_nguyenvana", "Đã khép", "12 ngày")
    browser.open(console.url + "/accounts/import")
    browser.says("taikhoan1.csv", "taikhoan2.csv", "nghiviec.csv", "Phạm Thùy Linh")

    assert console.sql("SELECT count(*) FROM account_findings WHERE closed_at IS NULL") == "0"


def test_lists_come_in_from_the_command_line_too(console, people):
    day = today().isoformat()
    bad = listed(console, "sai2.csv", HEAD + "sotest_nguyenvana;Nguyễn Văn A;Lạ;31/02/2026;\r\n")
    refused = console.run("import", "accounts", bad, "--taken-on", day, "--by", "linh")
    assert refused.returncode == 65, refused.stdout + refused.stderr
    assert refused.stderr.splitlines() == [
        "dòng 2, cột “trạng thái”: “Lạ” không rõ nghĩa; cần “Hoạt động” hoặc “Đã khóa”.",
        "dòng 2, cột “ngày khóa”: “31/02/2026” không phải ngày; cần dạng 24/11/2026."]

    good = listed(console, "tot.csv", HEAD + "sotest_levanc;Lê Văn C;Hoạt động;;\r\n")
    taken = console.run("import", "accounts", good, "--taken-on", day, "--by", "linh")
    assert taken.returncode == 0 and taken.stdout.startswith("Đã nhập 1 tài khoản: "), taken.stdout + taken.stderr
    left = (today() - timedelta(days=1)).isoformat()
    who = listed(console, "nghi2.csv", f"Tên đăng nhập;Ngày nghỉ;Lý do\r\nsotest_levanc;{left};Chuyển công tác\r\n")
    found = console.run("import", "leavers", who, "--taken-on", day, "--by", "linh")
    assert found.stdout == "Đã nhập 1 người nghỉ việc, chuyển công tác: 1 phát hiện mới.\n", found.stdout + found.stderr

    for by, words in [("hoa", "không có quyền"), ("khongai", "không có người dùng")]:
        stranger = console.run("import", "leavers", who, "--taken-on", day, "--by", by)
        assert stranger.returncode == 64 and words in stranger.stderr, stranger.stderr
    missing = console.run("import", "leavers", "/khong/co.csv", "--taken-on", day, "--by", "linh")
    assert missing.returncode == 66, missing.stderr
