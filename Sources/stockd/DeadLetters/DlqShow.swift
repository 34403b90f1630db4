import ArgumentParser
import Foundation
import Pipeline
import Service
import Wire

struct DlqShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one dead letter whole, with unprintable characters escaped.",
        discussion: "Example: stockd dlq show --config /etc/stockd/stockd.yaml 0:17")

    @OptionGroup var options: ConfigurationOption

    @Flag(help: "Only the value, byte for byte, for another program.")
    var raw = false

    @Argument(help: "Partition and offset of the dead letter: 0:17.", transform: DeadLetterPosition.parse)
    var position: DeadLetterPosition

    func run() throws {
        try options.withDeadLetters { box in
            var filter = DeadLetterFilter()
            filter.positions = [position]
            var found: DeadLetter?
            try box.forEach(filter) { found = $0 }
            guard let found else {
                throw StopReason(.data, "there is no dead letter \(position)")
            }
            if raw {
                Output.write(found.value ?? [])
            } else {
                Self.show(found, redrivenAt: try box.redrivenAt(found))
            }
        }
    }

    private static func show(_ deadLetter: DeadLetter, redrivenAt: String?) {
        let style = TerminalStyle(isColoured: Terminal.isColoured)
        func line(_ name: String, _ text: String) {
            print(style.dim(name.padding(toLength: 10, withPad: " ", startingAt: 0)) + text)
        }
        line("position", deadLetter.position.description)
        line("time", deadLetter.timeText)
        line("source", EscapedText.of(deadLetter.source?.description ?? "not written by stockd"))
        line("reason", EscapedText.of(deadLetter.reason))
        line("message", EscapedText.of(deadLetter.message))
        line("redriven", redrivenAt.map { EscapedText.of($0) } ?? "no")
        for header in deadLetter.headers {
            line("header", EscapedText.of(header.name) + ": " + (header.value.map { EscapedText.of($0) } ?? "null"))
        }
        func content(_ part: String, _ bytes: [UInt8]?) -> String {
            deadLetter.omittedBytes[part].map { "left out because of its size, \($0) bytes" }
                ?? bytes.map { EscapedText.of($0) } ?? "null"
        }
        if let size = deadLetter.omittedBytes["headers"] {
            line("headers", "left out because of their size, \(size) bytes")
        }
        line("key", content("key", deadLetter.key))
        line("value", content("value", deadLetter.value))
    }
}
