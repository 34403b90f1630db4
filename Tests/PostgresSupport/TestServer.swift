public import Foundation
public import Postgres
import Synchronization
import TestSupport

/// A PostgreSQL server of a test's own, in a temporary folder, that listens on a Unix socket there (and on a port of
/// the loopback if asked to). It ends with the process, however that ends.
public final class TestServer: Sendable {
    /// One for all tests of a process that leave it as it is, each in a database of its own.
    public static let shared: Result<TestServer, any Error> = Result {
        let server = try TestServer()
        // Nothing deinitialises a global.
        atexit { if case .success(let server) = TestServer.shared { server.abandon() } }
        return server
    }

    /// Holds the data and the socket.
    public let folder: String
    /// On the loopback; nil: the socket only.
    public let port: Int?
    private let options: [String]
    private let running = Mutex<Running?>(nil)

    private struct Running: @unchecked Sendable {
        let guardian: Process
        let standardInput: Pipe
        let postmaster: pid_t
    }

    /// Makes the data and starts the server.
    /// - Parameter settings: `name=value` each, as in `postgresql.conf`.
    public init(settings: [String] = [], port: Int? = nil) throws {
        let folder = "/tmp/stockd-postgres-\(getpid())-\(UInt32.random(in: .min ... .max))"
        self.folder = folder
        self.port = port
        let own = [
            "unix_socket_directories=\(folder)", "listen_addresses=\(port == nil ? "" : "127.0.0.1")",
            "port=\(port ?? 5432)", "max_connections=50", "max_wal_size=4GB", "logging_collector=off",
        ]
        options = (own + settings).flatMap { ["-c", $0] }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        if getuid() == 0 { try Self.run(["chown", Self.user, folder]) }
        try Self.run(
            Self.asUser + [
                "\(Self.programs)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "--no-sync",
                "-E", "UTF8", "--locale=C.UTF-8",
            ])
        try start()
    }

    deinit { stop() }

    // MARK: Connecting

    /// A connection string for a database.
    public func url(_ database: String = "postgres", user: String = "postgres") -> String {
        let host = port == nil ? folder : "127.0.0.1"
        return "host=\(host) port=\(port ?? 5432) dbname=\(database) user=\(user)"
    }

    public func connect(_ database: String = "postgres", user: String = "postgres") throws -> Connection {
        // Also to a standby.
        try Connection(ConnectionSettings(url: url(database, user: user) + " target_session_attrs=any"))
    }

    private static let counter = Atomic(0)

    /// A database with a name that no other test has.
    public func makeDatabase() throws -> String {
        let name = "test\(Self.counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        try connect().run("CREATE DATABASE \(name)")
        return name
    }

    // MARK: The process

    /// Nil while it does not run.
    public var pid: pid_t? { running.withLock { $0?.postmaster } }

    public func start() throws {
        let input = Pipe()
        let output = Pipe()
        let guardian = Process()
        guardian.executableURL = URL(filePath: "/bin/sh")
        // It reads its input, which ends with this process, and then ends the server.
        let script = """
            log="$1"; shift
            "$@" </dev/null >>"$log" 2>&1 &
            server=$!
            echo $server
            cat >/dev/null
            kill -QUIT $server 2>/dev/null
            wait
            """
        guardian.arguments =
            ["-c", script, "guardian", "\(folder).log"] + Self.asUser
            + ["\(Self.programs)/postgres", "-D", "\(folder)/data"] + options
        guardian.standardInput = input
        guardian.standardOutput = output
        try guardian.run()
        let line = output.fileHandleForReading.availableData
        guard let pid = pid_t(String(decoding: line, as: UTF8.self).filter(\.isNumber)) else {
            throw Failure("the server did not start")
        }
        running.withLock { $0 = Running(guardian: guardian, standardInput: input, postmaster: pid) }
        for _ in 0..<400 {
            if (try? connect()) != nil { return }
            usleep(50_000)
        }
        let log = (try? String(contentsOfFile: "\(folder).log", encoding: .utf8)) ?? ""
        throw Failure("the server cannot be reached: \(log.suffix(2_000))")
    }

    /// Ends it at once, as a crash would for its clients; `SIGKILL` leaves it no chance to do anything.
    public func crash(_ signal: Int32 = SIGKILL) {
        guard let ended = running.withLock({ $0.take() }) else { return }
        kill(ended.postmaster, signal)
        try? ended.standardInput.fileHandleForWriting.close()
        ended.guardian.waitUntilExit()
        // The server's own processes notice within moments, and a new one must not begin before.
        for _ in 0..<200 where Self.hasProcesses(of: folder) { usleep(50_000) }
    }

    /// Ends it, with what it holds.
    public func stop() {
        crash(SIGQUIT)
        removeFiles()
    }

    /// As `stop` at the end of the process, when nobody may be waited for in a run loop any more.
    private func abandon() {
        if let pid { kill(pid, SIGQUIT) }
        for _ in 0..<200 where Self.hasProcesses(of: folder) { usleep(50_000) }
        removeFiles()
    }

    private func removeFiles() {
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: "\(folder).log")
    }

    private static func hasProcesses(of folder: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.contains { name in
            guard Int(name) != nil,
                let directory = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(name)/cwd")
            else { return false }
            return directory == "\(folder)/data"
        }
    }

    // MARK: Programs

    private static let user = "postgres"

    /// PostgreSQL refuses to run as root.
    private static var asUser: [String] {
        getuid() == 0 ? ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups"] : []
    }

    /// Where initdb and postgres are: `STOCKD_TEST_POSTGRES`, or the newest of Debian's.
    public static let programs: String = {
        if let chosen = ProcessInfo.processInfo.environment["STOCKD_TEST_POSTGRES"] { return chosen }
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        return versions.compactMap { Int($0) }.max().map { "\(debian)/\($0)/bin" } ?? "/usr/bin"
    }()

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        process.currentDirectoryURL = URL(filePath: "/tmp")
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure("\(arguments.joined(separator: " ")): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
