import Foundation

/// A thread that does the work of one actor, and of tasks that want to be where it is. libpq's calls block; here they block a
/// thread of their own and never the few that Swift's tasks share.
final class ConnectionThread: SerialExecutor, TaskExecutor {
    // The condition guards the mailbox, and nothing reads or writes it without holding the lock.
    private let condition = NSCondition()
    private nonisolated(unsafe) var jobs: [UnownedJob] = []
    private nonisolated(unsafe) var isStopped = false

    init(name: String) {
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    /// Ends the thread after the work that it already has.
    func stop() {
        condition.lock()
        isStopped = true
        condition.signal()
        condition.unlock()
    }

    private func work() {
        // Whichever it is, it is alone here: a task that runs on this thread is in the actor already when it calls it (SE-0417).
        let (actor, tasks) = (asUnownedSerialExecutor(), asUnownedTaskExecutor())
        while let batch = nextBatch() {
            for job in batch { job.runSynchronously(isolatedTo: actor, taskExecutor: tasks) }
        }
    }

    private func nextBatch() -> [UnownedJob]? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if isStopped { return nil }
            condition.wait()
        }
        defer { jobs.removeAll(keepingCapacity: true) }
        return jobs
    }
}
