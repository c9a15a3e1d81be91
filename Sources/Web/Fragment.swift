import Mustache
import Synchronization

/// A part of pages whose HTML is kept for the next page that shows the same: a row of a list, the menu. Its template knows
/// nothing but the view, so the same view is the same HTML, whoever looks; what depends on the reader or on the moment is a
/// field like the others, and a changed field makes another view. Nothing has to be declared out of date.
package protocol FragmentView: TemplateView, Hashable {}

/// HTML that our own templates made; a template includes it with three braces, and nothing else may be included so.
package struct Fragment: MustacheCustomRenderable, Sendable {
    /// HTML.
    package let renderText: String
    package var isNull: Bool { renderText.isEmpty }

    fileprivate init(html: String) {
        renderText = html
    }
}

extension Templates {
    /// What the layout frames.
    func content(_ view: some PageView) -> Fragment { Fragment(html: render(view)) }

    /// These views one after the other.
    package func fragment(_ views: [some FragmentView]) -> Fragment {
        Fragment(html: views.map { view in kept.html(of: view) { render(view) } }.joined())
    }
}

/// HTML by the view that it shows. There are two generations: what is asked for moves to the young one, and when that is full the
/// old one is forgotten. So what is looked at stays, and no list of uses is kept.
final class FragmentCache: Sendable {
    /// How many fragments a generation holds. A row of a list with its key is about 2 kB.
    static let generation = 1500

    private let generations = Mutex(Generations())

    private struct Generations {
        var young: [Key: String] = [:]
        var old: [Key: String] = [:]

        mutating func find(_ key: Key) -> String? {
            if let html = young[key] { return html }
            guard let html = old[key] else { return nil }
            keep(html, for: key)
            return html
        }

        mutating func keep(_ html: String, for key: Key) {
            if young.count >= FragmentCache.generation {
                old = young
                young = [:]
            }
            young[key] = html
        }
    }

    /// A view of any kind.
    private struct Key: Hashable {
        let view: any FragmentView

        static func == (one: Key, other: Key) -> Bool {
            func isSame<V: FragmentView>(_ view: V) -> Bool { view == other.view as? V }
            return isSame(one.view)
        }

        func hash(into hasher: inout Hasher) {
            view.hash(into: &hasher)
        }
    }

    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    /// - Parameter render: Is asked outside the lock; two pages that miss the same view at once both make it.
    func html(of view: some FragmentView, render: () -> String) -> String {
        let key = Key(view: view)
        if let html = generations.withLock({ $0.find(key) }) { return html }
        let html = render()
        generations.withLock { $0.keep(html, for: key) }
        return html
    }
}
