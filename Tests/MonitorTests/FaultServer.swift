import TestKit

/// A web server with every fault that issue 3 names, and a site with a sign-in.
enum FaultServer {
    static func with<T>(_ body: (String) async throws -> T) async throws -> T {
        try await PythonServer.with(script: script) { try await body("http://127.0.0.1:\($0.port)") }
    }

    private static let script = """
        import asyncio, gzip, json, socket, struct, sys
        async def serve(reader, writer):
            try:
                await answer(reader, writer)
                await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            writer.close()

        async def answer(reader, writer):
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode()
            method, path, _ = head.split(" ", 2)
            headers = dict(line.lower().split(": ", 1) for line in head.split("\\r\\n")[1:] if ": " in line)
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()

            def say(status, body=b"", *headers):
                lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
                writer.write("\\r\\n".join(lines).encode() + body)

            if path == "/hello": say(200, "Trực Ban".encode(), "Server: thu", "Content-Type: text/plain")
            elif path == "/json": say(200, json.dumps({"trang_thai": "ok", "ds": [{"id": 7}]}).encode())
            elif path == "/deep": say(200, b"[" * 100000 + b"]" * 100000)
            elif path == "/deep/100": say(200, b"[" * 100 + b"]" * 100)
            elif path == "/big": say(200, b"x" * 5000)
            elif path == "/drip":
                writer.write(b"HTTP/1.1 200 X\\r\\nContent-Length: 1000\\r\\n\\r\\n")
                while True:
                    writer.write(b"."); await writer.drain(); await asyncio.sleep(1)
            elif path == "/slowhead":
                for byte in b"HTTP/1.1 200 X\\r\\n" * 100:
                    writer.write(bytes([byte])); await writer.drain(); await asyncio.sleep(1)
            elif path == "/endless":
                writer.write(b"HTTP/1.1 200 X\\r\\n\\r\\n")
                while True:
                    writer.write(b"0123456789" * 1000); await writer.drain()
            elif path == "/longline":
                writer.write(b"HTTP/1.1 200 X\\r\\nX-Dai: ")
                for _ in range(1024): writer.write(b"x" * 10240); await writer.drain()
            elif path == "/manylines":
                writer.write(b"HTTP/1.1 200 X\\r\\n")
                for _ in range(10240): writer.write(b"X-Dai: " + b"x" * 1000 + b"\\r\\n"); await writer.drain()
            elif path == "/loop": say(302, b"", "Location: /loop")
            elif path == "/cutgzip":
                whole = gzip.compress(b"Truc Ban" * 1000)
                writer.write(f"HTTP/1.1 200 X\\r\\nContent-Encoding: gzip\\r\\nContent-Length: {len(whole)}\\r\\n\\r\\n".encode())
                writer.write(whole[:len(whole) // 2])
            elif path == "/gzip": say(200, gzip.compress("Trực Ban".encode()), "Content-Encoding: gzip")
            elif path == "/reset":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            elif path == "/garbage": writer.write(b"SSH-2.0-OpenSSH_9.2\\r\\n")
            elif path == "/empty": pass
            elif path == "/login" and method == "GET":
                say(200, b'<input name="csrf" value="a+b/c=">', "Set-Cookie: visit=1; Path=/")
            elif path == "/login":
                good = body == "user=linh&csrf=a%2Bb%2Fc%3D" and "visit=1" in headers.get("cookie", "")
                say(302, b"", "Location: /documents", "Set-Cookie: session=s1; Path=/; HttpOnly") if good else say(403)
            elif path == "/documents":
                signed = "session=s1" in headers.get("cookie", "")
                say(200, json.dumps({"ds": [{"id": 7, "href": "/documents/7"}]}).encode()) if signed else say(401)
            elif path == "/documents/7": say(200, "Công văn số 7".encode())
            else: say(404)

        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=500)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """
}
