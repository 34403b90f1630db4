import Foundation
import Logging
import Notify

/// Makes a receiver of its settings, and says everything that is wrong with them.
struct ReceiverMaker {
    private let settings: Configuration.ReceiverSettings
    private let pageURL: String?
    private let logger: Logger
    private(set) var mistakes: [String] = []

    init(_ settings: Configuration.ReceiverSettings, pageURL: String?, logger: Logger) {
        self.logger = logger
        self.settings = settings
        self.pageURL = pageURL
    }

    /// Nil when there are mistakes.
    mutating func make() -> (any Receiver)? {
        guard let kind = settings.kind else {
            let kinds = Configuration.ReceiverSettings.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            report("kind", "must be given: one of \(kinds)")
            return nil
        }
        check(kind)
        guard mistakes.isEmpty else { return nil }
        do throws(ReceiverSettingsError) {
            return try make(kind)
        } catch {
            report(error.setting, error.message)
            return nil
        }
    }

    // MARK: Which settings belong to a kind

    /// The settings that only some kinds have, and whether they are given.
    private var given: [(key: String, isGiven: Bool)] {
        [
            ("url", settings.url != nil), ("server", settings.server != nil), ("token", settings.token != nil),
            ("channel", settings.channel != nil), ("routing_key", settings.routingKey != nil),
            ("signing_secrets", settings.signingSecrets != nil), ("authorization", settings.authorization != nil),
            ("username", settings.username != nil), ("password", settings.password != nil),
            ("from", settings.from != nil), ("to", !settings.to.isEmpty), ("headers", !settings.headers.isEmpty),
            ("labels", !settings.labels.isEmpty),
        ]
    }

    private mutating func check(_ kind: Configuration.ReceiverSettings.Kind) {
        let needed: [String]
        let possible: [String]
        switch kind {
        case .webhook: (needed, possible) = (["url"], ["signing_secrets", "authorization", "headers"])
        case .slack where settings.url != nil: (needed, possible) = (["url"], [])
        case .slack: (needed, possible) = (["token", "channel"], ["server"])
        case .pagerduty: (needed, possible) = (["routing_key"], ["server"])
        case .alertmanager: (needed, possible) = (["server"], ["token", "username", "password", "labels"])
        case .mail: (needed, possible) = (["server", "from", "to"], ["username", "password"])
        }
        for (key, isGiven) in given {
            if isGiven, !needed.contains(key), !possible.contains(key) {
                report(key, "has no effect with kind: \(kind.rawValue)\(instead(kind, key)); remove it")
            } else if !isGiven, needed.contains(key) {
                report(key, "must be given with kind: \(kind.rawValue)\(source(key))")
            }
        }
        if possible.contains("password"), (settings.username == nil) != (settings.password == nil) {
            report(settings.username == nil ? "username" : "password", "must be given beside the other of the two")
        }
        if let file = settings.caFile, !FileManager.default.isReadableFile(atPath: file) {
            report("ca_file", "found \"\(file)\"; must be a file of certificates in PEM that can be read")
        }
        if kind == .alertmanager, settings.token != nil, settings.username != nil {
            report("token", "must not be given beside username; Alertmanager takes one of them")
        }
    }

    private func instead(_ kind: Configuration.ReceiverSettings.Kind, _ key: String) -> String {
        kind == .slack && settings.url != nil && ["token", "channel", "server"].contains(key)
            ? " beside url, an incoming webhook" : ""
    }

    private func source(_ key: String) -> String {
        let name = "\(Keys.receivers).\(settings.name).\(key)"
        guard Keys.named(name)?.isSecret == true else { return "" }
        let slack =
            settings.kind == .slack && key == "token"
            ? ", or the credential \(Keys.receivers).\(settings.name).url" : ""
        return ": set \(KeyEntry.environmentName(name)) or the credential \(name)\(slack)"
    }

    private mutating func report(_ key: String, _ text: String) {
        mistakes.append("\(Keys.receivers).\(settings.name).\(key): \(text)")
    }

    // MARK: Making it

    private func make(_ kind: Configuration.ReceiverSettings.Kind) throws(ReceiverSettingsError) -> any Receiver {
        let texts = try Texts(
            title: settings.title ?? Texts.defaultTitle, line: settings.line ?? Texts.defaultLine, pageURL: pageURL)
        let transfer = TransferSettings(
            connectTimeout: max(.seconds(1), settings.timeout / 3), timeout: settings.timeout, caFile: settings.caFile)
        switch kind {
        case .webhook:
            return try WebhookReceiver(
                WebhookSettings(
                    url: settings.url?.reveal() ?? "", secrets: secrets, headers: headers, texts: texts,
                    transfer: transfer))
        case .slack:
            let target: SlackSettings.Target =
                if let url = settings.url { .webhook(url: url.reveal()) } else {
                    .bot(token: settings.token?.reveal() ?? "", channel: settings.channel ?? "")
                }
            var slack = SlackSettings(target: target, texts: texts, transfer: transfer)
            if let server = settings.server { slack.apiURL = server }
            return try SlackReceiver(slack)
        case .pagerduty:
            var pagerDuty = PagerDutySettings(
                routingKey: settings.routingKey?.reveal() ?? "", texts: texts, transfer: transfer)
            if let server = settings.server { pagerDuty.url = server }
            return try PagerDutyReceiver(pagerDuty)
        case .alertmanager:
            return try AlertmanagerReceiver(
                AlertmanagerSettings(
                    url: settings.server ?? "", login: login, labels: settings.labels, texts: texts,
                    transfer: transfer))
        case .mail: return try MailReceiver(try mail(texts, transfer), logger: logger)
        }
    }

    private var secrets: [String] {
        settings.signingSecrets.map { RawValue.elements(of: $0.reveal()) } ?? []
    }

    private var headers: [String: String] {
        guard let authorization = settings.authorization else { return settings.headers }
        return settings.headers.merging(["Authorization": authorization.reveal()]) { $1 }
    }

    private var login: AlertmanagerSettings.Login {
        if let token = settings.token { return .bearer(token: token.reveal()) }
        guard let user = settings.username, let password = settings.password else { return .none }
        return .basic(user: user, password: password.reveal())
    }

    private func mail(_ texts: Texts, _ transfer: TransferSettings) throws(ReceiverSettingsError) -> MailSettings {
        let server = try MailServer(settings.server ?? "")
        var mail = MailSettings(
            host: server.host, port: server.port, security: server.security, from: settings.from ?? "",
            to: settings.to, texts: texts, transfer: transfer)
        if let user = settings.username, let password = settings.password {
            mail.login = MailSettings.Login(user: user, password: password.reveal())
        }
        return mail
    }
}
