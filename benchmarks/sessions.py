"""Twenty people who move a slider once a second: from the message to the end of the script.

Beside ``streamlit hello``: the same twenty run its first page again once a second; that page computes nothing and
shows some text, so it is the least that Streamlit can do. Once as it comes, and once with the two settings that cost
the most switched off as in our ``.streamlit/config.toml``. All servers run, and take turns of five seconds.
"""

import asyncio
import tempfile
from pathlib import Path

import report
from wire import OURS, Session, open_all, server

USERS, TURNS, SECONDS = 20, 4, 5
PADDING = "conv_padding"
TARGET_MS = 100.0

OWN, HELLO, TUNED = "cnnviz, padding slider", "streamlit hello", "streamlit hello, our settings"
SETTINGS = ["--server.fileWatcherType", "none", "--runner.postScriptGC", "false"]


async def user(session: Session, number: int, slider: str) -> list[float]:
    """Move a slider once a second, each user at an own moment of the second."""
    times = []
    await asyncio.sleep(number / USERS)
    for second in range(SECONDS):
        began = asyncio.get_running_loop().time()
        times.append(await (session.run(slider, (second + number) % 8 + 1) if slider else session.run()))
        await asyncio.sleep(max(0, began + 1 - asyncio.get_running_loop().time()))
    return times


async def check(session: Session) -> None:
    """See that the slider is really moved: three cells a side and four of padding make eleven, less the kernel's one."""
    await session.run(PADDING, 4)
    assert session.stage["output"]["shape"] == [1, 10, 10], "the page does not follow the slider"


async def turn(sessions: list[Session], slider: str = "") -> list[float]:
    """Let all users act for some seconds."""
    found = await asyncio.gather(*(user(each, i, slider) for i, each in enumerate(sessions)))
    return [time for times in found for time in times]


async def measure(ports: dict[str, int]) -> dict[str, list[float]]:
    """Return the times of all servers."""
    pages = dict.fromkeys(ports, "") | {OWN: "convolution"}
    moved = dict.fromkeys(ports, "") | {OWN: PADDING}
    users = {name: await open_all(port, pages[name], USERS) for name, port in ports.items()}
    warm = await Session.open(
        ports[OWN], "train"
    )  # torch is there from now on, as in a server that has been up
    await warm.close()
    await check(users[OWN][0])
    times: dict[str, list[float]] = {name: [] for name in ports}
    for number in range(TURNS + 1):
        for name, sessions in users.items():
            found = await turn(sessions, moved[name])
            if number:  # the first turn warms up
                times[name] += found
    await asyncio.gather(*(each.close() for sessions in users.values() for each in sessions))
    return times


def main() -> None:
    """Measure, print, save."""
    load = report.load()
    with (
        tempfile.TemporaryDirectory() as empty,
        server(OURS) as ours,
        server(["hello"], Path(empty)) as hello,
        server(["hello", *SETTINGS], Path(empty)) as tuned,
    ):
        times = asyncio.run(measure({OWN: ours, HELLO: hello, TUNED: tuned}))
    found = {name: report.summary(each) for name, each in times.items()}
    by = {
        name: {what: report.ratio(found[OWN][what], found[name][what]) for what in ("median_ms", "p95_ms")}
        for name in (HELLO, TUNED)
    }
    report.table(
        ("20 sessions, one move a second", "median ms", "p95 ms", "n"),
        [(name, each["median_ms"], each["p95_ms"], each["n"]) for name, each in found.items()]
        + [(f"{name} / cnnviz", each["median_ms"], each["p95_ms"], "") for name, each in by.items()],
    )
    good = found[OWN]["p95_ms"] < TARGET_MS
    print(f"\ntarget: p95 below {TARGET_MS:g} ms: {'held' if good else 'MISSED'}")
    report.save("sessions", {"users": USERS, "times": found, "over_cnnviz": by, "target_held": good}, load)


if __name__ == "__main__":
    main()
