import Database

/// Opens a session, runs one query and looks at what it answers.
struct PostgresProber {
    let target: PostgresTarget
    let family: AddressFamily

    func look(_ course: inout Course) throws(Failure) {
        // Resolved here: libpq waits for a name server as long as that takes.
        let addresses = try HostAddress.of(target.host, port: target.port, family: family, by: course)
        course.phases.resolve = course.lap()
        let statement = SingleStatement(
            settings: settings(addresses.map(\.text)), statement: target.statement,
            addresses: addresses.count, timeout: course.left)
        let opened: SingleStatement.Opened
        do {
            opened = try statement.open()
        } catch { throw refusal(of: error, course) }
        course.phases.connect = course.lap()
        let value: String?
        do {
            value = try opened.firstValue()
        } catch { throw failure(of: error) }
        // Each of the statements may have kept within its time, and all of them not.
        if course.left == .zero { throw Failure(.timeout, "câu lệnh chạy quá lâu") }
        course.phases.firstByte = course.lap()
        guard !target.expected.isEmpty, value != target.expected else { return }
        throw Failure(.answer, value.map { "ra “\($0.prefix(100))”, cần “\(target.expected)”" } ?? "không ra giá trị nào")
    }

    private func settings(_ addresses: [String]) -> [String: String] {
        var settings = [
            "host": addresses.map { _ in target.host }.joined(separator: ","),
            "hostaddr": addresses.joined(separator: ","), "port": "\(target.port)", "dbname": target.database,
            "user": target.user, "sslmode": target.verifiesTLS ? "verify-full" : "prefer",
        ]
        if target.verifiesTLS { settings["sslrootcert"] = "/etc/ssl/certs/ca-certificates.crt" }
        // Never a password of the console's own, out of its environment or a file.
        settings["password"] = target.password
        settings["passfile"] = "/nonexistent"
        return settings
    }

    private func refusal(of error: any Error, _ course: Course) -> Failure {
        let message = (error as? DatabaseError)?.message ?? "\(error)"
        if course.left == .zero || message.contains("timeout expired") { return Failure(.timeout, "chưa đăng nhập được") }
        if message.contains("certificate") { return Failure(.certificate, message) }
        return Failure(message.contains("FATAL") ? .refused : .connect, message)
    }

    private func failure(of error: any Error) -> Failure {
        guard let error = error as? DatabaseError else { return Failure(.answer, "\(error)") }
        if error.sqlState == "57014" || error.message == "the server did not answer" {
            return Failure(.timeout, "câu lệnh chạy quá lâu")
        }
        return Failure(error.isUnavailable && error.sqlState != "25006" ? .transfer : .answer, "câu lệnh không chạy được: \(error.message)")
    }
}
