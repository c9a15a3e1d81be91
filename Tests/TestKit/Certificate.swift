import Foundation

/// A certificate that openssl made a moment ago; its own authority.
package struct Certificate: Sendable {
    package let certificate: String
    package let key: String

    package var files: (certificate: String, key: String) { (certificate, key) }

    /// - Parameters:
    ///   - name: As in subjectAltName: `IP:127.0.0.1`, `DNS:khac.example`.
    ///   - days: From now; negative for one that has expired.
    ///   - authority: Nil for a certificate that signs itself; otherwise the days of the authority that signs it, whose own
    ///     certificate stands after it in the file.
    package static func with<T>(
        name: String = "IP:127.0.0.1", days: Int = 30, authority: Int? = nil, _ body: (Certificate) async throws -> T
    ) async throws -> T {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let made = Certificate(certificate: directory.path + "/certificate.pem", key: directory.path + "/key.pem")
        try await openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", made.key,
            "-out", directory.path + "/request.pem", "-subj", "/CN=thu", "-addext", "subjectAltName=\(name)")
        if let authority {
            let (root, rootKey) = (directory.path + "/root.pem", directory.path + "/root-key.pem")
            try await openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", rootKey,
                "-out", root, "-subj", "/CN=thu root", "-days", "\(authority)")
            try await openssl(
                "x509", "-req", "-in", directory.path + "/request.pem", "-CA", root, "-CAkey", rootKey, "-CAcreateserial",
                "-days", "\(days)", "-copy_extensions", "copy", "-out", made.certificate)
            let chain = try [made.certificate, root].map { try String(contentsOfFile: $0, encoding: .utf8) }
            try chain.joined().write(toFile: made.certificate, atomically: true, encoding: .utf8)
        } else {
            try await openssl(
                "x509", "-req", "-in", directory.path + "/request.pem", "-signkey", made.key, "-days", "\(days)",
                "-copy_extensions", "copy", "-out", made.certificate)
        }
        return try await body(made)
    }

    private static func openssl(_ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        guard status == 0 else { throw Failed(arguments: arguments) }
    }

    private struct Failed: Error {
        let arguments: [String]
    }
}
