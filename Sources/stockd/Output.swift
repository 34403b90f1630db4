import Foundation
import Glibc

/// Standard output that reports what it cannot write: the standard library's `print` ignores a full disk, and
/// FileHandle crashes on one.
enum Output {
    /// Writes all of it, or says why not and ends the process with 74. Whoever reads a pipe may leave early: the
    /// process then ends by SIGPIPE.
    static func write(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    // A terminal or pipe that someone else set to not block.
                    var ready = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                    continue
                }
                guard count > 0 else {
                    if errno == EPIPE { StandardFiles.endWithPipe() }
                    printError("standard output: \(String(cString: strerror(errno)))")
                    exit(Exit.io.rawValue)
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// Replaces the standard library's in this module.
func print(_ text: String, terminator: String = "\n") { Output.write(Array((text + terminator).utf8)) }
