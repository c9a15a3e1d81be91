import Civil
import Organization

/// Reads one of the two lists column by column: finds the columns by their headings, and notes what is wrong by line and
/// column.
struct ListReader {
    /// One column that a list may have.
    struct Column: Hashable {
        /// As the page and the problems call it: `ngày nghỉ`.
        let name: String
        /// Headings that mean it, folded; an underscore counts as a blank.
        let headings: Set<String>
        let isRequired: Bool

        init(_ name: String, _ headings: Set<String>, isRequired: Bool = true) {
            self.name = name
            self.headings = headings
            self.isRequired = isRequired
        }
    }

    /// How long a cell may be, in bytes of UTF-8.
    private static let longestCell = 500

    private(set) var problems = ListProblems()
    private var places: [Column: Int] = [:]
    private var record = CSVReader.Record(line: 0, fields: [])

    /// The line of the file at which the record in hand begins.
    var line: Int { record.line }

    /// Reads all records of a file.
    /// - Parameter body: Called for each record behind the headings; it asks for the columns it wants.
    mutating func read(_ file: [UInt8], columns: [Column], _ body: (inout ListReader) -> Void) {
        do {
            var reader = try CSVReader(file)
            guard let header = reader.next() else {
                if let fault = reader.malformed { note(fault) } else { note("Tệp trống: không có dòng tiêu đề nào.") }
                return
            }
            findColumns(columns, in: header)
            guard problems.isEmpty else { return }
            while let next = reader.next() {
                record = next
                if next.fields.dropFirst(header.fields.count).contains(where: { !$0.isEmpty }) {
                    note("dòng \(next.line): có \(next.fields.count) ô, dòng tiêu đề có \(header.fields.count) ô.")
                } else if areCellsShort(columns) {
                    body(&self)
                }
            }
            if let fault = reader.malformed { note(fault) }
        } catch {
            note(error)
        }
    }

    /// Names are indexed, so no cell may be as long as a page.
    private mutating func areCellsShort(_ columns: [Column]) -> Bool {
        let long = columns.filter { text($0).utf8.count > Self.longestCell }
        for column in long {
            note(column, "dài quá \(Self.longestCell) byte (UTF-8), đang có \(text(column).utf8.count).")
        }
        return long.isEmpty
    }

    private mutating func findColumns(_ columns: [Column], in header: CSVReader.Record) {
        let headings = header.fields.map { Folding.folded($0).replacing("_", with: " ") }
        for column in columns {
            let found = headings.indices.filter { column.headings.contains(headings[$0]) }
            if found.count > 1 { note("dòng \(header.line): có \(found.count) cột “\(column.name)”.") }
            if found.isEmpty, column.isRequired { note("dòng \(header.line): thiếu cột “\(column.name)”.") }
            places[column] = found.first
        }
    }

    /// What stands in a column of the record in hand; empty when the list does not have the column, and when the record
    /// ends before it: office programs leave out separators behind the last cell that holds something.
    func text(_ column: Column) -> String {
        guard let place = places[column], place < record.fields.count else { return "" }
        return record.fields[place]
    }

    mutating func required(_ column: Column) -> String? {
        let value = text(column)
        if value.isEmpty { note(column, "cần nhập.") }
        return value.isEmpty ? nil : value
    }

    /// A day, with or without a time of day behind or before it; nil without a problem for an empty cell.
    mutating func day(_ column: Column) -> CivilDate? {
        let value = text(column)
        if value.isEmpty { return nil }
        if let day = value.split(separator: " ").lazy.compactMap({ CivilDate(parsing: String($0)) }).first { return day }
        if let moment = Instant(vietnamLocal: value) { return CivilDate(inVietnam: moment) }
        note(column, "“\(value.prefix(40))” không phải ngày; cần dạng 24/11/2026.")
        return nil
    }

    /// One of the words that a column may hold, marks and case aside.
    mutating func word<T>(_ column: Column, _ meanings: [String: T], example: String) -> T? {
        guard let value = required(column) else { return nil }
        if let meaning = meanings[Folding.folded(value)] { return meaning }
        note(column, "“\(value.prefix(40))” không rõ nghĩa; cần \(example).")
        return nil
    }

    mutating func note(_ column: Column, _ text: String) {
        note("dòng \(record.line), cột “\(column.name)”: \(text)")
    }

    mutating func note(_ text: String) {
        problems.note(text)
    }

    private mutating func note(_ fault: CSVReader.Malformed) {
        note("dòng \(fault.line): \(fault.text)")
    }
}
