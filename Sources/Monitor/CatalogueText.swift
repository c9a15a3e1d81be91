import Organization
import Yams

/// The file of a catalogue of monitors and heartbeats: YAML, whose values are texts, numbers, on and off, and lists of texts. What is
/// anything else is refused with its line, and nothing is guessed.
enum CatalogueText {
    /// One monitor or heartbeat of a file.
    struct Entry: Sendable {
        /// The line on which it begins, counted from 1.
        let line: Int
        var fields: [String: SheetValue] = [:]
        /// The line of each field.
        var lines: [String: Int] = [:]
    }

    /// What a file says.
    struct Contents: Sendable {
        let monitors: [Entry]
        /// nil: the file does not speak of them, and they stay as they are.
        let heartbeats: [Entry]?
    }

    // MARK: Writing

    /// The same sheets always give the same bytes.
    /// - Throws: `YamlError` when there is no memory for it.
    static func write(_ monitors: [Sheet<MonitorDraft>], _ heartbeats: [Sheet<HeartbeatDraft>]) throws -> String {
        let root = Node([
            (Node("version"), Node("1")), (Node("monitors"), Node(monitors.map(node))),
            (Node("heartbeats"), Node(heartbeats.map(node))),
        ])
        return """
            # Danh mục điểm giám sát và tín hiệu tự báo của Trực Ban. Trường nào không ghi thì theo mặc định của biểu mẫu.
            # Có mật khẩu (password, headers, send, body) và mã báo tín hiệu (code): giữ tệp này như giữ mật khẩu.

            """ + (try serialize(node: root, width: -1, allowUnicode: true))
    }

    private static func node<Draft>(_ sheet: Sheet<Draft>) -> Node {
        Node(sheet.told.map { (Node($0.field.name), node($0.value)) })
    }

    private static func node(_ value: SheetValue) -> Node {
        switch value {
        case .text(let text): node(text)
        case .number(let number): Node("\(number)")
        case .flag(let flag): Node("\(flag)")
        case .list(let list): Node(list.map { node($0) })
        case .none: Node("null")
        }
    }

    /// In quotation marks where YAML would take it for something else than a text.
    private static func node(_ text: String) -> Node {
        text.contains("\n") ? Node(text, .implicit, .literal) : .scalar(text.represented())
    }

    // MARK: Reading

    /// The shortest text that can be a catalogue. libYAML must not be given less: Swift keeps texts of up to 15 bytes
    /// where a parser that reads on later does not find them any more.
    private static let shortest = "version: 1\nmonitors: []".utf8.count

    /// - Throws: `Refusal` naming the lines that cannot be read.
    static func read(_ text: String) throws(Refusal) -> Contents {
        guard text.utf8.count >= shortest, let root = try parsed(text) else {
            throw Refusal(field: "", "Tệp trống hoặc thiếu: cần “version: 1” và “monitors:”.")
        }
        var (version, monitors, heartbeats): (Node?, Node?, Node?)
        var problems: [Refusal.Problem] = []
        func note(_ node: Node, _ text: String) {
            problems.append(.init(field: "", text: "Dòng \(node.mark?.line ?? 1): \(text)"))
        }
        guard let top = root.mapping else {
            throw Refusal(field: "", "Dòng \(root.mark?.line ?? 1): cần bắt đầu bằng “version: 1”.")
        }
        for (key, value) in top {
            switch key.scalar?.string {
            case "version": version = value
            case "monitors": monitors = value
            case "heartbeats": heartbeats = value
            default: note(key, "không có mục “\(key.scalar?.string ?? "…")”; chỉ có version, monitors và heartbeats.")
            }
        }
        if version?.scalar?.string != "1" { note(version ?? root, "cần “version: 1”.") }
        guard let list = monitors?.sequence else {
            note(monitors ?? root, "cần “monitors:” và một dãy điểm giám sát, hoặc “monitors: []”.")
            throw Refusal(problems)
        }
        if let heartbeats, heartbeats.sequence == nil {
            note(heartbeats, "heartbeats: cần một dãy tín hiệu, hoặc “heartbeats: []” khi không có tín hiệu nào.")
        }
        let contents = Contents(
            monitors: list.map { entry($0, note) }, heartbeats: heartbeats?.sequence?.map { entry($0, note) })
        if !problems.isEmpty { throw Refusal(problems) }
        return contents
    }

    private static func entry(_ node: Node, _ note: (Node, String) -> Void) -> Entry {
        var entry = Entry(line: node.mark?.line ?? 1)
        guard let mapping = node.mapping else {
            note(node, "mỗi điểm giám sát, mỗi tín hiệu là các trường dạng “tên: giá trị”.")
            return entry
        }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                note(key, "tên trường cần là một từ.")
                continue
            }
            guard let read = self.value(value) else {
                note(key, "\(name): cần một giá trị hoặc một dãy giá trị.")
                continue
            }
            (entry.fields[name], entry.lines[name]) = (read, key.mark?.line)
        }
        return entry
    }

    /// - Returns: nil for records, and for lists of anything but texts.
    private static func value(_ node: Node) -> SheetValue? {
        switch node {
        case .scalar(let scalar) where scalar.style == .plain && node.tag == Tag(.null): return SheetValue.none
        // Numbers and on and off stay as they were written: which of them a field is, the field knows.
        case .scalar(let scalar): return .text(scalar.string)
        case .sequence(let sequence):
            let texts = sequence.compactMap(\.scalar?.string)
            return texts.count == sequence.count ? .list(texts) : nil
        case .mapping, .alias: return nil
        }
    }

    private static func parsed(_ text: String) throws(Refusal) -> Node? {
        do {
            return try compose(yaml: text)
        } catch let error as YamlError {
            throw Refusal(field: "", error.sentence(in: text))
        } catch {
            throw Refusal(field: "", "Tệp không phải YAML.")
        }
    }
}

extension YamlError {
    /// Where a file is no YAML; what the parser has to say of it is its own, in English.
    fileprivate func sentence(in text: String) -> String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "Dòng \(mark.line), cột \(mark.column): không đúng cú pháp YAML (\(problem))."
        case .reader(_, let offset, _, _):
            let line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
            return "Dòng \(line): có ký tự không được dùng trong YAML."
        case .duplicatedKeysInMapping(let names, let context):
            return "Dòng \(context.mark.line): trường “\(names.joined(separator: "”, “"))” được ghi hai lần."
        default:
            return "Tệp không phải YAML."
        }
    }
}
