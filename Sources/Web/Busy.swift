/// The console could do what was asked, but not now: 503, with word when to come back.
package struct Busy: Error, Hashable, Sendable {
    /// In the reader's words: why, and what to do.
    let advice: String
    let retryAfter: Duration

    package init(advice: String, retryAfter: Duration) {
        self.advice = advice
        self.retryAfter = retryAfter
    }
}
