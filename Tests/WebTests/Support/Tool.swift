import Foundation
import TestSupport

/// Programs that check the HTTP interface from outside. `make test` installs them.
enum Tool {
    /// The Python that Scripts/install-dependencies.sh installs, with its packages.
    static var python: String { Repository.root.appending(path: ".build/test-tools/bin/python3").path }

    /// Where Scripts/promtool.sh finds or installs promtool.
    static var promtool: String {
        let installed = "/usr/bin/promtool"
        let isInstalled = FileManager.default.isExecutableFile(atPath: installed)
        return isInstalled ? installed : Repository.root.appending(path: ".build/tools/promtool").path
    }

    /// Runs a program to its end.
    static func run(_ path: String, _ arguments: [String], input: String = "") throws -> (
        status: Int32, output: String
    ) {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("there is no \(path); Scripts/install-dependencies.sh test installs it")
        }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.standardOutput = pipe
        process.standardError = pipe
        let given = Pipe()
        process.standardInput = given
        try process.run()
        given.fileHandleForWriting.write(Data(input.utf8))
        try given.fileHandleForWriting.close()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
