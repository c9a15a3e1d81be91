import TestKit
import Testing

@testable import Incidents

extension PagesTests {
    @Test func whatIsNotWrittenIsToldApartFromWhatDoesNotApply() async throws {
        try await Self.town { town in
            let blank = [("suspended_at", ""), ("resumed_at", ""), ("temporary_measures", ""), ("catch_up", "")]
            for (kind, missing, absent) in [("suspension", 3, 0), ("integrity", 0, 2)] {
                let fields = Self.typed(("kind", kind)).map { field in blank.first { $0.0 == field.0 } ?? field }
                let path = try #require(try await town.browser(.linh).post("/incidents", fields).location)
                let page = try await town.browser(.linh).get(path)
                try page.checkedXML()
                let facts = try #require(page.body.firstMatch(of: /id="facts-title"(?s:.*?)<\/dl>/)).0
                #expect(facts.matches(of: /badge missing">Chưa ghi/).count == missing, "\(kind)")
                #expect(facts.matches(of: /badge na">Không áp dụng/).count == absent, "\(kind)")
                #expect(facts.contains("Không tạm dừng") == (absent > 0), "\(kind)")
            }
            let list = try await town.browser(.linh).get("/incidents").body
            #expect(list.contains(">chưa ghi<") && list.contains(">không tạm dừng<"))
        }
    }
}
