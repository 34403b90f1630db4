import Foundation

/// systemd's end of `NOTIFY_SOCKET`: a real unix datagram socket, at a path or in the abstract space.
public final class NotificationSocket {
    private let descriptor: Int32
    /// The socket's file, which is removed again; nil in the abstract space.
    private let path: String?
    /// The value of `NOTIFY_SOCKET`.
    public let name: String

    public init(isAbstract: Bool) throws {
        let unique = "stockd-test-\(UUID().uuidString)"
        path = isAbstract ? nil : FileManager.default.temporaryDirectory.appending(path: unique).path
        name = path ?? "@\(unique)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 }
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw POSIXError(.ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = 2 + bytes.count + (isAbstract ? 0 : 1)
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    /// All messages received since the last call.
    public func messages() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return messages }
            messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }
}
