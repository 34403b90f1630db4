import Foundation
import TestSupport
import Testing

/// Standard output and standard error that cannot be written to.
@Suite("The standard streams", .blocking, .enabled(if: Program.find("bash") != nil))
struct StandardFilesTests {
    /// The exit code of stockd in a shell, which says 128 and the signal's number for one that a signal ended. 3 is a
    /// pipe whose reader has left.
    private static func code(_ command: String) throws -> Int32 {
        let shell = try Program(
            #require(Program.find("bash")),
            ["-c", "stockd() { \"$STOCKD\" \"$@\"; }; exec 3> >(exec true); wait $!; \(command)"],
            ["STOCKD": Program.stockd()])
        defer { shell.remove() }
        return try shell.exitCode()
    }

    @Test(
        "an error that standard error does not take is lost, and the exit code is that of the error",
        arguments: [
            ("check --config /nonexistent", Int32(78)), ("replay /nonexistent", 64),
            ("query stock --url http://127.0.0.1:1", 69), ("--nonsense", 64), ("version", 0),
        ], ["2>&-", "2>/dev/full", "2>&3", "0<&- 2>&-"])
    func standardError(command: (words: String, code: Int32), redirection: String) throws {
        #expect(try Self.code("stockd \(command.words) \(redirection)") == command.code)
        #expect(try Self.code("trap '' PIPE; stockd \(command.words) \(redirection)") == command.code)
    }

    @Test(
        "a standard output that takes nothing ends stockd with 74, with and without a standard error",
        arguments: ["version", "--version", "--help", "help replay", ""],
        [">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "0<&- >&- 2>&-"])
    func standardOutput(words: String, redirection: String) throws {
        #expect(try Self.code("stockd \(words) \(redirection)") == 74)
    }

    @Test("a reader that leaves ends stockd by SIGPIPE, or with 74 where SIGPIPE is ignored")
    func reader() throws {
        #expect(try Self.code("stockd version >&3") == 128 + SIGPIPE)
        #expect(try Self.code("stockd version >&3 2>&3") == 128 + SIGPIPE)
        #expect(try Self.code("trap '' PIPE; stockd version >&3") == 74)
    }

    @Test("nothing that stockd opens takes the place of a standard stream that was closed")
    func closed() throws {
        let stage = try ReplayStage(ReplayStage.event(1))
        let tables = "--products \(stage.path("products.csv")) --warehouses \(stage.path("warehouses.csv"))"
        let replay = "stockd replay \(tables) \(stage.path("events.ndjson"))"
        #expect(try Self.code(replay + " 0<&- 2>&-") == 0)
        #expect(try Self.code(replay + " 0<&- >&- 2>&-") == 74)
    }
}
