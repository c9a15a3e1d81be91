import Foundation

/// A certificate that openssl made a moment ago; its own authority.
package struct Certificate: Sendable {
    package let certificate: String
    package let key: String

    package var files: (certificate: String, key: String) { (certificate, key) }

    /// What can be wrong with a certificate beyond its name and its end.
    package enum Flaw: Sendable {
        /// Begins only in a month.
        case future
        /// A key of 1024 bits.
        case weakKey
        /// Whoever signed it has no right to sign.
        case authorityIsNone
        /// The server does not show who signed it.
        case authorityIsMissing
    }

    /// - Parameters:
    ///   - name: As in subjectAltName: `IP:127.0.0.1`, `DNS:khac.example`.
    ///   - days: From now; negative for one that has expired.
    ///   - authority: Nil for a certificate that signs itself; otherwise the days of the authority that signs it, whose own
    ///     certificate stands after it in the file.
    package static func with<T>(
        name: String = "IP:127.0.0.1", days: Int = 30, authority: Int? = nil, flaw: Flaw? = nil,
        _ body: (Certificate) async throws -> T
    ) async throws -> T {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let workshop = Workshop(directory: directory.path)
        try workshop.open()
        let own = try await workshop.request("certificate", extension: "subjectAltName=\(name)", isWeak: flaw == .weakKey)
        let begins = flaw == .future ? 30 : -90
        if let authority {
            let right = "basicConstraints=critical,CA:\(flaw == .authorityIsNone ? "FALSE" : "TRUE")"
            let root = try await workshop.request("root", extension: right)
            try await workshop.sign("root", by: nil, from: -90, to: authority)
            try await workshop.sign("certificate", by: "root", from: begins, to: days)
            let shown = flaw == .authorityIsMissing ? [own] : [own, root]
            let chain = try shown.map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
            try chain.joined().write(toFile: own.certificate, atomically: true, encoding: .utf8)
        } else {
            try await workshop.sign("certificate", by: nil, from: begins, to: flaw == .future ? days + 30 : days)
        }
        return try await body(own)
    }
}

/// A folder in which openssl signs certificates.
private struct Workshop {
    let directory: String

    func open() throws {
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = \(directory)/index
            new_certs_dir = \(directory)
            default_md = sha256
            rand_serial = yes
            unique_subject = no
            copy_extensions = copy
            policy = any
            [any]
            commonName = supplied
            """
        try settings.write(toFile: "\(directory)/settings", atomically: true, encoding: .utf8)
        try "".write(toFile: "\(directory)/index", atomically: true, encoding: .utf8)
    }

    func request(_ name: String, extension text: String, isWeak: Bool = false) async throws -> Certificate {
        let made = Certificate(certificate: "\(directory)/\(name).pem", key: "\(directory)/\(name)-key.pem")
        let kind = isWeak ? ["rsa:1024"] : ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        try await openssl(
            ["req", "-new", "-newkey"] + kind + [
                "-nodes", "-keyout", made.key, "-out", "\(directory)/\(name).request", "-subj", "/CN=thu \(name)",
                "-addext", text,
            ])
        return made
    }

    /// - Parameters:
    ///   - signer: Nil for itself.
    ///   - from: Days from now.
    func sign(_ name: String, by signer: String?, from: Int, to: Int) async throws {
        let files = signer.map { ["-cert", "\(directory)/\($0).pem"] } ?? ["-selfsign"]
        try await openssl(
            ["ca", "-batch", "-notext", "-config", "\(directory)/settings", "-keyfile", "\(directory)/\(signer ?? name)-key.pem"]
                + files + [
                    "-in", "\(directory)/\(name).request", "-out", "\(directory)/\(name).pem",
                    "-startdate", Self.day(from), "-enddate", Self.day(to),
                ])
    }

    /// As openssl wants it: `20261125130000Z`.
    private static func day(_ days: Int) -> String {
        let text = Date(timeIntervalSinceNow: Double(days) * 86_400).ISO8601Format()
        return text.filter { $0.isNumber || $0 == "Z" }
    }

    private func openssl(_ arguments: [String]) async throws {
        let finished = try await Child.run("/usr/bin/openssl", arguments)
        guard finished.status == 0 else {
            throw Failed(arguments: arguments, complaint: String(decoding: finished.complaint, as: UTF8.self))
        }
    }

    private struct Failed: Error {
        let arguments: [String]
        let complaint: String
    }
}
