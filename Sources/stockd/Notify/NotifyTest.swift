import ArgumentParser
import Foundation
import Logging
import Notify
import Service

struct NotifyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends one notification to a receiver and shows the answer.",
        discussion: """
            The alert in it is made up: it begins, and then it ends. Exits with 69 when the receiver did not take it, \
            and with 78 when it cannot be right as it is configured.

            Example: stockd notify test purchasing --config /etc/stockd/stockd.yaml
            """)

    @Argument(help: "The receiver's name.") var receiver: String

    @OptionGroup var options: ConfigurationOption

    func run() throws {
        let configuration = try options.notifying()
        let (receivers, mistakes) = configuration.makeReceivers(
            Logger(label: "notify") { _ in SwiftLogNoOpLogHandler() })
        let own = mistakes.filter { $0.hasPrefix("notify.receivers.\(receiver).") }
        guard own.isEmpty else { throw ConfigurationOption.fail(own) }
        guard let (_, target) = receivers.first(where: { $0.policy.name == receiver }) else {
            let names = configuration.notify.receivers.map(\.name).joined(separator: ", ")
            let known = names.isEmpty ? "are none" : "are \(names)"
            throw ConfigurationOption.fail(["notify.receivers: there is no receiver \(receiver); there \(known)"])
        }
        let outcomes = TrialNotification(receiver: receiver).send(to: target)
        for (text, outcome) in outcomes {
            switch outcome {
            case .taken: print("\(text): taken")
            case .again(let failure, _):
                printError("\(text): \(failure.message)")
                throw Exit.unavailable
            case .refused(let failure), .misconfigured(let failure):
                printError("\(text): \(failure.message)")
                throw Exit.configuration
            }
        }
    }
}
