internal import Glibc
internal import Synchronization

/// Where log lines go. Each is written whole: lines of several threads do not mix.
public final class LogSink: Sendable {
    private let descriptor: Int32
    private let turn = Mutex(())

    /// - Parameter descriptor: An open file, standard error as a rule; it stays open.
    public init(descriptor: Int32 = 2) {
        self.descriptor = descriptor
    }

    /// Writes the text as it is. Whatever cannot be written is lost: a log must not stop the daemon.
    public func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            turn.withLock { _ in write(UnsafeRawBufferPointer(bytes)) }
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // A terminal or pipe that someone else set to not block.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&ready, 1, 1000) > 0 else { return }
            } else if errno != EINTR {
                return
            }
        }
    }
}
