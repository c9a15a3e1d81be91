import CMark

/// Where libcmark's nodes take their memory from. Tests hand in one that counts.
typealias NodeMemory = UnsafeMutablePointer<cmark_mem>

/// A node of libcmark. Whoever holds the root of a tree owns all that hangs on it.
typealias Node = OpaquePointer

extension UnsafeMutablePointer<cmark_mem> {
    /// libcmark's own; it ends the program when there is no memory (cmark.c, xcalloc), so a node is never nil.
    static var standard: NodeMemory { cmark_get_default_mem_allocator() }

    /// Takes over a C string that libcmark made.
    func taken(_ text: UnsafeMutablePointer<CChar>) -> String {
        defer { pointee.free(text) }
        return String(cString: text)
    }
}
