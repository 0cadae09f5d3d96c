#!/usr/bin/env python3
"""Peak memory and time of every command beside their limits.

    python3 bench/limits.py target/release/brenier [--scale 0.1]

Makes inputs of about a million sites, pixels or triangles times the scale in a temporary folder, runs each command without
a limit (its peak, CPU and wall seconds, bytes a site or patch), then with a limit of half that peak and with a limit of one
second. Needs Linux (peaks are `VmHWM` of the process), Python 3.9 and nothing else.
"""

import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib

MIB = 1 << 20


def png(path, side):
    rows = b"".join(b"\0" + bytes((x * y // 7 + x) % 251 + 4 for x in range(side)) for y in range(side))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def points(path, n, dimension):
    r = random.Random(1)
    with open(path, "w") as f:
        for _ in range(n):
            f.write(",".join(f"{r.random():.12f}" for _ in range(dimension)) + "\n")


def sheet(path, side, height):
    """2 side^2 triangles over a square, bent by a height."""
    with open(path, "w") as f:
        for y in range(side + 1):
            for x in range(side + 1):
                u, v = x / side, y / side
                f.write(f"v {u:.9f} {v:.9f} {height * (u * (1 - u) + v * (1 - v)):.9f}\n")
        for y in range(side):
            for x in range(side):
                a = y * (side + 1) + x + 1
                b, c, d = a + 1, a + side + 2, a + side + 1
                f.write(f"f {a} {b} {c}\nf {a} {c} {d}\n")


def run(program, words, folder):
    begun = time.monotonic()
    with open(os.path.join(folder, "errors"), "w+") as errors:
        child = subprocess.Popen([program] + words, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        # Asked while it runs: what the system tells at the end counts the memory of this program, too.
        peak = 0
        while True:
            try:
                with open(f"/proc/{child.pid}/status") as f:
                    peak = max([peak] + [int(line.split()[1]) for line in f if line.startswith("VmHWM:")])
            except OSError:
                pass
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.001)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().strip().splitlines()
    return {
        "code": child.returncode,
        "mib": peak / 1024,
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - begun,
        "says": text[-1] if text else "",
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--only", default="")
    a = parser.parse_args()
    program = os.path.abspath(a.program)
    million = int(1e6 * a.scale)
    side = int(million**0.5)
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        points(at("y.csv"), million, 2)
        points(at("few.csv"), 1000, 2)
        points(at("space.csv"), 1000, 3)
        png(at("p.png"), side)
        sheet(at("flat.obj"), int((million / 2) ** 0.5), 0.0)
        sheet(at("bent.obj"), int((million / 2) ** 0.5), 0.3)
        loose = "--tol 1e-3 --max-iterations 3"
        commands = [
            ("solve sites", "sites", f"solve --domain square --points y.csv -o s.json {loose}"),
            ("check", "sites", "check s.json"),
            ("check --level 3", "sites", "check s.json --level 3"),
            ("map", "sites", "map s.json --points few.csv -o m.npy"),
            ("sample", "sites", "sample s.json -n 1e5 -o x.npy"),
            ("plot .svg", "sites", "plot s.json -o p.svg"),
            ("plot .png", "sites", "plot s.json -o q.png"),
            ("interpolate", "sites", "interpolate s.json --t 0.5 -o i.json"),
            ("singular", "sites", "singular s.json -o g.json"),
            ("solve image", "pixels", f"solve --domain square --density image:p.png --points few.csv -o si.json {loose}"),
            ("check image", "pixels", "check si.json --level 4"),
            ("sample image", "pixels", "sample si.json -n 1e5 -o xi.npy"),
            ("plot image", "pixels", "plot si.json -o pi.png"),
            ("quantize image", "pixels", "quantize --domain square --density image:p.png -n 1000 --steps 1 -o qi.json"),
            ("solve mesh", "triangles", f"solve --domain flat.obj --points few.csv -o sm.json {loose}"),
            ("quantize mesh", "triangles", "quantize --domain flat.obj -n 1000 --steps 1 -o qm.json"),
            ("solve surface", "triangles", f"solve --domain bent.obj --points space.csv -o ss.json {loose}"),
            ("check surface", "triangles", "check ss.json --level 4"),
            ("map surface", "triangles", "map ss.json --points space.csv -o ms.npy"),
            ("sample surface", "triangles", "sample ss.json -n 1e5 -o xs.npy"),
            ("plot surface", "triangles", "plot ss.json -o ps.png"),
            ("parameterize", "triangles", "parameterize bent.obj -o flat2.obj"),
        ]
        print(f"| command | of {million} | MiB | bytes each | CPU s | half the memory: MiB, exit | 1 s: wall s, exit |")
        print("|---|---|---|---|---|---|---|")
        for name, what, words in commands:
            if a.only not in name:
                continue
            words = words.split()
            free = run(program, words, folder)
            half = int(free["mib"] / 2)
            tight = run(program, words + ["--max-memory", f"{half}MiB"], folder)
            late = run(program, words + ["--time-limit", "1s"], folder)
            each = free["mib"] * MIB / million
            print(
                f"| {name} | {what} | {free['mib']:.0f} | {each:.0f} | {free['cpu']:.1f} (exit {free['code']}) | "
                f"{half}: {tight['mib']:.0f}, {tight['code']} | {late['wall']:.1f}, {late['code']} |",
                flush=True,
            )
            for result in (free, tight, late):
                if result["code"] not in (0, 1, 4) or "panic" in result["says"]:
                    print(f"    {name}: exit {result['code']}: {result['says']}", file=sys.stderr)
            # What follows reads the whole result.
            if words[0] in ("solve", "quantize"):
                run(program, words, folder)


if __name__ == "__main__":
    main()
