import CMark
import Synchronization
import Testing

@testable import Markdown

@Suite struct MemoryTests {
    @Test func everyNodeIsFreed() {
        var memory = cmark_mem(calloc: countedCalloc, realloc: countedRealloc, free: countedFree)
        withUnsafeMutablePointer(to: &memory) { memory in
            let table = Table(caption: "a", columns: [.init("b")], rows: [[.code("c")], [.link("d", to: "/e")]])
            let tree = HTMLTree(
                [
                    .heading(level: 1, "a"), .bullets([["b"]]), .table(table), .section(class: "x", [.pageBreak]),
                    .prose("c **d** <b>e</b> [f](javascript:g) ![h](i)\n\n<script>\n\n```\nj"),
                ], memory: memory)
            #expect(tree.html.contains("<caption>"))
            #expect(ProseTree("a **b** ![c](d)", memory: memory).markdown == "a **b** c")
            #expect(liveBlocks.load(ordering: .relaxed) > 0)
        }
        #expect(liveBlocks.load(ordering: .relaxed) == 0)
    }
}

/// What libcmark took and did not give back yet.
private let liveBlocks = Atomic(0)

private func countedCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    liveBlocks.add(1, ordering: .relaxed)
    return cmark_get_default_mem_allocator().pointee.calloc(count, size)
}

private func countedRealloc(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    if block == nil { liveBlocks.add(1, ordering: .relaxed) }
    return cmark_get_default_mem_allocator().pointee.realloc(block, size)
}

private func countedFree(_ block: UnsafeMutableRawPointer?) {
    if block != nil { liveBlocks.subtract(1, ordering: .relaxed) }
    cmark_get_default_mem_allocator().pointee.free(block)
}
