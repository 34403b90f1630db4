import Foundation
import Synchronization
import TestSupport

/// A certificate authority of the test's own, and a certificate of it for 127.0.0.1.
public struct TestCertificate: Sendable {
    /// Made once for all tests.
    public static let shared = Result { try TestCertificate(for: "IP:127.0.0.1") }
    public static let ofAnotherHost = Result { try TestCertificate(for: "DNS:other.example.com") }

    /// Removed at the end of the process, since nothing deinitialises a global.
    private static let folders = Mutex<[URL]>([])

    /// Certificate and key in one file.
    public let server: String
    public let authority: String

    public init(for name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "stockd-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        Self.folders.withLock { folders in
            if folders.isEmpty { atexit { TestCertificate.removeFolders() } }
            folders.append(folder)
        }
        func file(_ name: String) -> String { folder.appending(path: name).path }
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try Self.openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=stockd test authority", "-keyout", file("ca.key")]
                + ["-out", file("ca.pem")] + key)
        try Self.openssl(["req", "-subj", "/CN=stockd test", "-keyout", file("key.pem"), "-out", file("csr")] + key)
        try "subjectAltName=\(name)\n".write(toFile: file("ext"), atomically: true, encoding: .utf8)
        try Self.openssl(
            ["x509", "-req", "-days", "2", "-in", file("csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key")]
                + ["-CAcreateserial", "-extfile", file("ext"), "-out", file("cert.pem")])
        let both =
            try String(contentsOfFile: file("cert.pem"), encoding: .utf8)
            + String(contentsOfFile: file("key.pem"), encoding: .utf8)
        try both.write(toFile: file("server.pem"), atomically: true, encoding: .utf8)
        server = file("server.pem")
        authority = file("ca.pem")
    }

    private static func removeFolders() {
        for folder in folders.withLock({ $0 }) { try? FileManager.default.removeItem(at: folder) }
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("openssl \(arguments[0]) failed") }
    }
}
