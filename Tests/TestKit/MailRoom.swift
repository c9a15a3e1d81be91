package import Foundation

/// A real mail server (Debian's aiosmtpd) that shows what it was given. It refuses for good whoever is called `khongco`,
/// for now whoever is called `ban`, and a message in which stands `[thư rác]`. To whoever writes to `cham` it says nothing
/// until a letter to somebody else has come, to whoever writes to `cam` nothing at all. The first letter to `dut` it cuts off
/// in the middle; the first to `mat` it takes whole, and then hangs up without a word.
package struct MailRoom: Sendable {
    /// What came in, byte for byte after the envelope was opened.
    package struct Received: Decodable, Sendable {
        package let from: String
        package let to: [String]
        package let message: Data
        package let user: String?
        package let isSecured: Bool
        /// The client's port: which of its connections it came by.
        package let connection: Int

        package var text: String { String(decoding: message, as: UTF8.self) }
    }

    package enum Encryption: String, Sendable { case none, startTLS, implicit }

    private let server: PythonServer

    package var port: Int { server.port }

    /// - Parameters:
    ///   - certificate: Files of a certificate and its key, for `encryption`.
    ///   - login: User and password without which nothing is taken.
    package static func with<T>(
        encryption: Encryption = .none, certificate: (certificate: String, key: String)? = nil,
        login: (user: String, password: String)? = nil, _ body: (MailRoom) async throws -> T
    ) async throws -> T {
        let arguments = [
            encryption.rawValue, certificate?.certificate ?? "", certificate?.key ?? "", login?.user ?? "",
            login?.password ?? "",
        ]
        return try await PythonServer.with(script: script, arguments) { try await body(MailRoom(server: $0)) }
    }

    /// Waits for the next message.
    package func next() async throws -> Received {
        guard let line = await server.nextLine() else { throw PythonServer.DidNotStart() }
        return try JSONDecoder().decode(Received.self, from: Data(line.utf8))
    }

    private static let script = """
        import asyncio, base64, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult
        encryption, certificate, key, user, password = sys.argv[1:6]
        others = asyncio.Event()
        cut = set()

        def hangs_up_on(envelope, name):
            address = envelope.rcpt_tos[0]
            if not address.startswith(name + "@") or address in cut: return False
            cut.add(address)
            return True

        class Post(SMTP):
            async def smtp_DATA(self, argument):
                if not hangs_up_on(self.envelope, "dut"): return await super().smtp_DATA(argument)
                await self.push("354 go on")
                await self._reader.read(100)
                self.transport.abort()

        class Room:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("khongco@"): return "550 5.1.1 khong co hop thu nay"
                if address.startswith("ban@"): return "451 4.3.2 dang ban"
                if address.startswith("cam@"): await asyncio.Event().wait()
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                if "[thư rác]".encode() in envelope.content: return "554-5.7.1 khong nhan\\r\\n554 5.7.1 thu rac"
                print(json.dumps({
                    "from": envelope.mail_from, "to": envelope.rcpt_tos,
                    "message": base64.b64encode(envelope.content).decode(),
                    "user": session.auth_data, "connection": session.peer[1], "isSecured": server.transport.get_extra_info("ssl_object") is not None}))
                if hangs_up_on(envelope, "mat"): return server.transport.abort()
                if envelope.rcpt_tos[0].startswith("cham@"): await others.wait()
                else: others.set()
                return "250 2.0.0 da nhan"

        def check(server, session, envelope, mechanism, data):
            isRight = (data.login.decode(), data.password.decode()) == (user, password)
            return AuthResult(success=isRight, handled=isRight, auth_data=user)

        async def main():
            loop = asyncio.get_running_loop()
            loop.add_reader(0, lambda: sys.exit())
            context = None
            if encryption != "none":
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(certificate, key)
            options = dict(enable_SMTPUTF8=True, hostname="phong.thu", loop=loop)
            if encryption == "startTLS": options.update(tls_context=context, require_starttls=True)
            if user: options.update(authenticator=check, auth_required=True, auth_require_tls=encryption == "startTLS")
            server = await loop.create_server(
                lambda: Post(Room(), **options), "127.0.0.1", 0, ssl=context if encryption == "implicit" else None)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()

        asyncio.run(main())
        """
}
