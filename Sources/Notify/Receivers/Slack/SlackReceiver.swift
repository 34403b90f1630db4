public import Foundation

/// Posts notifications to a channel of Slack.
///
/// With a bot, the first message of an alert begins a thread: what comes later is a reply there, and the first message
/// is updated to show what stands of all that it told of. An incoming webhook gets one message for each notification.
public final class SlackReceiver: Receiver, @unchecked Sendable {
    public let mostItems = 10_000
    public let refreshEvery: Duration? = nil

    private let settings: SlackSettings
    private let endpoint: Endpoint
    private let client: HTTPClient
    private let headers: [HTTPHeader]
    /// The channel; nil for an incoming webhook.
    private let channel: String?
    /// What Slack has of the notification that was not taken as a whole, so that the next try does not post it twice.
    private var progress = Progress(id: "")
    /// When the next message may go out.
    private var nextMessage = ContinuousClock.now

    private struct Progress {
        var id: String
        var threads: Set<String> = []
        /// The message of the items without a thread.
        var thread: String?
    }

    public init(_ settings: SlackSettings) throws(ReceiverSettingsError) {
        guard settings.mostLines >= 1 else {
            throw ReceiverSettingsError("most_lines", "must be at least 1; it is \(settings.mostLines)")
        }
        self.settings = settings
        var headers = [HTTPHeader("Content-Type", "application/json; charset=utf-8")]
        switch settings.target {
        case .webhook(let url):
            endpoint = try Endpoint(url, setting: "url")
            channel = nil
            client = HTTPClient(settings.transfer, secrets: endpoint.secrets)
        case .bot(let token, let channel):
            if let problem = HTTPHeader.problem(name: "Authorization", value: token) {
                throw ReceiverSettingsError("token", problem)
            }
            guard token.hasPrefix("xoxb-") else {
                throw ReceiverSettingsError("token", "must be a bot's token, which begins with xoxb-")
            }
            guard !channel.isEmpty else {
                throw ReceiverSettingsError("channel", "must be a channel's id or name, such as C0123456789")
            }
            endpoint = try Endpoint(settings.apiURL, setting: "url")
            self.channel = channel
            headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
            client = HTTPClient(settings.transfer, secrets: [token])
        }
        self.headers = headers
    }

    public func cancel() { client.cancel() }

    public func send(_ notification: Notification) -> Outcome {
        let outcome = client.sending { () throws(Undelivered) in
            guard let channel else {
                let body = JSON.object(message(notification).members).bytes
                awaitNextMessage()
                return try client.post(endpoint, headers: headers, body: body).outcome
            }
            return try post(notification, to: channel)
        }
        guard !progress.threads.isEmpty, let failure = outcome.failure else { return outcome }
        // Some of it has arrived.
        var after: Duration?
        if case .again(_, let asked) = outcome { after = asked }
        return .again(Failure(.interrupted, failure.message), after: after)
    }

    public func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome { .taken(thread: nil) }

    // MARK: With a bot

    private func post(_ notification: Notification, to channel: String) throws(Undelivered) -> Outcome {
        if progress.id != notification.id { progress = Progress(id: notification.id) }
        let deadline = ContinuousClock.now + settings.transfer.timeout
        var fresh = notification.items.filter { $0.thread.flatMap(SlackAnswer.Message.init(thread:)) == nil }
        for thread in Self.threads(of: notification.items) where !progress.threads.contains(thread.thread) {
            guard ContinuousClock.now < deadline else {
                let words = "\(endpoint.place) took \(progress.threads.count) threads; the next ones follow"
                return .again(Failure(.timeout, words), after: .zero)
            }
            switch try reply(notification, in: thread) {
            case .taken: progress.threads.insert(thread.thread)
            case .gone: fresh += notification.items.filter { $0.thread == thread.thread }
            case .failed(let outcome): return outcome
            }
        }
        if !fresh.isEmpty, progress.thread == nil {
            awaitNextMessage()
            let message = message(Notification(id: notification.id, items: fresh, time: notification.time))
            let answer = try call("chat.postMessage", [("channel", .text(channel))] + message.members)
            guard case .taken(let thread) = answer.outcome else { return answer.outcome }
            progress.thread = thread
        }
        defer { progress = Progress(id: "") }
        return .taken(thread: progress.thread)
    }

    private enum Reply {
        case taken
        /// Somebody deleted the message that began the thread, or the bot left its channel: the alert is told anew.
        case gone
        case failed(Outcome)
    }

    /// Updates the first message, then replies to it. In this order a try that fails in between repeats nothing that
    /// people see.
    private func reply(
        _ notification: Notification, in thread: SlackAnswer.Message
    ) throws(Undelivered) -> Reply {
        let items = notification.items.filter { $0.thread == thread.thread }
        let all = items + notification.others.filter { $0.thread == thread.thread }
        let state = message(Notification(id: notification.id, items: Self.sorted(all), time: notification.time))
        let place: [(String, JSON)] = [("channel", .text(thread.channel))]
        awaitNextMessage()
        let update = try call("chat.update", place + [("ts", .text(thread.ts))] + state.members)
        if Self.isGone(update) { return .gone }
        switch update.outcome {
        // What cannot be updated, for its age for one, can be replied to.
        case .taken, .refused: break
        case .again, .misconfigured: return .failed(update.outcome)
        }
        let news = message(Notification(id: notification.id, items: items, time: notification.time))
        let answer = try call("chat.postMessage", place + [("thread_ts", .text(thread.ts))] + news.members)
        switch answer.outcome {
        case .taken: return .taken
        default: return Self.isGone(answer) ? .gone : .failed(answer.outcome)
        }
    }

    private static func isGone(_ answer: SlackAnswer) -> Bool {
        let words = ["message_not_found", "thread_not_found", "channel_not_found", "not_in_channel", "is_archived"]
        return answer.error.map { words.contains($0) } ?? false
    }

    private func awaitNextMessage() {
        let wait = nextMessage - .now
        if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
        nextMessage = .now + settings.spacing
    }

    private func call(_ method: String, _ members: [(String, JSON)]) throws(Undelivered) -> SlackAnswer {
        SlackAnswer(
            try client.post(
                endpoint.appending("/\(method)"), headers: headers, body: JSON.object(members).bytes))
    }

    private func message(_ notification: Notification) -> SlackMessage {
        SlackMessage(notification, texts: settings.texts, mostLines: settings.mostLines)
    }

    /// In the order of the items.
    private static func threads(of items: [Notification.Item]) -> [SlackAnswer.Message] {
        var seen: Set<String> = []
        return items.compactMap { item in
            guard let thread = item.thread, let message = SlackAnswer.Message(thread: thread) else { return nil }
            return seen.insert(thread).inserted ? message : nil
        }
    }

    /// What stands first, the most urgent first.
    private static func sorted(_ items: [Notification.Item]) -> [Notification.Item] {
        items.enumerated().sorted { a, b in
            let (first, second) = (a.element.level?.rawValue ?? 0, b.element.level?.rawValue ?? 0)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
    }
}
