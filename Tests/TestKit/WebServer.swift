/// A server with every bad habit that a probe may meet.
package struct WebServer: Sendable {
    package let origin: String
    package let port: Int

    /// - Parameters:
    ///   - host: A loopback address to listen on.
    ///   - certificate: Nil for plain HTTP.
    package static func with<T>(
        host: String = "127.0.0.1", certificate: Certificate? = nil, _ body: (WebServer) async throws -> T
    ) async throws -> T {
        let arguments = [host] + (certificate.map { [$0.certificate, $0.key] } ?? [])
        return try await PythonServer.with(script: script, arguments) { server in
            let name = host.contains(":") ? "[\(host)]" : host
            let scheme = certificate == nil ? "http" : "https"
            return try await body(WebServer(origin: "\(scheme)://\(name):\(server.port)", port: server.port))
        }
    }

    private static let script = """
        import asyncio, errno, socket, ssl, sys, unicodedata
        mute_begun, mute_ended, empty_ended, together = (asyncio.Event() for _ in range(4))
        waiting = 0

        async def serve(reader, writer):
            try:
                await answer(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            writer.close()

        async def answer(reader, writer):
            global waiting
            try:
                first = await reader.readexactly(1)
                if first == b"\\x16":  # a TLS handshake; what speaks only HTTP answers in HTTP
                    writer.write(b"HTTP/1.1 400 X\\r\\nConnection: close\\r\\n\\r\\n")
                    return await writer.drain()
                head = first + await reader.readuntil(b"\\r\\n\\r\\n")
            except asyncio.IncompleteReadError as error:
                if not error.partial: empty_ended.set()
                raise
            method, path, _ = head.decode().split(" ", 2)

            def say(status, body=b"", *headers):
                lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
                writer.write("\\r\\n".join(lines).encode() + (b"" if method == "HEAD" else body))

            if path == "/hello": say(200, "Trực Ban".encode())
            elif path == "/decomposed": say(200, unicodedata.normalize("NFD", "Trực Ban").encode())
            elif path == "/echo": say(200, head)
            elif path.startswith("/status/"): say(int(path[8:]), b"no")
            elif path == "/redirect": say(302, b"moved", "Location: /hello")
            elif path == "/loop": say(302, b"moved", "Location: /loop")
            elif path == "/elsewhere": say(302, b"moved", "Location: file:///etc/hostname")
            elif path == "/mute":
                mute_begun.set()
                await reader.read()
                mute_ended.set()
            elif path == "/mute/begun": await mute_begun.wait(); say(200)
            elif path == "/mute/ended": await mute_ended.wait(); say(200)
            elif path == "/empty/ended": await empty_ended.wait(); say(200)
            elif path.startswith("/together/"):
                waiting += 1
                if waiting == int(path[10:]): together.set()
                await together.wait()
                say(200, b"all")
            elif path == "/drip":
                writer.write(b"HTTP/1.1 200 X\\r\\nContent-Length: 1000\\r\\n\\r\\n")
                while True:
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            elif path == "/endless":
                writer.write(b"HTTP/1.1 200 X\\r\\n\\r\\n")
                while True:
                    writer.write(b"0123456789" * 1000)
                    await writer.drain()
            elif path == "/broken": writer.write(b"HTTP/1.1 200 X\\r\\nContent-Length: 1000\\r\\n\\r\\nhalf")
            elif path == "/gibberish": writer.write(b"no HTTP at all\\r\\n\\r\\n")
            await writer.drain()

        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            context = None
            if len(sys.argv) > 2:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a weak key is the client's to refuse
                context.load_cert_chain(sys.argv[2], sys.argv[3])
            while True:
                server = await asyncio.start_server(serve, sys.argv[1], 0, ssl=context, backlog=2000)
                # The same port of the other family is taken too, and refuses: another test's server must not answer there.
                twin = ("::1", socket.AF_INET6) if ":" not in sys.argv[1] else ("127.0.0.1", socket.AF_INET)
                refusing = socket.socket(twin[1])
                try:
                    refusing.bind((twin[0], server.sockets[0].getsockname()[1]))
                    break
                except OSError as error:
                    if error.errno != errno.EADDRINUSE: break
                    server.close()
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()

        asyncio.run(main())
        """
}
