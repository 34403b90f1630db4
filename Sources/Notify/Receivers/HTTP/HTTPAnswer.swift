import Foundation

/// What a server answered.
struct HTTPAnswer {
    let status: Int
    /// The first 64 KiB.
    let body: [UInt8]
    /// How long the server asked to wait.
    let retryAfter: Duration?
    /// Where a redirect leads, without its path.
    let redirect: String?
    /// The host and port that were asked.
    let place: String
    /// What must not be shown when the answer repeats it.
    let secrets: [String]

    /// The answer in a sentence, with the body's beginning when it is a text.
    var sentence: String {
        var words = "\(place) answered \(status)"
        let said = Redaction.excerpt(body, secrets)
        if !said.isEmpty { words += ": \(said)" }
        return words
    }

    /// What the status says. Its meaning is the same for most receivers.
    var outcome: Outcome {
        switch status {
        case 200..<300: .taken(thread: nil)
        case 300..<400:
            .misconfigured(
                Failure(
                    .configuration,
                    "\(place) answered \(status), a redirect to \(redirect ?? "nowhere"). Redirects are not followed; "
                        + "set the URL that it leads to"))
        case 401, 403:
            .misconfigured(Failure(.configuration, "\(sentence). Check the token, the secret or the password"))
        case 404, 405:
            .misconfigured(Failure(.configuration, "\(sentence). Check the URL's path"))
        case 410:
            .misconfigured(Failure(.configuration, "\(sentence). The receiver is gone for good; remove it"))
        case 407:
            .misconfigured(Failure(.configuration, "\(sentence). The proxy wants a user and a password"))
        case 429: .again(Failure(.rateLimited, "\(sentence). It gets too many requests"), after: retryAfter)
        case 408, 425: .again(Failure(.timeout, sentence), after: retryAfter)
        case 500...: .again(Failure(.server, sentence), after: retryAfter)
        default: .refused(Failure(.refused, sentence))
        }
    }
}

/// Takes what must not be shown out of texts.
enum Redaction {
    /// The beginning of what a server said, on one line.
    static func excerpt(_ bytes: [UInt8], _ secrets: [String], most: Int = 200) -> String {
        // Before it is cut, so that no half of a secret is left.
        let text = remove(secrets, from: String(decoding: bytes, as: UTF8.self))
        return CleanText.of(text, most: most).trimmingCharacters(in: .whitespaces)
    }

    static func remove(_ secrets: [String], from text: String) -> String {
        var text = text
        for secret in secrets where secret.utf8.count > 3 { text = text.replacingOccurrences(of: secret, with: "***") }
        return text
    }
}
