"""The disk is full: nothing stalls, nothing is forgotten, and it goes on when there is room again."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from conftest import Console
from test_faults import Visitor, watch


@pytest.fixture
def disk():
    """A small disk of its own, in memory. Only root may mount one."""
    place = tempfile.mkdtemp(prefix="tb-disk-")
    os.chmod(place, 0o755)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", place], capture_output=True, text=True)
    if done.returncode != 0:
        os.rmdir(place)
        pytest.skip(f"no disk of its own can be mounted here: {done.stderr.strip()}")
    yield Path(place)
    subprocess.run(["umount", "--lazy", place], check=True)
    os.rmdir(place)


def fill(disk):
    """Takes every byte that is left."""
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        block = b"x" * 65536
        while block:
            try:
                file.write(block)
            except OSError:
                block = block[: len(block) // 2]
    return filler


def test_a_full_disk_loses_nothing(disk, site):
    house = Console(disk=disk).start()
    try:
        house.add_user("linh", "Phạm Thùy Linh", "operator")
        visitor = Visitor(house).sign_in()
        watch(house, visitor, site)
        filler = fill(disk)
        before = time.time()
        site.stop()

        # It fails twice while nothing can be written down; pages answer, in one way or the other, and soon.
        looked = time.monotonic()
        while time.monotonic() - looked < 25:
            asked = time.monotonic()
            status = visitor.ask("/incidents")[0]
            assert status in (200, 500, 503), status
            assert time.monotonic() - asked < 20
            assert house.process.poll() is None, house.output()
            assert visitor.ask("/healthz")[0] == 200
            time.sleep(1)

        filler.unlink()
        freed = time.time()
        house.wait_for(lambda: visitor.ask("/readyz")[0] == 200, "the console serves again", 120)
        house.wait_for(
            lambda: house.sql("SELECT count(*) FROM incidents i JOIN outages o ON o.id = i.outage_id") == "1", "the outage has its incident", 120)
        # While nothing can be written, no lease can be renewed, so nobody may judge: that time is not measured, and never up.
        began = float(house.sql("SELECT extract(epoch FROM lower(during)) FROM outages"))
        assert began >= before - 1
        dark = float(house.sql(f"""
            SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0) FROM (
                SELECT during * tstzrange(to_timestamp({before}), to_timestamp({began})) AS part FROM measurement_gaps) AS parts
            WHERE NOT isempty(part)"""))
        # But for an interval of five seconds at each end, and the beat that was written last.
        assert dark > 10 and began - before - dark < 15, (before, freed, began, dark)
        site.start()
        house.wait_for(lambda: house.sql("SELECT count(*) FROM outages WHERE NOT upper_inf(during)") == "1", "it is up again", 120)
        verified = house.run("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        house.remove()
