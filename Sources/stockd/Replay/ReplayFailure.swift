import ArgumentParser
import Glibc

/// Why a replay ends before its end.
struct ReplayFailure: Error {
    let message: String
    let exit: ExitCode

    init(_ message: String, _ exit: ExitCode) {
        self.message = message
        self.exit = exit
    }

    /// A file that cannot be opened or read, for the system's reason.
    init(unreadable name: String) {
        self.init("\(name): cannot be read: \(String(cString: strerror(errno)).lowercased())", Exit.io)
    }
}
