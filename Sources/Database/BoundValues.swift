/// The values of one statement, one after the other in one buffer, as libpq wants to be shown them.
struct BoundValues {
    private var buffer: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []

    init(_ parameters: [Parameter]) {
        offsets.reserveCapacity(parameters.count)
        lengths.reserveCapacity(parameters.count)
        for parameter in parameters {
            offsets.append(parameter.bytes == nil ? nil : buffer.count)
            lengths.append(Int32(parameter.bytes?.count ?? 0))
            if let bytes = parameter.bytes { buffer += bytes }
        }
        // An empty text needs an address too: without one it would be NULL.
        buffer.append(0)
    }

    func withPointers<Result>(
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) throws -> Result
    ) rethrows -> Result {
        try buffer.withUnsafeBytes { raw in
            let values = offsets.map { offset in
                offset.flatMap { raw.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return try body(values, lengths, [Int32](repeating: 1, count: offsets.count))
        }
    }
}
