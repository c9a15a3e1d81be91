import Database
import Organization
import TestKit
import Testing

@testable import Console

/// What the first page asks for while everything is down.
@Suite struct HomeStoreTests {
    /// Thousands of outages begin within a minute, and the plan is still that of a quiet morning: incidents must be looked for
    /// behind the limit.
    @Test func incidentsAreSoughtOnlyForTheOutagesThatAreShown() async throws {
        try await WholeHouse.with { town, _ in
            for reader in [TownPerson.linh, .binh] {
                let plan = try await town.database.plan(of: HomeStore.downQuery(for: town.person(reader)))
                // A plan is a tree: what stands in a step is indented further than the step.
                let steps = plan.split(separator: "\n").map { (depth: $0.prefix { $0 == " " }.count, text: $0) }
                let limit = try #require(steps.firstIndex { $0.text.contains("Limit") })
                let inside = steps[(limit + 1)...].prefix { $0.depth > steps[limit].depth }
                let outside = steps[..<limit] + steps[(limit + 1 + inside.count)...]
                #expect(inside.contains { $0.text.contains("outages") }, "\(plan)")
                #expect(!inside.contains { $0.text.contains("incidents") }, "\(plan)")
                #expect(outside.count { $0.text.contains("on incidents") } == 2, "\(plan)")
            }
        }
    }
}
