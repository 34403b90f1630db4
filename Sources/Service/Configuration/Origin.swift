/// Where a value was found, so that a mistake can be corrected there.
public enum Origin: Hashable, Sendable {
    /// Nobody set it.
    case standard
    /// A line of the configuration file, counted from 1; no line when the whole file is meant.
    case file(path: String, line: Int?)
    /// An environment variable.
    case environment(name: String)
    /// A file of the credentials directory.
    case credential(path: String)
}

extension Origin: CustomStringConvertible {
    public var description: String {
        switch self {
        case .standard: "by default"
        case .file(let path, let line?): "\(path):\(line)"
        case .file(let path, nil): path
        case .environment(let name): "environment variable \(name)"
        case .credential(let path): "credential \(path)"
        }
    }
}
