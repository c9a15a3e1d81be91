/// Numbers that look random and are the same for the same seed: SplitMix64 (Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014).
struct DemoRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whole seconds, both ends included.
    mutating func seconds(_ range: ClosedRange<Int>) -> Duration {
        .seconds(Int.random(in: range, using: &self))
    }

    mutating func happens(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self) < percent
    }

    /// One of a list that is not empty.
    mutating func one<T>(of list: [T]) -> T {
        list[Int.random(in: 0..<list.count, using: &self)]
    }

    /// Most are short, a few are long: `shortest` doubled a number of times, up to `doublings`, and something between.
    mutating func longTailed(shortest: Int, doublings: Int) -> Duration {
        var seconds = shortest
        for _ in 0..<doublings where happens(55) { seconds *= 2 }
        return .seconds(seconds + Int.random(in: 0..<seconds, using: &self))
    }
}
