import Foundation
import Inventory
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Service

private let line = LogLine(
    time: Timestamp(microseconds: 1_774_872_000_123_456), level: .warning, label: "stockd.worker",
    message: "a bad event\nforged line \u{1b}[2J",
    fields: [("partition", .stringConvertible(3)), ("reason", "a \"b\""), ("time", "x")])

@Suite("Log lines")
struct LogLineTests {
    @Test("a text log line is readable, and its content cannot forge another line")
    func text() {
        #expect(
            line.written(.text(colour: false))
                == "2026-03-30T12:00:00.123Z WARN   stockd.worker: a bad event\\nforged line \\u{1b}[2J "
                + "partition=3 reason=\"a \\\"b\\\"\" time=x\n")
        #expect(line.written(.text(colour: true)).contains("\u{1b}[33mWARN  \u{1b}[0m"))
    }

    @Test("a JSON log line is one object that a parser reads back")
    func json() throws {
        let text = line.written(.json)
        #expect(text.hasSuffix("}\n") && text.filter { $0 == "\n" }.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2026-03-30T12:00:00.123Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["logger"] as? String == "stockd.worker")
        #expect(object["message"] as? String == "a bad event\nforged line \u{1b}[2J")
        #expect(object["partition"] as? Int == 3)
        #expect(object["time_"] as? String == "x")
    }

    @Test("no log line, not even one of JSON, holds what would do something to a terminal")
    func hostile() throws {
        for text in HostileText.samples {
            let hostile = LogLine(
                time: line.time, level: .info, label: text, message: text, fields: [("field", .string(text))])
            for style in [LogStyle.text(colour: false), .journal, .json] {
                let written = hostile.written(style)
                #expect(HostileText.found(in: written) == [])
                #expect(written.hasSuffix("\n") && written.filter(\.isNewline).count == 1)
            }
            let parsed = try JSONSerialization.jsonObject(with: Data(hostile.written(.json).utf8))
            let object = try #require(parsed as? [String: Any])
            #expect(object["message"] as? String == text && object["field"] as? String == text)
        }
    }

    @Test("a log line for the journal has a priority and no time")
    func journal() {
        #expect(line.written(.journal).hasPrefix("<4>a bad event\\nforged"))
        let priorities = Logger.Level.allCases.map(LogText.priority)
        #expect(priorities == [7, 7, 6, 5, 4, 3, 2])
    }
}

@Suite("The log's output")
struct LogOutputTests {
    @Test("the log has the journal's style only when its stream is the journal's")
    func journalStream() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("", to: "log")
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        let ours = ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]
        #expect(LogStyle(.auto, environment: ours, descriptor: descriptor) == .journal)
        #expect(
            LogStyle(.auto, environment: ["JOURNAL_STREAM": "1:2"], descriptor: descriptor)
                == .text(colour: false))
        #expect(LogStyle(.auto, environment: [:], descriptor: descriptor) == .text(colour: false))
        #expect(LogStyle(.json, environment: ours, descriptor: descriptor) == .json)
    }

    @Test("log lines on a terminal are coloured unless NO_COLOR is set")
    func colour() throws {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(terminal >= 0)
        defer { close(terminal) }
        #expect(LogStyle(.auto, environment: [:], descriptor: terminal) == .text(colour: true))
        #expect(LogStyle(.text, environment: ["NO_COLOR": "1"], descriptor: terminal) == .text(colour: false))
        #expect(LogStyle(.text, environment: ["NO_COLOR": ""], descriptor: terminal) == .text(colour: true))
    }

    @Test("log lines of several threads do not mix")
    func wholeLines() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("", to: "log")
        let descriptor = open(path, O_WRONLY | O_APPEND)
        defer { close(descriptor) }
        let output = LogOutput(.init(level: .info, format: .json), environment: [:], descriptor: descriptor)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var logger = output.logger("test")
                    logger[metadataKey: "task"] = .stringConvertible(task)
                    for _ in 0..<50 { logger.info("\(String(repeating: "x", count: 500))") }
                }
            }
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 400)
        #expect(
            lines.allSatisfy { $0.hasPrefix("{\"time\"") && $0.hasSuffix("}") && $0.contains("\"task\":") })
    }

    @Test("a new log level applies at once to every logger that has no level of its own")
    func level() {
        let output = LogOutput(.init(level: .info, format: .text), environment: [:])
        let logger = output.logger("a")
        var own = output.logger("b")
        own.logLevel = .error
        #expect(logger.logLevel == .info)
        output.level.level = .debug
        #expect(logger.logLevel == .debug)
        #expect(own.logLevel == .error)
    }
}
