import Foundation
import TestSupport

/// A server of `Tests/ReceiverSupport/Servers`, in a process of its own. It listens on the loopback interface, prints
/// a line for each thing that it was told, and ends when it is let go.
public final class ServerProcess {
    public let port: Int
    private let process = Process()
    private let input = Pipe()
    private let lines: Lines

    public init(_ script: String, _ arguments: [String], python: String = "/usr/bin/python3") throws {
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Failure("there is no \(python); Scripts/install-dependencies.sh test installs it")
        }
        let output = Pipe()
        process.executableURL = URL(filePath: python)
        let path = Repository.root.appending(path: "Tests/ReceiverSupport/Servers/\(script)").path
        process.arguments = ["-u", path] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let lines = Lines(output.fileHandleForReading)
        guard let port = Int(try lines.next()) else { throw Failure("\(script) said no port") }
        self.lines = lines
        self.port = port
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Waits for the next line and decodes it.
    public func next<T: Decodable>(_: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(try lines.next().utf8))
    }

    /// The lines so far that nobody waited for.
    public var unread: Int { lines.count }
}

/// The lines of a pipe, read as they come: a server must not wait until a test asks for them.
private final class Lines: @unchecked Sendable {
    private let condition = NSCondition()
    private var lines: [String] = []
    private var isOver = false

    init(_ pipe: FileHandle) {
        Thread.detachNewThread { [self] in
            var pending = Data()
            while true {
                let more = pipe.availableData
                condition.lock()
                // Only what is new is searched: a line may hold megabytes.
                let parts = more.split(separator: 10, omittingEmptySubsequences: false)
                for part in parts.dropLast() {
                    lines.append(String(decoding: pending + part, as: UTF8.self))
                    pending = Data()
                }
                pending += parts.last ?? Data()
                isOver = more.isEmpty
                condition.broadcast()
                condition.unlock()
                if more.isEmpty { return }
            }
        }
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return lines.count
    }

    func next() throws -> String {
        condition.lock()
        defer { condition.unlock() }
        while lines.isEmpty {
            if isOver { throw Failure("the server ended") }
            condition.wait()
        }
        return lines.removeFirst()
    }
}
