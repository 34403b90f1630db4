internal import FoundationEssentials
internal import Glibc

/// Reading files with errors that say what a person can do about them.
enum FileContent {
    /// What stopped a read: `cannot be read: no such file`.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func bytes(ofFile path: String) throws(Unreadable) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Unreadable(description: reason(error))
        }
    }

    /// The same, but throws if the file is written to meanwhile: half a table would resolve alerts wrongly.
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

    private static func stamp(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    static func text(ofFile path: String) throws(Unreadable) -> String {
        let bytes = try bytes(ofFile: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Unreadable(description: "must be text in UTF-8")
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
