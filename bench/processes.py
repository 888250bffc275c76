"""Times commands from process start to end, alternately. Prints milliseconds, and each median's difference from the first command's."""
import os, shlex, statistics, sys, time

name, rounds = sys.argv[1], int(sys.argv[2])
commands = [argument.split("=", 1) for argument in sys.argv[3:]]
nothing = os.open(os.devnull, os.O_RDWR)


def run(words):
    began = time.perf_counter_ns()
    process = os.posix_spawn(words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
    _, status = os.waitpid(process, 0)
    assert status == 0, (words, status)
    return (time.perf_counter_ns() - began) / 1e6


times = {title: [] for title, _ in commands}
for round in range(rounds + 3):
    for title, line in commands:
        elapsed = run(shlex.split(line))
        # The first rounds are not counted, because they fill caches.
        if round >= 3:
            times[title].append(elapsed)
first = statistics.median(times[commands[0][0]])
for title, _ in commands:
    median, slow = statistics.median(times[title]), statistics.quantiles(times[title], n=20)[-1]
    print(f"{name}  {title:20} median {median:7.2f} ms, p95 {slow:7.2f} ms, over the first {median - first:7.2f} ms   of {rounds}")
