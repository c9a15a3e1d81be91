/// A statement and the values bound to it. The text comes from literals only; an interpolated value becomes a
/// parameter, so what people type can never become SQL.
///
/// ```swift
/// "SELECT \(columns: Incident.self) FROM incidents WHERE code = \(code)"
/// ```
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable {
        case text(String)
        case parameter(Parameter)
    }

    fileprivate let pieces: [Piece]

    package init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    package init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// The statement with `$1`, `$2`, … in place of its values.
    var text: String {
        var number = 0
        return pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let part): text += part
            case .parameter:
                number += 1
                text += "$\(number)"
            }
        }
    }

    var parameters: [Parameter] {
        pieces.compactMap { if case .parameter(let parameter) = $0 { parameter } else { nil } }
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            pieces.append(.text(literal))
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            pieces.append(.parameter(value.parameter))
        }

        /// Binds a value or NULL. It stands here because the compiler warns where an optional meets a generic value.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            pieces.append(.parameter(value.parameter))
        }

        /// Splices the column list that a row type was written with.
        package mutating func appendInterpolation<Row: PostgresRow>(columns row: Row.Type) {
            pieces.append(.text(Row.columns))
        }

        /// Splices another statement's text and binds its values here.
        package mutating func appendInterpolation(sql: SQL) {
            pieces.append(contentsOf: sql.pieces)
        }
    }
}
