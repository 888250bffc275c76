"""Times pairs of requests whose durations must not differ, in random order over one connection, and prints Welch's t for each."""
import gc, json, os, random, secrets, socket, statistics, sys, time, urllib.parse

samples = int(sys.argv[1])
other = sys.argv[2]
url = urllib.parse.urlparse(os.environ["SECRONNA_API_URL"])
token = os.environ["SECRONNA_TOKEN"]
connection = socket.create_connection((url.hostname, url.port))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def request(method, path, credential, body=b""):
    kind = "Content-Type: application/json\r\n" if body else ""
    return (f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {credential}\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def send(data):
    """Returns the nanoseconds until the answer's last byte, its status and its body."""
    began = time.perf_counter_ns()
    connection.sendall(data)
    answer = connection.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, body = answer.split(b"\r\n\r\n", 1)
    length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return time.perf_counter_ns() - began, int(head[9:12]), body


def call(method, path, credential=token, **fields):
    _, status, body = send(request(method, path, credential, json.dumps(fields).encode() if fields else b""))
    assert status < 300, (method, path, status, body)
    return json.loads(body)["data"]


def new(prefix):
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(26))


def fill(credential, name):
    project = call("POST", "/projects", credential, name=name)
    environment = call("POST", f"/projects/{project['id']}/environments", credential, name="production")
    batch = [{"key": f"KEY_{i}", "value": "v" * 2000} for i in range(100)]
    written = call("POST", f"/environments/{environment['id']}/secrets/batch", credential, secrets=batch)
    return environment["id"], [secret["id"] for secret in written]


def welch(one, two):
    spread = statistics.variance(one) / len(one) + statistics.variance(two) / len(two)
    return (statistics.fmean(one) - statistics.fmean(two)) / spread ** 0.5


def compare(name, *requests, same_answer=True):
    times = ([], [])
    seen = set()
    for i in range(2 * samples + 200):
        # All requests are made beforehand, so that making one takes no time here.
        which = random.getrandbits(1)
        elapsed, status, body = send(random.choice(requests[which]))
        answer = json.loads(body)
        seen.add((which, status, json.dumps(answer["error"])))
        if i >= 200:
            times[which].append(elapsed)
    assert not same_answer or len({one[1:] for one in seen}) == 1, seen
    # Drops the slowest tenth, which other load on the machine causes. The limit is the same for both.
    limit = statistics.quantiles(times[0] + times[1], n=10)[-1]
    one, two = ([value for value in part if value <= limit] for part in times)
    print(f"{name:58} t {welch(one, two):8.2f}   medians {statistics.median(one) / 1000:7.1f} and {statistics.median(two) / 1000:7.1f} us"
          f"   of {len(one)} and {len(two)}")


_, ours = fill(token, "Ours")
environment_hidden, hidden = fill(token, "Hidden")
_, theirs = fill(other, "Theirs")
granted = call("POST", "/access-keys", name="bench", grants=[{"path": "ours", "actions": ["list", "reveal", "write", "delete"]}])["token"]
absent = [new("sec_") for _ in range(100)]
gc.disable()


def get(ids, credential):
    return [request("GET", f"/secrets/{secret}", credential) for secret in ids]


def reveal(ids, credential):
    return [request("POST", f"/secrets/{secret}/reveal", credential) for secret in ids]


def lists(ids, credential):
    return [request("GET", f"/environments/{environment}/secrets", credential) for environment in ids]


def guesses(prefixes):
    return [request("GET", "/me", prefix + "".join(random.choice(ALPHABET) for _ in range(52))) for prefix in prefixes]


print(f"{samples} samples each; |t| below 4.5 is taken as no difference")
compare("control: absent and absent", get(absent[:50], token), get(absent[50:], token))
compare("read: absent and another workspace's", get(absent, token), get(theirs, token))
compare("read: absent and outside the grants", get(absent, granted), get(hidden, granted))
compare("reveal: absent and another workspace's", reveal(absent, token), reveal(theirs, token))
compare("reveal: absent and outside the grants", reveal(absent, granted), reveal(hidden, granted))
compare("environment: absent and outside the grants",
        lists([new("env_") for _ in range(100)], granted), lists([environment_hidden] * 100, granted))
compare("credential: unknown prefix and known prefix",
        guesses("sk_live_" + new("")[:8] for _ in range(100)), guesses([token[:16]] * 100))
compare("control: absent and present, which must differ", get(absent, token), get(ours, token), same_answer=False)
