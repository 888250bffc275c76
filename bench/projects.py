"""Fills an installation over HTTP with projects that have the same number of versions each, over a few open connections."""
import http.client, json, os, sys, threading, urllib.parse

projects, versions = int(sys.argv[1]), int(sys.argv[2])
url = urllib.parse.urlparse(os.environ["SECRONNA_API_URL"])
headers = {"Authorization": "Bearer " + os.environ["SECRONNA_TOKEN"], "Content-Type": "application/json"}
batch = json.dumps({"secrets": [{"key": f"BENCH_KEY_{i}", "value": "v" * 64} for i in range(versions)]})


def fill(first, step):
    connection = http.client.HTTPConnection(url.hostname, url.port)

    def post(path, body):
        connection.request("POST", "/api/v1" + path, body, headers)
        answer = connection.getresponse()
        data = json.loads(answer.read())
        assert answer.status == 201, data
        return data["data"]

    for i in range(first, projects, step):
        project = post("/projects", json.dumps({"name": f"Bench {i}"}))["id"]
        environment = post(f"/projects/{project}/environments", '{"name":"bench"}')["id"]
        post(f"/environments/{environment}/secrets/batch", batch)


threads = [threading.Thread(target=fill, args=(i, 4)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
