import Foundation
import Synchronization

/// A lock on a file that the kernel frees when its holder dies, however it dies (flock(2)).
final class ClusterLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Returns: nil when another program holds it.
    init?(path: String) throws {
        // Not inherited: the server that is started must not hold it.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw EmbeddedCluster.Obstacle.directory("không mở được \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = Mutex(descriptor)
    }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
