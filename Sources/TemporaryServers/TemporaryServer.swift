internal import Foundation

/// A PostgreSQL server for the time of the process: a new cluster in a temporary folder, which listens on a socket
/// there and on no port.
public final class TemporaryServer {
    public struct Failure: Error {
        public let message: String
    }

    /// Holds the data, the socket and the log.
    public let directory: String
    /// Where PostgreSQL's programs are.
    private let programs: String
    private let server = Process()
    /// PostgreSQL does not run as root; then it runs as the user that its package made.
    private let isRoot = geteuid() == 0

    /// - Parameter settings: `name=value` each, as in `postgresql.conf`.
    public init(settings: [String] = []) throws(Failure) {
        guard let programs = Self.programs() else {
            throw Failure(
                message:
                    "there is no PostgreSQL (no initdb in /usr/lib/postgresql or PATH): apt-get install postgresql")
        }
        self.programs = programs
        var template = Array("/tmp/stockd-postgres.\(String(repeating: "X", count: 6))".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(message: "no folder can be made in /tmp") }
        directory = String(cString: made)
        do throws(Failure) {
            try start(settings)
        } catch {
            close()
            throw error
        }
    }

    /// libpq's connection string, for programs and for people.
    public var connection: String { "host=\(directory) dbname=shop user=\(Self.user)" }

    public var processID: Int32 { server.processIdentifier }

    private static var user: String { NSUserName() }

    /// The folder with `initdb`: of the newest version that is installed.
    private static func programs() -> String? {
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newestFirst = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(debian)/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (newestFirst + path).first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
    }

    private func start(_ settings: [String]) throws(Failure) {
        if isRoot {
            guard let user = getpwnam("postgres") else {
                throw Failure(message: "PostgreSQL does not run as root, and there is no user postgres to run it as")
            }
            chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
            chmod(directory, 0o755)
        }
        let data = "\(directory)/data"
        try run(
            "initdb",
            ["-D", data, "-U", Self.user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        let all = ["listen_addresses=", "unix_socket_directories=\(directory)"] + settings
        try begin(server, "postgres", ["-D", data] + all.flatMap { ["-c", $0] })
        let deadline = ContinuousClock.now + .seconds(30)
        let creation = ["-X", "-h", directory, "-U", Self.user, "-c", "CREATE DATABASE shop", "postgres"]
        while (try? run("psql", creation)) == nil {
            guard server.isRunning, .now < deadline else {
                throw Failure(message: "PostgreSQL does not start: \(log)")
            }
            usleep(50_000)
        }
    }

    /// The end of what its programs wrote.
    private var log: String {
        let text = (try? String(contentsOfFile: "\(directory)/log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: "; ")
    }

    /// Starts one of PostgreSQL's programs, whose output goes to the log.
    private func begin(_ process: Process, _ name: String, _ arguments: [String]) throws(Failure) {
        // It ends with this process, even if that is killed.
        var words = ["--pdeathsig", "QUIT"]
        if isRoot { words += ["--reuid=postgres", "--regid=postgres", "--clear-groups"] }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = words + ["--", "\(programs)/\(name)"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        do {
            let file = URL(fileURLWithPath: "\(directory)/log")
            if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
            let handle = try FileHandle(forWritingTo: file)
            try handle.seekToEnd()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = handle
            process.standardError = handle
            try process.run()
        } catch {
            throw Failure(message: "\(name) cannot be run: \(error)")
        }
    }

    private func run(_ name: String, _ arguments: [String]) throws(Failure) {
        let process = Process()
        try begin(process, name, arguments)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(message: "\(name) ended with \(process.terminationStatus): \(log)")
        }
    }

    /// Prints what psql makes of some statements, as a person would see it.
    public func show(_ statements: [String]) throws(Failure) {
        let psql = Process()
        psql.executableURL = URL(fileURLWithPath: "\(programs)/psql")
        psql.arguments = ["-X", "-q", "-P", "pager=off"] + statements.flatMap { ["-c", $0] } + [connection]
        do { try psql.run() } catch { throw Failure(message: "psql cannot be run: \(error)") }
        psql.waitUntilExit()
        guard psql.terminationStatus == 0 else {
            throw Failure(message: "psql ended with \(psql.terminationStatus)")
        }
    }

    /// Ends it and removes what it holds.
    public func close() {
        if server.isRunning {
            // At once: nothing in it is worth a checkpoint.
            kill(server.processIdentifier, SIGQUIT)
            server.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
