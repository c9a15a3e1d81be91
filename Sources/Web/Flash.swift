import Civil
import HTTPTypes
import Foundation
import Hummingbird

/// A line that the page after a redirect shows once. It rides in a cookie of one minute, so no state is kept for it.
enum Flash {
    private static let name = "trucban_flash"
    /// In bytes of UTF-8: a line names records, and a browser gives a cookie no more than 4,096 bytes.
    private static let longest = 600

    static func cookie(_ text: String, isSecure: Bool) -> HTTPField {
        let cut = text.prefix(bytes: longest)
        let value = Data((cut == text ? text : cut + "…").utf8).base64EncodedString().replacing("=", with: "")
        let secure = isSecure ? "; Secure" : ""
        return HTTPField(
            name: .setCookie, value: "\(name)=\(value); Path=/; Max-Age=60; HttpOnly; SameSite=Lax\(secure)")
    }

    static let spent = HTTPField(name: .setCookie, value: "\(name)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")

    static func read(from request: Request) -> String? {
        guard let value = request.cookies[name]?.value, !value.isEmpty, value.count < 2000 else { return nil }
        let padded = value + String(repeating: "=", count: (4 - value.count % 4) % 4)
        return Data(base64Encoded: padded).map { String(decoding: $0, as: UTF8.self) }
    }
}
