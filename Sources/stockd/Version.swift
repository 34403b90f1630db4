import ArgumentParser
import Kafka

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the release and librdkafka's.")

    func run() { print("stockd \(Stockd.release), librdkafka \(LibraryVersion.text)") }
}
