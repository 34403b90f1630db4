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

            With --postgres it also starts a PostgreSQL server of its own, if one is installed, keeps the views \
            there as tables, and asks them with psql. On a terminal it then stays until Ctrl-C, so that you can \
            ask as well.

            With --notify it also runs stockd notify, which tells a receiver on this machine of the alerts.

            Example: stockd demo --keep
            """)

    @Flag(help: "Then go on with generated orders until Ctrl-C.")
    var keep = false

    @Flag(help: "Also keep the views as tables in a PostgreSQL server.")
    var postgres = false

    @Flag(help: "Also tell a receiver on this machine of the alerts, as stockd notify does.")
    var notify = false

    func run() throws {
        do {
            let tables = postgres ? try DemoTables() : nil
            defer { tables?.close() }
            let notifications = notify ? try DemoNotify() : nil
            defer { notifications?.close() }
            let stage = try DemoStage(tables, notifications)
            defer { stage.close() }
            try stage.playTutorialDay()
            if keep { try stage.keepGoing() } else if postgres, isatty(0) == 1 { stage.stay() }
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
