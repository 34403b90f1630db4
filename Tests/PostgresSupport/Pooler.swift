import Foundation
import Glibc
import TestSupport

/// pgbouncer in transaction mode before a server, with a single session of the server for each database.
public final class Pooler {
    private let folder: String
    private var process: Process?

    public init(_ server: TestServer) throws {
        folder = "\(server.folder)/pooler-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let configuration = """
            [databases]
            * = host=\(server.folder) port=5432
            [pgbouncer]
            listen_addr =
            listen_port = 6432
            unix_socket_dir = \(folder)
            auth_type = trust
            auth_file = \(folder)/users
            pool_mode = transaction
            default_pool_size = 1
            server_login_retry = 0.2
            logfile = \(folder)/log

            """
        try configuration.write(toFile: "\(folder)/pgbouncer.ini", atomically: false, encoding: .utf8)
        try "\"postgres\" \"\"\n".write(toFile: "\(folder)/users", atomically: false, encoding: .utf8)
        if getuid() == 0, let user = getpwnam("postgres") { chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) }
        try start()
    }

    public func start() throws {
        let process = Process()
        // It ends with this test's thread, however that ends; and it does not run as root. Only this signal is sure to
        // reach it, since this process may have blocked others, and it inherits that.
        var words = ["--pdeathsig", "KILL"]
        if getuid() == 0 { words += ["--reuid=postgres", "--regid=postgres", "--init-groups"] }
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = words + ["--", "/usr/sbin/pgbouncer", "-q", "\(folder)/pgbouncer.ini"]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        for _ in 0..<400 where !FileManager.default.fileExists(atPath: socket) {
            guard process.isRunning else { throw Failure("pgbouncer ended: \(log)") }
            usleep(50_000)
        }
    }

    deinit { stop() }

    private var socket: String { "\(folder)/.s.PGSQL.6432" }
    private var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

    public func url(_ database: String) -> String {
        "host=\(folder) port=6432 dbname=\(database) user=postgres"
    }

    public func stop() {
        guard let process, process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: socket)
    }
}
