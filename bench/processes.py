"""What a process costs."""

import os
import subprocess
import time


def child(*arguments, accepted=(0,)):
    """Output, CPU seconds (user and system), wall seconds and peak MiB of a process."""
    reader, writer = os.pipe()
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as out:
        text = out.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in accepted:
        raise RuntimeError(f"{' '.join(arguments)}: status {code}")
    wall = time.perf_counter() - start
    return text, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024
