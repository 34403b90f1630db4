"""Runs an Alertmanager until its standard input ends: alertmanager.py PROGRAM URL.

Each change of each alert is posted to the URL at once. The first line printed is the port.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading

program, url = sys.argv[1:]
CONFIGURATION = f"""
global: {{resolve_timeout: 5m}}
route: {{receiver: test, group_by: ["..."], group_wait: 0s, group_interval: 50ms, repeat_interval: 4h}}
receivers: [{{name: test, webhook_configs: [{{url: "{url}", send_resolved: true}}]}}]
"""
with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/alertmanager.yml", "w", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    child = subprocess.Popen(
        [program, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"]
        + ["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"],
        cwd=os.path.dirname(program),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    for line in child.stderr:
        said.append(line)
        if found := re.search(r'msg="Listening on" address=127.0.0.1:(\d+)', line):
            print(found[1], flush=True)
            break
    else:
        sys.exit("".join(said[-5:]))
    threading.Thread(target=child.stderr.read, daemon=True).start()
    sys.stdin.read()
    child.kill()
    child.wait()
