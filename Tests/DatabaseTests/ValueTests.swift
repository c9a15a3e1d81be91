import Civil
import Database
import Foundation
import TestKit
import Testing

/// What goes in comes out, in both directions through PostgreSQL's own text.
@Suite struct ValueTests {
    private func isEqual<T: PostgresEncodable & PostgresDecodable & Equatable>(
        _ value: T, to literal: SQL, in database: Database
    ) async throws {
        let read: T = try await database.value("SELECT \(sql: literal)")
        #expect(read == value, "decoding \(value)")
        let isSame: Bool = try await database.value("SELECT \(value) IS NOT DISTINCT FROM (\(sql: literal))")
        #expect(isSame, "encoding \(value)")
    }

    @Test func scalars() async throws {
        try await withDatabase { database in
            try await isEqual(true, to: "true", in: database)
            try await isEqual(-7, to: "-7::bigint", in: database)
            try await isEqual(Int.max, to: "9223372036854775807::bigint", in: database)
            try await isEqual(1.5, to: "1.5::float8", in: database)
            try await isEqual("Sự cố “đ”", to: "'Sự cố “đ”'::text", in: database)
            try await isEqual("", to: "''::text", in: database)
            try await isEqual([UInt8]([0, 255, 1]), to: "'\\x00ff01'::bytea", in: database)
            try await isEqual(
                Instant(seconds: 1_795_485_600) + .microseconds(123_456),
                to: "'2026-11-24 09:00:00.123456+07'::timestamptz", in: database)
            try await isEqual(
                Instant(seconds: -1), to: "'1969-12-31 23:59:59Z'::timestamptz", in: database)
            try await isEqual(
                try #require(CivilDate(year: 2026, month: 2, day: 28)), to: "'2026-02-28'::date", in: database)
            try await isEqual(
                try #require(UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff")),
                to: "'00112233-4455-6677-8899-aabbccddeeff'::uuid", in: database)
        }
    }

    @Test(arguments: [
        "0", "1", "-1", "0.5", "123456789.000123", "-99999999999999999999.9999", "10000", "0.0001", "1200", "9999.9999",
    ])
    func numerics(text: String) async throws {
        try await withDatabase { database in
            let value = try #require(Decimal(string: text))
            let read: Decimal = try await database.value("SELECT \(text)::text::numeric")
            #expect(read == value)
            let isSame: Bool = try await database.value("SELECT \(value) = \(text)::text::numeric")
            #expect(isSame)
        }
    }

    @Test func rangesAndMultiranges() async throws {
        try await withDatabase { database in
            let day = Instant(seconds: 1_795_485_600)
            try await isEqual(
                TimeRange(from: day, to: day + .seconds(60)),
                to: "tstzrange('2026-11-24 09:00+07', '2026-11-24 09:01+07')", in: database)
            try await isEqual(
                TimeRange(from: day, to: nil), to: "tstzrange('2026-11-24 09:00+07', NULL)", in: database)
            let several: [TimeRange] = try await database.value(
                "SELECT tstzmultirange(tstzrange('2026-11-24 09:00+07', '2026-11-24 09:01+07'), tstzrange('2026-11-24 10:00+07', NULL))")
            #expect(
                several == [
                    TimeRange(from: day, to: day + .seconds(60)), TimeRange(from: day + .seconds(3600), to: nil),
                ])
        }
    }

    @Test func arraysAndNulls() async throws {
        try await withDatabase { database in
            try await isEqual([1, 2, 3], to: "ARRAY[1, 2, 3]::bigint[]", in: database)
            try await isEqual([String](), to: "ARRAY[]::text[]", in: database)
            try await isEqual(["a", nil, ""], to: "ARRAY['a', NULL, '']", in: database)
            let nothing: Int? = try await database.value("SELECT NULL::bigint")
            #expect(nothing == nil)
            let json = try JSONText(encoding: ["tên": "Hoa Lư"])
            let name: String = try await database.value("SELECT \(json)->>'tên'")
            #expect(name == "Hoa Lư")
            try await #expect(database.value("SELECT \(json)", as: JSONText.self).decode([String: String].self) == ["tên": "Hoa Lư"])
        }
    }

    @Test func whatPeopleTypeNeverBecomesSQL() async throws {
        try await withDatabase { database in
            let typed = "'; DROP TABLE agencies; --"
            let read: String = try await database.value("SELECT \(typed)")
            #expect(read == typed)
            try await #expect(database.value("SELECT to_regclass('agencies') IS NOT NULL", as: Bool.self))
        }
    }

    private struct Pair: PostgresRow {
        let first: Int

        static var columns: String { "1::bigint, 2::bigint" }

        init(row: inout RowReader) throws { first = try row.read() }
    }

    @Test func aColumnThatNobodyReadsIsAnError() async throws {
        try await withDatabase { database in
            await #expect(throws: DatabaseError.self) {
                try await database.one("SELECT \(columns: Pair.self)", as: Pair.self)
            }
            // The session goes on.
            try await #expect(database.value("SELECT 1", as: Int.self) == 1)
        }
    }

    @Test func aNullOrAnotherTypeIsNamed() async throws {
        try await withDatabase { database in
            do {
                _ = try await database.value("SELECT NULL::bigint AS answer", as: Int.self)
                Issue.record("NULL was read as a number")
            } catch let error as DatabaseError {
                #expect(error.description.contains("answer"))
            }
            await #expect(throws: DatabaseError.self) { try await database.value("SELECT 'x'::text", as: Int.self) }
        }
    }
}
