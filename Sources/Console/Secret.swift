import Crypto
import Foundation
import Organization

/// The secret that other secrets are derived from: told by `TRUCBAN_SECRET`, or made once and kept under the data
/// directory, readable by nobody else.
struct Secret: Sendable {
    private let key: SymmetricKey

    init(_ settings: ConsoleSettings) throws {
        if let told = settings.secret {
            key = SymmetricKey(data: Array(told.utf8))
            return
        }
        let path = settings.data + "/secret"
        try FileManager.default.createDirectory(atPath: settings.data, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: path) {
            let made = FileManager.default.createFile(
                atPath: path, contents: Data(Token().text.utf8), attributes: [.posixPermissions: 0o600])
            if !made { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        }
        key = SymmetricKey(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// A token for one purpose: HMAC-SHA256 (RFC 2104) of the purpose's name, in hexadecimal.
    func token(for purpose: String) -> String {
        hexadecimal(Array(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: key)))
    }
}
