import Foundation

/// What Slack's Web API answered. It answers 200 to what it refuses, too.
struct SlackAnswer {
    /// The message's name, which `chat.update` and `thread_ts` take; it is kept as `thread`.
    struct Message: Equatable {
        /// The channel's id: `chat.update` takes no name.
        var channel: String
        var ts: String

        init(channel: String, ts: String) {
            self.channel = channel
            self.ts = ts
        }

        init?(thread: String) {
            let parts = thread.split(separator: "/", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            self.init(channel: String(parts[0]), ts: String(parts[1]))
        }

        var thread: String { "\(channel)/\(ts)" }
    }

    private struct Body: Decodable {
        var ok: Bool
        var error: String?
        var ts: String?
        var channel: String?
    }

    /// What became of it; `thread` is the message's.
    let outcome: Outcome
    /// Slack's word for what it did not like.
    let error: String?

    init(_ answer: HTTPAnswer) {
        guard answer.status == 200 else {
            (outcome, error) = (answer.outcome, nil)
            return
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(answer.body)) else {
            error = nil
            outcome = .again(
                Failure(.server, "\(answer.sentence). That is no answer of Slack's API; check the address"), after: nil
            )
            return
        }
        if body.ok {
            error = nil
            guard let channel = body.channel, let ts = body.ts else {
                outcome = .taken(thread: nil)
                return
            }
            outcome = .taken(thread: Message(channel: channel, ts: ts).thread)
            return
        }
        let word = String(
            (body.error ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }.prefix(60))
        error = word
        outcome = Self.outcome(word, answer)
    }

    private static func outcome(_ word: String, _ answer: HTTPAnswer) -> Outcome {
        let sentence = "\(answer.place) refused the message: \(word.isEmpty ? "no reason was given" : word)"
        if let hint = hints[word] {
            return .misconfigured(Failure(.configuration, "\(sentence). \(hint)"))
        }
        switch word {
        case "ratelimited", "rate_limited", "message_limit_exceeded":
            return .again(Failure(.rateLimited, "\(sentence). It gets too many messages"), after: answer.retryAfter)
        case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
            return .again(Failure(.server, sentence), after: answer.retryAfter)
        default:
            return .refused(Failure(.refused, sentence))
        }
    }

    private static let hints: [String: String] = {
        let token = "Set the token of a bot that is installed in the workspace"
        let channel = "Set the id or the name of a channel of the workspace"
        let rights = "Let the bot write there, with the scope chat:write"
        return [
            "invalid_auth": token, "not_authed": token, "account_inactive": token, "token_revoked": token,
            "token_expired": token, "not_allowed_token_type": token, "org_login_required": token,
            "channel_not_found": "\(channel), and invite the bot if it is private", "is_archived": channel,
            "not_in_channel": "Invite the bot to the channel", "missing_scope": rights, "no_permission": rights,
            "restricted_action": rights, "restricted_action_read_only_channel": rights,
            "restricted_action_thread_only_channel": rights, "restricted_action_non_threadable_channel": rights,
            "access_denied": rights, "ekm_access_denied": rights, "team_access_not_granted": rights,
            "enterprise_is_restricted": rights,
        ]
    }()
}
