import Foundation
import TestSupport

/// A port that was free a moment ago.
enum FreePort {
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure("no port is free") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}

/// Reads from a port on loopback with curl; the result is empty when nothing answers.
struct Curl {
    private let port: Int
    init(_ port: Int) { self.port = port }

    func get(_ target: String) -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: Program.find("curl") ?? "/usr/bin/curl")
        process.arguments = ["-s", "--max-time", "5", "http://127.0.0.1:\(port)\(target)"]
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return "" }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    func json(_ target: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(get(target).utf8))) as? [String: Any] ?? [:]
    }
}
