import ArgumentParser
import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Service
import Wire

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the tutorial day through an embedded Kafka cluster, over TCP.",
        discussion: """
            Starts librdkafka's mock cluster, produces the day to order-events, runs the real pipeline, and \
            reads inventory-alerts back with a consumer of its own. Then comes the next day's delivery. \
            Needs no installation of Kafka and leaves nothing behind.

            Example: stockd demo --keep
            """)

    @Flag(help: "Then go on with generated orders until Ctrl-C.")
    var keep = false

    func run() throws {
        do {
            let stage = try DemoStage()
            defer { stage.close() }
            try stage.playTutorialDay()
            if keep { try stage.keepGoing() }
        } catch let error as KafkaError {
            printError("the demo failed: \(error)")
            throw Exit.internalError
        } catch let error as DemoFailure {
            printError("the demo failed: \(error.message)")
            throw Exit.internalError
        }
    }
}

struct DemoFailure: Error { let message: String }
