"""What the figures were measured on."""

import os
import re
import subprocess


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def find(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else "?"


def said(*command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "?"


def describe(root, build):
    """Machine, versions and how the daemon was built, as names and texts."""
    cache = read(os.path.join(build, "CMakeCache.txt"))
    flags = find(r'"command": "\S+ (.*?) -o .*daemon/main.c', read(os.path.join(build, "compile_commands.json")))
    return {
        "cpu": find(r"^model name\s*:(.*)$", read("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(find(r"^MemTotal:\s*(\d+)", read("/proc/meminfo"))) / 2**20, 1),
        "system": find(r'^PRETTY_NAME="(.*)"', read("/etc/os-release")) + ", Linux " + os.uname().release,
        "load_at_start": round(os.getloadavg()[0], 2),
        "funneld": said("git", "describe", "--always", "--dirty", cwd=root),
        "compiler": said(find(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache), "--version").split("\n")[0],
        "flags": " ".join(flag for flag in flags.split() if not flag.startswith("-W")),
        "librdkafka": said("pkg-config", "--modversion", "rdkafka"),
        "cjson": said("pkg-config", "--modversion", "libcjson"),
        "kafka": find(r"<kafka.version>([\d.]+)", read(os.path.join(root, "tests/kafka/broker/pom.xml"))),
        "java": said("java", "-version").split("\n")[0],
    }
