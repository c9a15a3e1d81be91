"""1,500 letters from the outbox to a mail server on this machine, with at most four connections, each taken, handed in and
written down with fsync on. The floor is a plain loop of Python's smtplib, four threads that do nothing but hand the same
letters to the same server."""
import smtplib
import socket
import subprocess
import threading
import time

from house import House, cpu_seconds, free_port

LETTERS = 1500
CONNECTIONS = 4

SERVER = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
taken, live, most = 0, 0, 0

class Post:
    async def handle_DATA(self, server, session, envelope):
        global taken
        taken += 1
        return "250 OK"

class Line(SMTP):
    def connection_made(self, transport):
        global live, most
        live += 1
        most = max(most, live)
        super().connection_made(transport)
    def connection_lost(self, error):
        global live
        live -= 1
        super().connection_lost(error)

async def tell(reader, writer):
    global taken, most
    writer.write(f"{taken} {most}".encode())
    if await reader.read(10): taken, most = 0, live
    writer.close()

async def main():
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Line(Post(), loop=loop), "127.0.0.1", int(sys.argv[1]))
    await asyncio.start_server(tell, "127.0.0.1", int(sys.argv[2]))
    await asyncio.Event().wait()

asyncio.run(main())
"""
WRITE = f"""
INSERT INTO deliveries (key, about, recipient_name, recipient_address, subject, body, thread, calendar_method, calendar,
                        created_at, run_at)
SELECT 'bench:' || n, 'TB-2026-0001', 'Đầu mối ' || n, 'vanthu@xa' || n || '.example', '[TB-2026-0001] Nâng cấp máy chủ',
       repeat('Sở Khoa học và Công nghệ thông báo. ', 30),
       'TB-2026-0001', 'request', repeat(E'DESCRIPTION:Nâng cấp máy chủ\\r\\n', 30), now(), now()
FROM   generate_series(1, {LETTERS}) AS n;
SELECT pg_notify('letters', '')
"""


def asked(port, reset=False):
    """How many letters the server has taken since it was last reset, and by how many connections at once."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        told = line.recv(100).decode()
        if reset:
            line.sendall(b"reset")
    return map(int, told.split())


def plainly(port, letters):
    """Seconds for all letters over four connections."""
    def work(mine):
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number in mine:
                server.sendmail("trucban@example.vn", [f"vanthu@xa{number}.example"], letters)
    threads = [threading.Thread(target=work, args=(range(lane, LETTERS, CONNECTIONS),)) for lane in range(CONNECTIONS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


def rows():
    smtp, control = free_port(), free_port()
    server = subprocess.Popen(["/usr/bin/python3", "-c", SERVER, str(smtp), str(control)])
    try:
        with House(demo=False) as house:
            house.environment["TRUCBAN_SMTP_URL"] = f"smtp://127.0.0.1:{smtp}"
            house.start()
            assert house.sql("SHOW fsync") == "on"
            seconds, spent, most = [], 0, 0
            for _ in range(3):
                list(asked(control, reset=True))
                before = cpu_seconds(house.process.pid)
                begun = time.monotonic()
                house.sql(WRITE)
                while house.sql("SELECT count(*) FROM deliveries WHERE state <> 'delivered'") != "0":
                    assert time.monotonic() - begun < 120, "the letters do not arrive"
                    time.sleep(0.05)
                seconds.append(time.monotonic() - begun)
                spent = cpu_seconds(house.process.pid) - before
                taken, connections = asked(control)
                assert taken == LETTERS, taken
                most = max(most, connections)
                house.sql("TRUNCATE deliveries")
            assert most <= CONNECTIONS, most
            # As long as one of ours: three parts, two of them twice in base64.
            floor = min(plainly(smtp, b"Subject: x\r\n\r\n" + (b"x" * 76 + b"\r\n") * 170) for _ in range(3))
            best = min(seconds)
            yield {"work": f"{LETTERS} letters to a local server, {most} connections", "ours": f"{best:.1f} s",
                   "peer": f"smtplib {floor:.1f} s; wanted 30", "ratio": best / floor,
                   "figures": {"seconds": seconds, "cpu_seconds": spent, "floor_seconds": floor}}
    finally:
        server.kill()
        server.wait()
