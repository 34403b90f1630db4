import Foundation

/// Thrown when a test lacks something it cannot go on without.
public struct Failure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// Asks again and again until there is an answer.
@discardableResult
public func eventually<T>(_ what: String, within seconds: Double = 90, _ ask: () throws -> T?) throws -> T {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
        if let answer = try ask() { return answer }
        usleep(10_000)
    }
    throw Failure("\(what): not within \(seconds) s")
}
