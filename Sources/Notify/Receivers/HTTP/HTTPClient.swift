import CCurl
import Foundation

/// A transfer that brought no answer, and what becomes of the notification.
struct Undelivered: Error {
    let outcome: Outcome
}

/// Posts to HTTP servers, over a connection that it keeps. One thread uses it; `cancel` may be called from any.
final class HTTPClient {
    private let handle = CurlHandle()
    private let settings: TransferSettings
    /// What no sentence may show.
    private let secrets: [String]

    init(_ settings: TransferSettings, secrets: [String]) {
        self.settings = settings
        self.secrets = secrets
    }

    func cancel() { handle.cancel() }

    /// Runs a send of one or more requests, which a cancel ends as a whole.
    func sending(_ body: () throws(Undelivered) -> Outcome) -> Outcome {
        defer { handle.forgetCancel() }
        do {
            return try body()
        } catch {
            return error.outcome
        }
    }

    func post(_ endpoint: Endpoint, headers: [HTTPHeader], body: [UInt8]) throws(Undelivered) -> HTTPAnswer {
        handle.reset(settings)
        handle.allowHTTP()
        handle.set(CURLOPT_URL, endpoint.url)
        handle.set(CURLOPT_USERAGENT, "stockd")
        // An answer of 100 before the body would be one more wait.
        handle.set(CURLOPT_HTTPHEADER, ["Expect:"] + headers.map { "\($0.name): \($0.value)" })
        let code = handle.isCancelPending ? CURLE_ABORTED_BY_CALLBACK : handle.perform(body)
        let received = handle.received
        // A body that was cut off changes nothing about the status.
        guard code == CURLE_OK || code == CURLE_WRITE_ERROR && received.isTooLong else {
            let failed = FailedTransfer(code, handle, endpoint, settings)
            throw Undelivered(outcome: failed.outcome.redacted(secrets))
        }
        return HTTPAnswer(
            status: handle.status, body: received.body,
            retryAfter: received.retryAfter.flatMap { RetryAfter.duration($0, now: Date()) },
            redirect: handle.redirect.map { Self.origin(of: $0) }, place: endpoint.place, secrets: secrets)
    }

    /// The scheme and the host of a URL; the rest may hold a secret.
    private static func origin(of url: String) -> String {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host else {
            return "another address"
        }
        return CleanText.of("\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? ""))
    }
}

extension Outcome {
    func redacted(_ secrets: [String]) -> Outcome {
        func clean(_ failure: Failure) -> Failure {
            Failure(failure.kind, Redaction.remove(secrets, from: failure.message))
        }
        return switch self {
        case .taken: self
        case .again(let failure, let after): .again(clean(failure), after: after)
        case .refused(let failure): .refused(clean(failure))
        case .misconfigured(let failure): .misconfigured(clean(failure))
        }
    }
}
