import Glibc

/// Standard input, output and error as whoever started the process left them.
enum StandardFiles {
    /// Whether SIGPIPE was to end the process, before `open`.
    nonisolated(unsafe) private static var endsWithPipe = false

    /// Makes the three safe to use; call it before anything opens a file or starts a thread.
    static func open() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // A closed one's number would go to the next file or socket, and what is printed into that. The new file
            // gets the lowest free number, which is this one. Standard output is not to be written, so that it fails.
            _ = Glibc.open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
        }
        // Whoever reads standard error may leave: only the lines are lost.
        var previous = sigaction()
        sigaction(SIGPIPE, nil, &previous)
        let handler = unsafeBitCast(previous.__sigaction_handler.sa_handler, to: Int.self)
        endsWithPipe = handler == 0
        signal(SIGPIPE, SIG_IGN)
    }

    /// Ends the process as any other whose reader left ends, unless SIGPIPE was ignored at its start.
    static func endWithPipe() {
        guard endsWithPipe else { return }
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }
}
