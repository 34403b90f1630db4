import Foundation
import Synchronization

/// The whole screen of a terminal, restored at the end.
final class LiveTerminal {
    enum Event { case quit, space, resized, nothing }

    private var before = termios()

    /// Takes the screen over: the alternate buffer, no cursor, keys without a return.
    init() {
        tcgetattr(0, &before)
        var raw = before
        // Without signals from keys, so that Ctrl-C and Ctrl-Z cannot leave the screen as it is.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        tcsetattr(0, TCSAFLUSH, &raw)
        endings.store(0, ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            if number != SIGWINCH { endings.add(1, ordering: .relaxed) }
        }
        // No SA_RESTART: the signal has to end the wait.
        for number in [SIGTERM, SIGINT, SIGHUP, SIGWINCH] { sigaction(number, &action, nil) }
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    func restore() {
        write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(0, TCSAFLUSH, &before)
    }

    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Overwrites line by line, which does not flicker as clearing would.
    func draw(_ lines: [String]) {
        let body = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        write("\u{1B}[H" + body + "\u{1B}[J")
    }

    /// Waits for a key, a new size, or the time to pass.
    func wait(_ seconds: TimeInterval) -> Event {
        if endings.load(ordering: .relaxed) > 0 { return .quit }
        var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        let outcome = poll(&descriptor, 1, Int32((seconds * 1_000).rounded(.up)))
        if endings.load(ordering: .relaxed) > 0 { return .quit }
        if outcome < 0 { return .resized }
        if outcome == 0 { return .nothing }
        var key: UInt8 = 0
        // The terminal is gone when nothing can be read from it.
        guard read(0, &key, 1) == 1 else { return .quit }
        switch key {
        case 0x71, 0x51, 0x03, 0x04: return .quit
        case 0x20: return .space
        default: return .resized
        }
    }

    private func write(_ text: String) { Output.write(Data(text.utf8)) }
}

private let endings = Atomic<Int>(0)
