extension Configuration {
    /// One receiver of `notify.receivers`.
    public struct ReceiverSettings: Equatable, Sendable {
        public enum Kind: String, Sendable, CaseIterable {
            case webhook, slack, pagerduty, alertmanager, mail
        }

        public enum Level: String, Sendable, CaseIterable {
            case warning = "WARNING"
            case low = "LOW"
            case critical = "CRITICAL"
            case outOfStock = "OUT_OF_STOCK"
            case oversold = "OVERSOLD"
        }

        public enum Grouping: String, Sendable, CaseIterable {
            case auto, product, warehouse, category, none
        }

        public var name: String
        public var kind: Kind?
        public var url: Secret?
        public var server: String?
        public var token: Secret?
        public var channel: String?
        public var routingKey: Secret?
        public var signingSecrets: Secret?
        public var authorization: Secret?
        public var username: String?
        public var password: Secret?
        public var from: String?
        public var to: [String]
        public var headers: [String: String]
        public var labels: [String: String]
        public var title: String?
        public var line: String?
        public var caFile: String?
        public var timeout: Duration
        public var severity: Level
        public var categories: [String]
        public var products: [String]
        public var warehouses: [String]
        public var regions: [String]
        public var wait: Duration
        public var resolveWait: Duration
        public var groupWait: Duration
        public var grouping: Grouping
        public var repeatAfter: Duration?
        public var sendsEnds: Bool
        public var rate: Int?

        /// A receiver whose keys begin with `notify.receivers.` and its name.
        init(_ name: String, _ read: inout Reading) {
            self.name = name
            let key = { (last: String) in "notify.receivers.\(name).\(last)" }
            kind = read(
                key("kind"), Service.Kind<Kind>.choice.orNull, default: "null",
                "What it is; each receiver must say so.")
            (url, token, routingKey, signingSecrets, authorization, password) = Self.secrets(key, &read)
            server = read(
                key("server"), Service.Kind.text("a server's URL", upTo: 2_000).orNull, default: "null",
                """
                alertmanager: what is before /api/v2/alerts, http://localhost:9093 for instance. mail:
                smtp://host:port with STARTTLS, smtps://host:port with TLS, or smtp+plain://host:port without.
                slack with a token, and pagerduty: another base address than the service's own.
                """)
            channel = read(
                key("channel"), Service.Kind.text("a channel").orNull, default: "null",
                "slack with a token: the channel, by id or name. The bot must be in it.")
            username = read(
                key("username"), Service.Kind.text("a user name").orNull, default: "null",
                "mail, alertmanager: the user, whose password is a secret.")
            from = read(
                key("from"), Service.Kind.text("a mail address").orNull, default: "null",
                "mail: the sender, stockd@example.com or Stock <stockd@example.com>.")
            to = read(key("to"), .texts, default: "", "mail: the recipients.")
            headers = read(key("headers"), .map, default: "", "webhook: more headers, by name. None is a secret here.")
            labels = read(key("labels"), .map, default: "", "alertmanager: more labels of every alert, by name.")
            (title, line) = Self.templates(key, &read)
            caFile = read(
                key("ca_file"), Service.Kind.path.orNull, default: "null",
                "Certificates in PEM that are trusted instead of the system's. Null: the system's.")
            timeout = read(
                key("timeout"), .duration(.seconds(1) ... .seconds(60)), default: "15s",
                "How long a request may take. A connection may take a third of it.")
            (severity, categories, products, warehouses, regions) = Self.filter(key, &read)
            (wait, resolveWait, groupWait) = Self.waits(key, &read)
            grouping = read(
                key("group_by"), .choice, default: "auto",
                """
                What is told at once: the alerts of one product, warehouse or category, or each by itself (none).
                auto: product for slack, mail and webhook, none for the others.
                """)
            repeatAfter = read(
                key("repeat"), Service.Kind.duration(.seconds(60) ... .seconds(30 * 86_400)).orNull, default: "null",
                "Tells again what has stood for this long since it was told last. Null: never.")
            sendsEnds = read(key("send_resolved"), .boolean, default: "true", "Whether the end of an alert is told.")
            rate = read(
                key("rate"), Service.Kind.integer(1...6_000).orNull, default: "null",
                """
                At most so many notifications a minute, evenly spaced; what waits becomes one digest. Null: 60 for
                slack, no limit for the others.
                """)
        }

        private static func secrets(
            _ key: (String) -> String, _ read: inout Reading
        ) -> (Secret?, Secret?, Secret?, Secret?, Secret?, Secret?) {
            let kind = { (what: String) in Service.Kind.secret(what).orNull }
            return (
                read(
                    key("url"), kind("a URL"), default: "null", secret: true,
                    "webhook: where to post. slack: an incoming webhook, instead of a token and a channel."),
                read(
                    key("token"), kind("a token"), default: "null", secret: true,
                    "slack: a bot's token with the scope chat:write. alertmanager: a bearer token."),
                read(
                    key("routing_key"), kind("a routing key"), default: "null", secret: true,
                    "pagerduty: the integration key of a service's Events API v2."),
                read(
                    key("signing_secrets"), kind("one or two secrets, whsec_… each, separated by a comma"),
                    default: "null", secret: true,
                    """
                    webhook: signs each request by the Standard Webhooks specification. Give two while the one replaces
                    the other.
                    """),
                read(
                    key("authorization"), kind("a header's value"), default: "null", secret: true,
                    "webhook: the value of the header Authorization."),
                read(
                    key("password"), kind("a password"), default: "null", secret: true,
                    "mail, alertmanager: the password of username.")
            )
        }

        private static func templates(_ key: (String) -> String, _ read: inout Reading) -> (String?, String?) {
            (
                read(
                    key("title"), Service.Kind.text("a template", upTo: 2_000).orNull, default: "null",
                    "A mustache template of the title; docs/notifications.md has the variables. Null: the usual one."),
                read(
                    key("line"), Service.Kind.text("a template", upTo: 2_000).orNull, default: "null",
                    "A mustache template of the line of each alert. Null: the usual one.")
            )
        }

        private static func filter(
            _ key: (String) -> String, _ read: inout Reading
        ) -> (Level, [String], [String], [String], [String]) {
            (
                read(
                    key("severity"), .choice, default: "WARNING",
                    "The least urgent level that it is told of. An alert that eases below it is over for it."),
                read(key("category"), .texts, default: "", "Only products of these categories. None: all."),
                read(key("product_id"), .texts, default: "", "Only these products. None: all."),
                read(key("warehouse_id"), .texts, default: "", "Only these warehouses. None: all."),
                read(
                    key("region"), .texts, default: "",
                    "Only warehouses of these regions, by reference.warehouses as it is at the start. None: all.")
            )
        }

        private static func waits(
            _ key: (String) -> String, _ read: inout Reading
        ) -> (Duration, Duration, Duration) {
            let range = Duration.zero ... .seconds(7 * 86_400)
            return (
                read(
                    key("wait"), .duration(range), default: "1m",
                    "An alert, or a more urgent level, that lasts shorter than this is not told."),
                read(
                    key("resolve_wait"), .duration(range), default: "5m",
                    """
                    The end of an alert, or a less urgent level, is told after this long; if the alert comes back
                    sooner, it was never over. So a product that hovers around its threshold is told once.
                    """),
                read(
                    key("group_wait"), .duration(.zero ... .seconds(3_600)), default: "10s",
                    "How long the first alert of a group waits for others, to be told with them.")
            )
        }
    }
}

extension Kind where Value == [String] {
    /// Any texts; none for null.
    static let texts = Kind(shape: .list, expected: "a list of texts") { raw in
        guard case .list(let elements) = raw else { return nil }
        return raw.isNull ? [] : elements.filter { !$0.isEmpty }
    }
}

extension Kind where Value == [String: String] {
    /// Any names and values.
    static let map = Kind(
        shape: .map, expected: "a map of names to values (in a variable: name=value,name=value)"
    ) { raw in MapText.read(raw) }
}

extension Kind where Value == String {
    /// A page's address.
    static let webURL = scalar("a URL that begins with https:// or http://, without a user, query or fragment") {
        text in
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !text.contains { "?#@".contains($0) }
        return (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.count > 8 && isPlain ? text : nil
    }
}
