internal import FoundationEssentials
internal import Glibc
internal import Wire

/// Reading files with errors that say what a person can do about them.
enum FileContent {
    /// What stopped a read: `cannot be read: no such file`.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The content of anything that can be read to an end: files, pipes, devices.
    static func bytes(ofFile path: String) throws(Unreadable) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += buffer[..<count]
            } else if errno != EINTR {
                throw Unreadable(errno)
            }
        }
    }

    /// The same, but throws if the file is written to meanwhile: half a table would resolve alerts wrongly. A pipe is
    /// written to while it is read, and ends when its writer says so.
    ///
    /// - Parameter meanwhile: Runs after the reading and before the check, for tests.
    static func stableBytes(ofFile path: String, meanwhile: () -> Void = {}) throws(Unreadable) -> [UInt8] {
        let before = stamp(path)
        let bytes = try bytes(ofFile: path)
        meanwhile()
        guard before == stamp(path) else {
            throw Unreadable(description: "changed while it was read; write a new file and rename it over this one")
        }
        return bytes
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func stamp(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    static func text(ofFile path: String) throws(Unreadable) -> String {
        let bytes = try bytes(ofFile: path)
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            let name = ForeignContent.name(of: bytes.span.bytes).map { "is \($0); " } ?? ""
            throw Unreadable(description: name + "must be text in UTF-8")
        }
        return text
    }

    /// The names of the plain files in a directory, without those that begin with a dot.
    static func names(inDirectory path: String) throws(Unreadable) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        } catch {
            throw Unreadable(description: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: "cannot be read: no such file or directory"
        case .fileReadNoPermission: "cannot be read: permission denied"
        default: "cannot be read: \(error)"
        }
    }
}

extension FileContent.Unreadable {
    /// - Parameter code: of `errno`.
    init(_ code: Int32) {
        let reason =
            switch code {
            case ENOENT: "no such file or directory"
            case EACCES, EPERM: "permission denied"
            case EISDIR: "it is a directory and not a file"
            default: String(cString: strerror(code))
            }
        self.init(description: "cannot be read: \(reason)")
    }
}
