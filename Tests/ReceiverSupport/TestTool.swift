import Foundation
import TestSupport

/// What `make test` installs beside the build.
public enum TestTool {
    public static var python: String { Repository.root.appending(path: ".build/test-tools/bin/python3").path }

    /// Where Scripts/alertmanager.sh finds or installs it.
    public static var alertmanager: String {
        let installed = "/usr/bin/prometheus-alertmanager"
        let isInstalled = FileManager.default.isExecutableFile(atPath: installed)
        let path = ".build/tools/alertmanager/prometheus-alertmanager"
        return isInstalled ? installed : Repository.root.appending(path: path).path
    }
}
