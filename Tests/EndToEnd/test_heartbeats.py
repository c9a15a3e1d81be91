"""A backup that reports itself with plain curl, and the morning on which it does not."""
import re
import shlex
import subprocess

import pytest

from conftest import Console


@pytest.fixture
def own():
    """A console of the test's own: the backups of the others' console are counted by their own journey."""
    house = Console().start()
    house.add_user("linh", "Phạm Thùy Linh", "operator")
    house.add_user("hoa", "Lê Thanh Hòa", "hotline")
    yield house
    house.remove()


def run_as_cron_does(line):
    """The command of a crontab line: cron hands it to sh, a percent sign unescaped."""
    command = line.split(" ", 5)[5].replace("\\%", "%")
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)


def test_a_backup_reports_itself_and_a_missed_one_opens_an_incident(own, browser, phone):
    browser.sign_in(own, "linh")
    browser.press("Tín hiệu tự báo")
    browser.press("Thêm tín hiệu")
    browser.type("name", "Sao lưu CSDL QLVB")
    browser.type("period", "20")
    browser.choose("period_unit", "seconds")
    browser.type("grace", "5")
    browser.choose("grace_unit", "seconds")
    browser.tick("is_daily_backup", "yes")
    browser.press("Bắt đầu chờ tín hiệu")
    browser.says("Sao lưu CSDL QLVB", "Chưa đo", "chưa báo lần nào", "Điều 18.2")
    page = browser.driver.current_url

    # The line that the page offers, with a backup that this machine can make in the place of pg_dump.
    line = browser.find("pre[aria-label='Dòng crontab']").text
    assert re.match(r"5 1 \* \* \* pg_dump .* && curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null http://127\.0\.0\.1:\d+/ping/", line)
    made = run_as_cron_does(re.sub(r"pg_dump .* qlvb &&", "true &&", line))
    assert made.returncode == 0, made.stderr
    browser.open(page)
    browser.says("Đúng hẹn", "Thành công", "curl/")

    # It is the backup of today, and nobody typed it.
    browser.open(own.url + "/obligations/backups")
    browser.says("Đã sao lưu", "tác vụ “Sao lưu CSDL QLVB” tự báo")

    # The next one does not come.
    browser.wait_for("Tác vụ không hoàn thành: Sao lưu CSDL QLVB", own.url + "/incidents")
    browser.open(page)
    browser.says("Lỡ hẹn hoặc lỗi", "không có tín hiệu, hẹn lúc")
    exact = own.sql(
        "SELECT lower(o.during) = date_trunc('second', p.at + interval '25 seconds') FROM outages o JOIN heartbeat_pings p USING (monitor_id)")
    assert exact == "t", "the outage begins at the deadline, to the second"

    # The job is mended; this time it says when it begins and how it ends, first badly, then well.
    line = browser.find("pre[aria-label='Dòng crontab có thời gian chạy']").text
    job = "/usr/local/sbin/sao-luu-qlvb"
    assert job in line
    run_as_cron_does(line.replace(job, shlex.join(["sh", "-c", "exit 3"])))
    browser.open(page)
    browser.says("Báo lỗi", "Bắt đầu")
    assert own.sql("SELECT exit_status, duration_us > 0 FROM heartbeat_pings WHERE kind = 'fail'") == "3|t"
    run_as_cron_does(line.replace(job, "true"))
    browser.open(page)
    browser.says("Đúng hẹn")
    own.wait_for(
        lambda: own.sql("SELECT count(*) FROM incident_entries WHERE text LIKE '%báo thành công trở lại.'") == "1", "the incident tells of it")

    # Who only reads sees how it stands, and no address; on a telephone nothing sticks out.
    phone.sign_in(own, "hoa")
    for path in [own.url + "/heartbeats", page]:
        phone.open(path)
        assert phone.has_no_sideways_scroll(), path
        assert "/ping/" not in phone.driver.page_source
