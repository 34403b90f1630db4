import Foundation
import Glibc
import TestSupport

/// A broker that speaks just enough of Kafka's protocol to refuse every password.
final class RefusingBroker: Sendable {
    static let message = "Authentication failed: Invalid username or password"

    let port: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutablePointer(to: &address) { [listener] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isOpen else { throw Failure("no port to listen on: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [listener] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread { Self.serve(connection) }
            }
        }
    }

    /// Ends the listening thread.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    private static func serve(_ connection: Int32) {
        defer { Glibc.close(connection) }
        while let size = read(4, connection).map({ Int(integer($0[0..<4])) }), let request = read(size, connection) {
            // The header: the kind of the request, its version, a number that the response repeats.
            guard request.count >= 8 else { return }
            let (kind, version) = (integer(request[0..<2]), integer(request[2..<4]))
            guard let body = response(to: kind, version: version) else { return }
            let bytes = number(Int32(4 + body.count)) + request[4..<8] + body
            guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
        }
    }

    private static func response(to kind: Int32, version: Int32) -> [UInt8]? {
        let ok = number(Int16(0))
        switch kind {
        case 18 where version > 0: return number(Int16(35)) + number(Int32(0))  // UNSUPPORTED_VERSION: ask with 0
        case 18:
            let kinds: [(Int16, Int16)] = [(3, 1), (17, 1), (18, 0), (36, 0)]
            return ok + number(Int32(kinds.count)) + kinds.flatMap { number($0.0) + number(Int16(0)) + number($0.1) }
        case 17: return ok + number(Int32(1)) + text("PLAIN")
        case 36: return number(Int16(58)) + text(message) + number(Int32(0))  // SASL_AUTHENTICATION_FAILED
        default: return nil
        }
    }

    private static func read(_ count: Int, _ connection: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return recv(connection, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
    }

    private static func integer(_ bytes: some Sequence<UInt8>) -> Int32 { bytes.reduce(0) { $0 << 8 | Int32($1) } }

    private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] { number(Int16(text.utf8.count)) + Array(text.utf8) }
}
