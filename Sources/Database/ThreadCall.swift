/// Does a piece of blocking work on a connection's thread before there is an actor to live on it.
actor ThreadCall {
    private nonisolated let thread: ConnectionThread

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ thread: ConnectionThread) {
        self.thread = thread
    }

    func run<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T {
        try body()
    }
}
