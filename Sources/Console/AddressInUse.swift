import Foundation
import NIOCore

/// Another program listens where the console should.
struct AddressInUse: Error, CustomStringConvertible {
    let host: String
    let port: Int

    var description: String {
        "Cổng \(port) trên \(host) đang có chương trình khác dùng. Hãy dừng chương trình đó, hoặc đặt TRUCBAN_PORT khác."
    }

    /// - Returns: nil where `error` says something else.
    init?(_ error: any Error, host: String, port: Int) {
        guard let error = error as? IOError, error.errnoCode == EADDRINUSE else { return nil }
        (self.host, self.port) = (host, port)
    }
}
