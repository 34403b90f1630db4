import ArgumentParser
import Kafka

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the releases of stockd and librdkafka.", discussion: "Example: stockd version")

    func run() { print("stockd \(Stockd.release), librdkafka \(LibraryVersion.text)") }
}
