import Foundation

/// A real web server that writes down what it is sent, and answers as the path says: `/status/503` with that status,
/// `/busy/7` with 503 and `Retry-After: 7`, `/to/<status>/<url>` by sending on, anything else with 200 and “da nhan”. What it
/// was sent comes out of `next` before it answers.
package struct HookRoom: Sendable {
    package struct Received: Decodable, Sendable {
        package let method: String
        package let path: String
        /// Names in lower case.
        package let headers: [String: String]
        package let body: String
    }

    private let server: PythonServer

    package var port: Int { server.port }

    /// - Parameter host: A loopback address to listen on.
    package static func with<T>(host: String = "127.0.0.1", _ body: (HookRoom) async throws -> T) async throws -> T {
        try await PythonServer.with(script: script, [host]) { try await body(HookRoom(server: $0)) }
    }

    /// Waits for the next request.
    package func next() async throws -> Received {
        guard let line = await server.nextLine() else { throw PythonServer.DidNotStart() }
        return try JSONDecoder().decode(Received.self, from: Data(line.utf8))
    }

    private static let script = """
        import http.server, json, os, sys, threading

        class Hook(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                print(json.dumps({"method": self.command, "path": self.path, "body": body.decode(),
                                  "headers": {name.lower(): value for name, value in self.headers.items()}}))
                parts = self.path.split("/")
                status = int(parts[2]) if parts[1] in ("status", "to") else 503 if parts[1] == "busy" else 200
                self.send_response(status)
                if parts[1] == "busy": self.send_header("Retry-After", parts[2])
                if parts[1] == "to": self.send_header("Location", "/".join(parts[3:]))
                said = "da nhan".encode()
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            do_POST = do_PUT = do_GET = answer
            def log_message(self, *_): pass

        class House(http.server.ThreadingHTTPServer):
            if ":" in sys.argv[1]:
                import socket
                address_family = socket.AF_INET6

        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        house = House((sys.argv[1], 0), Hook)
        print(house.server_address[1])
        house.serve_forever()
        """
}
