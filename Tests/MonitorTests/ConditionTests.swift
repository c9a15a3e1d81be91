import Testing

@testable import Monitor

/// The part of RFC 9535 that conditions are written in.
struct JSONConditionTests {
    private static let document = """
        {"trang_thai": "ok", "so": 12, "le": 0.5, "dung": true, "khong": null, "chữ việt": "Đã ký",
         "ds": [{"id": 1, "ten": "Công văn"}, {"id": 2, "ten": "Tờ trình"}], "rong": [], "a": {"b": [{"c": "sâu"}]}}
        """

    /// What stands in the document, in the order of the path.
    @Test(arguments: [
        ("$.trang_thai", ["ok"]), ("$['trang_thai']", ["ok"]), ("$[\"chữ việt\"]", ["Đã ký"]), ("$.so", ["12"]),
        ("$.le", ["0.5"]), ("$.khong", ["null"]), ("$.a.b[0].c", ["sâu"]), ("$.ds[-1].id", ["2"]), ("$.ds[2]", []),
        ("$.ds[-3]", []), ("$.ds[*].ten", ["Công văn", "Tờ trình"]), ("$.ds[0].*", ["1", "Công văn"]), ("$.thieu", []),
        ("$.trang_thai.sau", []), ("$.so[0]", []), ("$.rong[*]", []), ("$.ds", ["[2 phần tử]"]),
    ])
    func aPathLeadsTo(path: String, values: [String]) throws {
        let root = try #require(JSONValue(Array(Self.document.utf8)))
        #expect(try #require(JSONPath(path)).nodes(in: root).map(\.shown) == values)
    }

    @Test(arguments: [
        ("null", JSONValue.null), (" [ true , false ] ", .array([.bool(true), .bool(false)])), ("-0.5e+2", .number(-50)),
        ("\"a\\n\\\"\\\\\\/\\u0111\"", .text("a\n\"\\/đ")), ("\"\\ud83d\\ude00\"", .text("😀")), ("\u{feff}1", .number(1)),
        ("{\"a\": {\"b\": []}, \"a\": {}}", .object(["a": .object([:])])), ("\"Trực\"", .text("Trực")),
        (String(repeating: "[", count: 99) + String(repeating: "]", count: 99), (0..<98).reduce(.array([])) { value, _ in .array([value]) }),
    ])
    func jsonIsReadAsWritten(text: String, value: JSONValue) {
        #expect(JSONValue(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "", " ", "tru", "truex", "01", "1.", ".5", "1e", "+1", "-", "1e999", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":}",
        "{a:1}", "{\"a\":1,}", "'a'", "\"a", "\"\t\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ude00\"", "1 1", "<html>", "NaN",
        String(repeating: "[", count: 100_000), String(repeating: "[", count: 101) + String(repeating: "]", count: 101),
    ])
    func whatIsNotJSON(text: String) {
        #expect(JSONValue(Array(text.utf8)) == nil)
    }

    @Test func textThatIsNotUTF8IsNotJSON() {
        #expect(JSONValue([0x22, 0xff, 0x22]) == nil)
    }

    @Test(arguments: ["", "a", "$.", "$..a", "$[", "$[01]", "$.a b", "$['a", "$[0:1]", "$.1a", "$ .a"])
    func whatIsNoPath(text: String) {
        #expect(JSONPath(text) == nil)
    }

    @Test(arguments: [
        ("$.trang_thai == \"ok\"", nil), ("$.trang_thai==\"ok\"", nil),
        ("$.trang_thai == \"lỗi\"", "cần $.trang_thai == \"lỗi\", đang là “ok”"), ("$.trang_thai != \"lỗi\"", nil),
        ("$.so >= 12", nil), ("$.so > 12", "cần $.so > 12, đang là “12”"), ("$.so <= 12.0", nil), ("$.so < 13", nil),
        ("$.so == \"12\"", "cần $.so == \"12\", đang là “12”"), ("$.dung == true", nil), ("$.khong == null", nil),
        ("$.ds[0]", nil), ("$.ds[5]", "không có $.ds[5]"), ("$.ds[5].id == 1", "không có giá trị cho $.ds[5].id == 1"),
        ("$.ds[*].id == 2", nil), ("$.ds[*].id == 3", "cần $.ds[*].id == 3, không giá trị nào trong 2"),
        ("$.trang_thai < 5", "cần $.trang_thai < 5, đang là “ok”"), ("$['trang_thai'] == \"ok\"", nil),
    ] as [(String, String?)])
    func aConditionHoldsOrSaysWhy(text: String, objection: String?) throws {
        let root = try #require(JSONValue(Array(Self.document.utf8)))
        #expect(try #require(JSONCondition(text)).objection(to: root) == objection)
    }

    @Test(arguments: ["trang_thai == 1", "$.a == ", "$.a == ok", "$.a = 1", "$.a > true", "$.a == [1]", "== 1", "$.a =="])
    func whatIsNoCondition(text: String) {
        #expect(JSONCondition(text) == nil)
    }

    @Test(arguments: [
        ("Content-Type: json", nil), ("content-type: JSON", nil), ("Content-Type", nil), ("!X-Debug", nil),
        ("!Server", "có tiêu đề Server"), ("X-Thieu", "không có tiêu đề X-Thieu"),
        ("Server: apache", "tiêu đề Server đang là “nginx”"), ("Set-Cookie: b=2", nil),
    ] as [(String, String?)])
    func aHeaderConditionHoldsOrSaysWhy(text: String, objection: String?) throws {
        let headers = ["Content-Type: application/json", "Server: nginx", "Set-Cookie: a=1", "Set-Cookie: b=2"]
        #expect(try #require(HeaderCondition(text)).objection(to: headers) == objection)
    }

    @Test(arguments: ["", "X Y: 1", ": 1", "Tên: 1", "X:"])
    func whatIsNoHeaderCondition(text: String) {
        #expect(HeaderCondition(text) == nil)
    }
}
