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

/// Waits until a check holds, at most so long. A check that throws, such as a read that a busy machine times out, does
/// not hold yet. What follows checks again, and so shows what differs.
public func waitUntil(within seconds: Double = 90, _ holds: () throws -> Bool) {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
        if (try? holds()) == true { return }
        usleep(200_000)
    }
}
