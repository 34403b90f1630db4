internal import Foundation

/// A receiver of webhooks on this machine: it hands over the body of each request and answers 204.
public final class LocalReceiver: Sendable {
    public struct Failure: Error {
        public let message: String
    }

    public let port: UInt16
    private let socket: Int32
    private let onBody: @Sendable ([UInt8]) -> Void

    /// - Parameter onBody: called on a thread of the receiver's.
    public init(_ onBody: @escaping @Sendable ([UInt8]) -> Void) throws(Failure) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure(message: "no port on 127.0.0.1: \(String(cString: strerror(errno)))") }
        self.socket = socket
        self.onBody = onBody
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.serve() }
    }

    public func close() { shutdown(socket, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { return }
            Thread.detachNewThread { self.answer(connection) }
        }
    }

    /// Takes requests of one connection until it ends.
    private func answer(_ connection: Int32) {
        defer { Glibc.close(connection) }
        var bytes = Data()
        while let body = Self.body(&bytes, connection) {
            onBody([UInt8](body))
            let response = "HTTP/1.1 204 No Content\r\n\r\n"
            guard send(connection, response, response.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
        }
    }

    private static func body(_ bytes: inout Data, _ connection: Int32) -> Data? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
                let lines = head.components(separatedBy: "\r\n")
                let length = lines.first { $0.hasPrefix("content-length:") }.flatMap {
                    Int($0.dropFirst("content-length:".count).drop { $0 == " " })
                }
                if let length, bytes.endIndex - end.upperBound >= length {
                    let body = Data(bytes[end.upperBound..<end.upperBound + length])
                    bytes = Data(bytes[(end.upperBound + length)...])
                    return body
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}
