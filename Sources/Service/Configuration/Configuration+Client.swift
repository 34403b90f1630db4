internal import Kafka
internal import Logging
internal import Synchronization

extension Configuration {
    /// What shows only when a client is made, such as a missing certificate file. Asks no broker.
    public func clientProblems() -> [String] {
        let files = fileMistakes()
        guard files.isEmpty else { return files.map(\.description) }
        if usesKerberos, !LibraryVersion.hasKerberos {
            return [
                "kafka.properties: sasl.mechanism GSSAPI (Kerberos) is not in librdkafka \(LibraryVersion.text) as it "
                    + "was built; use Debian's librdkafka1, or another sasl.mechanism"
            ]
        }
        // The trial would not notice, since it gets no ticket.
        if needsKeytab {
            return [
                "kafka.properties: GSSAPI needs sasl.kerberos.keytab, the client's keytab file, or a "
                    + "sasl.kerberos.kinit.cmd without it"
            ]
        }
        do throws(KafkaError) {
            try Admin(trialSettings(SwiftLogNoOpLogHandler())).close(deadlineMs: 1_000)
            return []
        } catch {
            return ["kafka.properties: \(error.message)"]
        }
    }

    /// For a client that connects to nothing, and so needs no Kerberos ticket: it would run the command that gets one.
    private func trialSettings(_ handler: any LogHandler) -> ClientSettings {
        var settings = clientSettings(Logger(label: "check") { _ in handler })
        let refresh = "sasl.kerberos.min.time.before.relogin"
        if mechanism == "GSSAPI", ClientSettings.knownProperties.contains(refresh) {
            settings.properties[refresh] = "0"
        }
        return settings
    }

    /// What librdkafka says of the properties when a client is made of them: that one is deprecated, for instance.
    /// What it says of SASL is left out, since `notes` says it.
    public func clientNotes() -> [String] {
        let lines = ConfigurationWarnings()
        _ = try? Admin(trialSettings(lines)).close(deadlineMs: 1_000)
        return lines.texts.filter { !$0.contains("sasl.") }.map { "kafka.properties: \($0)" }
    }
}

/// Keeps what librdkafka warns of in its configuration.
private struct ConfigurationWarnings: LogHandler {
    private final class Kept: Sendable { let texts = Mutex<[String]>([]) }

    private let kept = Kept()
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    var texts: [String] { kept.texts.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.metadata?["facility"] == "CONFWARN" else { return }
        kept.texts.withLock { $0.append("\(event.message)") }
    }
}
