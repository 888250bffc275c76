"""Restores an environment repeatedly while other clients write to other environments, and prints the durations of both."""
import http.client, json, os, statistics, sys, threading, time, urllib.parse

name, keys, rounds, quiet, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
url = urllib.parse.urlparse(os.environ["SECRONNA_API_URL"])
headers = {"Authorization": f"Bearer {os.environ['SECRONNA_TOKEN']}", "Content-Type": "application/json"}


class Client:
    def __init__(self):
        self.connection = http.client.HTTPConnection(url.hostname, url.port)

    def call(self, method, path, **fields):
        self.connection.request(method, "/api/v1" + path, json.dumps(fields) if fields else None, headers)
        response = self.connection.getresponse()
        body = response.read()
        assert response.status < 300, (method, path, response.status, body[:300])
        return json.loads(body)["data"]


class Writer(threading.Thread):
    """Sends PUTs one after another over one connection, and records when each began and ended."""

    def __init__(self, environment):
        super().__init__(daemon=True)
        self.client, self.environment, self.writes, self.stop = Client(), environment, [], threading.Event()

    def run(self):
        while not self.stop.is_set():
            began = time.perf_counter()
            self.client.call("PUT", f"/environments/{self.environment}/secrets", key="BUSY", value="v" * 64)
            self.writes.append((began, time.perf_counter()))

    def latencies_during(self, times):
        return [1000 * (end - begin) for begin, end in self.writes if any(begin < to and end > since for since, to in times)]


def fill(client, environment, value):
    at_once = min(500, 3_000_000 // size)
    for start in range(0, keys, at_once):
        batch = [{"key": f"BENCH_KEY_{i:07}", "value": value} for i in range(start, min(start + at_once, keys))]
        client.call("POST", f"/environments/{environment}/secrets/batch", secrets=batch)
    # The instant of the last change, at which all keys have this value.
    return client.call("GET", f"/environments/{environment}/history?limit=1")[0]["at"]


def timed(send):
    began = time.perf_counter()
    answer = send()
    return (began, time.perf_counter()), answer


def show(what, times):
    spent = [1000 * (to - since) for since, to in times]
    print(f"{name}  {what:30} {statistics.median(spent):8.0f} ms (median of {len(spent)}; {min(spent):.0f} to {max(spent):.0f})")


def latencies(what, values):
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    print(f"{name}  {what:30} p50 {cuts[49]:7.1f} ms, p99 {cuts[98]:7.1f}, max {max(values):7.1f}   of {len(values)}")


client = Client()
project = client.call("POST", "/projects", name="Restored")["id"]
other = client.call("POST", "/projects", name="Other")["id"]
environment, beside = (client.call("POST", f"/projects/{project}/environments", name=each)["id"] for each in ("restored", "beside"))
elsewhere = client.call("POST", f"/projects/{other}/environments", name="elsewhere")["id"]
states = [fill(client, environment, character * size) for character in "ab"]


def restore(at, dry):
    times, answer = timed(lambda: client.call("POST", f"/environments/{environment}/restore", at=at, dryRun=dry))
    assert sum(change["result"] == "restored" for change in answer["changes"]) == keys, answer["changes"][:3]
    return times


writers = {"same project": Writer(beside), "another project": Writer(elsewhere)}
# The first restore is not timed, because it takes longer than later ones.
restore(states[0], False)
for writer in writers.values():
    writer.start()
time.sleep(quiet)
alone = (time.perf_counter() - quiet / 2, time.perf_counter())
dry, real = [], []
for turn in range(rounds):
    for is_dry, times in ((True, dry), (False, real)):
        # Waits so that no PUT overlaps with two restores.
        time.sleep(0.3)
        times.append(restore(states[(turn + 1) % 2], is_dry))
for writer in writers.values():
    writer.stop.set()
    writer.join()
show(f"dry run of {keys} keys", dry)
show(f"restore of {keys} keys", real)
for what, writer in writers.items():
    latencies(f"PUT, {what}, alone", writer.latencies_during([alone]))
    latencies(f"PUT, {what}, dry run", writer.latencies_during(dry))
    latencies(f"PUT, {what}, restore", writer.latencies_during(real))
