import ArgumentParser
import Civil
import Foundation
import Monitor
import Organization
import Transfer

/// `trucban probe ADDRESS`: one look at a target, by the same prober that keeps watch.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Đo một địa chỉ một lần: các pha, mã trả lời, hạn chứng thư.",
        discussion: "Kết thúc với mã 0 khi địa chỉ trả lời đúng, 1 khi không.")

    @Argument(help: "\(Probe.addresses).")
    var address: String

    @Flag(help: "In JSON.")
    var json = false

    @Option(help: "Phương thức: \(HTTPTarget.Method.allCases.map(\.rawValue).joined(separator: ", ")).")
    var method: String = "GET"

    @Option(help: "Mã trả lời chấp nhận, ví dụ 200-299,401.")
    var accept: String?

    @Option(help: "Chữ phải có trong nội dung.")
    var keyword: String?

    @Option(name: .customLong("json-path"), help: "HTTP: điều kiện JSON, ví dụ '$.trang_thai == \"ok\"'.")
    var jsonPath: [String] = []

    @Option(help: "HTTP: điều kiện tiêu đề trả lời, ví dụ 'Content-Type: json'.")
    var header: [String] = []

    @Option(help: "TCP: chữ gửi đi, xuống dòng viết \\r\\n.")
    var send = ""

    @Option(help: "TCP, DNS, PostgreSQL: giá trị phải nhận được.")
    var expect: [String] = []

    @Option(help: "PostgreSQL: câu lệnh chỉ đọc. Mật khẩu đặt trong biến PGPASSWORD.")
    var statement = "SELECT 1"

    @Option(name: .customLong("min-days"), help: "TLS: số ngày chứng thư số còn phải có.")
    var minimumDays = 0

    @Option(help: "Giới hạn thời gian, giây.")
    var timeout: Int = 10

    @Flag(inversion: .prefixedNo, help: "Đi theo chuyển hướng.")
    var follow = true

    @Flag(inversion: .prefixedNo, help: "Kiểm tra chứng thư TLS.")
    var verify = true

    @Flag(name: .customShort("4"), help: "Chỉ IPv4.")
    var onlyV4 = false

    @Flag(name: .customShort("6"), help: "Chỉ IPv6.")
    var onlyV6 = false

    func run() async throws {
        let probe = try self.probe()
        let loop = TransferLoop()
        let report = await probe.report(by: TargetProber(loop: loop))
        await loop.stop()
        print(json ? report.json : report.table, terminator: "")
        if !report.isGood { throw ExitCode(1) }
    }

    private func probe() throws -> Probe {
        let options = try options()
        if address.hasPrefix("journey:") {
            let path = String(address.dropFirst("journey:".count))
            guard let text = FileManager.default.contents(atPath: path) else {
                throw ValidationError("Không đọc được tệp “\(path)”.")
            }
            do {
                return try Probe(journey: Array(text), options)
            } catch {
                throw ValidationError(error.problems.map(\.text).joined(separator: "\n"))
            }
        }
        guard let probe = Probe(address, options) else {
            throw ValidationError("“\(address)” không phải một địa chỉ đo được: \(Probe.addresses).")
        }
        return probe
    }

    private func options() throws -> Probe.Options {
        var options = Probe.Options()
        guard let method = HTTPTarget.Method(rawValue: method.uppercased()) else {
            throw ValidationError("--method: không có phương thức “\(method)”.")
        }
        guard (1...120).contains(timeout) else { throw ValidationError("--timeout: cần từ 1 đến 120 giây.") }
        if let accept {
            guard let ranges = StatusRanges(accept) else {
                throw ValidationError("--accept: “\(accept)” không phải danh sách mã như 200-299,401.")
            }
            options.acceptedStatuses = ranges
        }
        options.jsonConditions = try jsonPath.map { text in
            guard let condition = JSONCondition(text) else { throw ValidationError("--json-path: không hiểu “\(text)”.") }
            return condition
        }
        options.headerConditions = try header.map { text in
            guard let condition = HeaderCondition(text) else { throw ValidationError("--header: không hiểu “\(text)”.") }
            return condition
        }
        (options.send, options.expected, options.statement) = (send, expect, statement)
        options.minimumDays = minimumDays
        options.password = ProcessInfo.processInfo.environment["PGPASSWORD"] ?? ""
        options.method = method
        options.keyword = keyword.map { HTTPTarget.Keyword(text: $0, isExpected: true) }
        options.timeout = .seconds(timeout)
        options.followsRedirects = follow
        options.verifiesTLS = verify
        options.family = onlyV4 ? .v4 : onlyV6 ? .v6 : .any
        return options
    }
}
