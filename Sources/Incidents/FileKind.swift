/// The formats of files that go with documents (Điều 8.3 a), by the ending of their names.
package enum FileKind: String, CaseIterable, Sendable {
    case txt, rtf, doc, docx, odt, pdf, csv, xls, xlsx, ods, png, jpg, jpeg

    /// `Content-Type` under which it is handed out.
    package var contentType: String {
        switch self {
        case .txt: "text/plain; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .rtf: "application/rtf"
        case .doc: "application/msword"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .odt: "application/vnd.oasis.opendocument.text"
        case .pdf: "application/pdf"
        case .xls: "application/vnd.ms-excel"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .ods: "application/vnd.oasis.opendocument.spreadsheet"
        case .png: "image/png"
        case .jpg, .jpeg: "image/jpeg"
        }
    }

    /// How every file of this kind begins; empty where that is no sign.
    var magic: [UInt8] {
        switch self {
        case .txt, .csv: []
        case .rtf: Array("{\\rtf".utf8)
        case .pdf: Array("%PDF-".utf8)
        case .doc, .xls: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        case .docx, .odt, .xlsx, .ods: Array("PK\u{3}\u{4}".utf8)
        case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        case .jpg, .jpeg: [0xFF, 0xD8, 0xFF]
        }
    }
}

extension FileInspection {
    /// Whether the bytes are what the ending of the name says. Containers are told apart by what is in them; one with a
    /// macro is none of these formats.
    func isKind(_ kind: FileKind) -> Bool {
        guard head.starts(with: kind.magic) else { return false }
        return switch kind {
        case .txt, .csv: isText
        case .rtf, .pdf, .png, .jpg, .jpeg: true
        case .doc: streams.contains("WordDocument")
        case .xls: streams.contains("Workbook") || streams.contains("Book")
        case .docx: isOfficeOpenXML("word/")
        case .xlsx: isOfficeOpenXML("xl/")
        case .odt: openDocumentType == kind.contentType
        case .ods: openDocumentType == kind.contentType
        }
    }

    /// What the bytes look like, where they look like something that may be kept.
    var likeness: FileKind? { FileKind.allCases.first { !$0.magic.isEmpty && isKind($0) } }

    /// - Parameter folder: In which the main part lies (ECMA-376).
    private func isOfficeOpenXML(_ folder: String) -> Bool {
        let members = zipMembers
        return members.contains("[Content_Types].xml") && members.contains { $0.hasPrefix(folder) && $0.hasSuffix(".xml") }
            && !members.contains { $0.hasSuffix("vbaProject.bin") }
    }
}
