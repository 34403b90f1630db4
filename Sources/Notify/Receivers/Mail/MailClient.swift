import CCurl

/// Sends mails over SMTP. One thread uses it; `cancel` may be called from any.
final class MailClient {
    /// What became of a mail that the server took for one recipient at least.
    struct Taken {
        /// Refused for now, by a reply 4xx: address and reply.
        var later: [(address: String, reply: String)] = []
        /// Refused for good.
        var never: [(address: String, reply: String)] = []
    }

    private let handle = CurlHandle()
    private let endpoint: Endpoint
    private let security: MailSettings.Security
    private let login: MailSettings.Login?
    private let transfer: TransferSettings
    private var secrets: [String] { login.map { [$0.password] } ?? [] }

    init(_ settings: MailSettings, greeting: String) throws(ReceiverSettingsError) {
        let (scheme, usual) =
            switch settings.security {
            case .startTLS: ("smtp", 587)
            case .tls: ("smtps", 465)
            case .plain: ("smtp", 25)
            }
        let url = "\(scheme)://\(settings.host):\(settings.port ?? usual)/\(greeting)"
        guard settings.host.wholeMatch(of: /[A-Za-z0-9._:\[\]-]+/) != nil else {
            throw ReceiverSettingsError("host", "must be a mail server's name, such as mail.example.com")
        }
        endpoint = try Endpoint(url, setting: "host", schemes: ["smtp", "smtps"])
        security = settings.security
        login = settings.login
        transfer = settings.transfer
    }

    func cancel() { handle.cancel() }

    func send(_ message: MailMessage, from: String, to: [String]) throws(Undelivered) -> Taken {
        handle.reset(transfer)
        defer { handle.forgetCancel() }
        handle.allowMail(message.bytes)
        handle.set(CURLOPT_URL, endpoint.url)
        if security == .startTLS { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let login {
            handle.set(CURLOPT_USERNAME, login.user)
            handle.set(CURLOPT_PASSWORD, login.password)
        }
        handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
        handle.set(CURLOPT_MAIL_RCPT, to.map { "<\($0)>" })
        // A server does not like to keep a connection for a next mail that may come tomorrow.
        handle.set(CURLOPT_FORBID_REUSE, 1)
        let code = handle.isCancelPending ? CURLE_ABORTED_BY_CALLBACK : handle.perform()
        let refused = handle.dialogue.recipients.filter(\.reply.isRefusal)
        guard code == CURLE_OK else { throw Undelivered(outcome: outcome(code).redacted(secrets)) }
        return Taken(
            later: refused.filter { $0.reply.code < 500 }.map { ($0.address, $0.reply.text) },
            never: refused.filter { $0.reply.code >= 500 }.map { ($0.address, $0.reply.text) })
    }

    private func outcome(_ code: CURLcode) -> Outcome {
        let place = endpoint.place
        guard code != CURLE_ABORTED_BY_CALLBACK, code != CURLE_OPERATION_TIMEDOUT, code != CURLE_USE_SSL_FAILED,
            let refusal = handle.dialogue.refusal
        else {
            if code == CURLE_LOGIN_DENIED {
                let words = "\(place) offers no way to log in that stockd knows; check the port and the login"
                return .misconfigured(Failure(.configuration, words))
            }
            return FailedTransfer(code, handle, endpoint, transfer).outcome
        }
        let reply = refusal.reply
        let sentence = "\(place) answered \(reply.text)"
        switch refusal.command {
        case "RCPT":
            let refused = handle.dialogue.recipients.filter(\.reply.isRefusal)
            guard refused.count == handle.dialogue.recipients.count else {
                return FailedTransfer(code, handle, endpoint, transfer).outcome
            }
            let words = refused.prefix(10).map { "\($0.address): \($0.reply.text)" }.joined(separator: "; ")
            let all = "\(place) refused every recipient (\(words))"
            return refused.contains { $0.reply.code < 500 }
                ? .again(Failure(.server, all), after: nil) : .refused(Failure(.refused, all))
        case _ where reply.code < 500:
            return .again(Failure(.server, sentence), after: nil)
        case let command where command == "AUTH" || [530, 534, 535, 538].contains(reply.code):
            return .misconfigured(Failure(.configuration, "\(sentence). Check the user and the password"))
        case "", "EHLO", "HELO", "STARTTLS":
            return .misconfigured(Failure(.configuration, "\(sentence). Check the host and the port"))
        case "MAIL":
            return .refused(Failure(.refused, "\(sentence). Check the sender's address"))
        default:
            return .refused(Failure(.refused, sentence))
        }
    }
}
