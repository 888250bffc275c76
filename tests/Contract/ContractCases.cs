using System.Text;
using System.Text.Json;
using Secronna.Client;
using Secronna.Protocol;
using Xunit;

namespace Secronna.Tests.Contract;

/// <summary>
/// What holds of every server, the real one and the one of users' tests: each case by the client, in a workspace of its own.
/// </summary>
internal static class ContractCases
{
    public static IReadOnlyDictionary<string, Func<SecronnaClient, Task>> All { get; } = new Dictionary<string, Func<SecronnaClient, Task>>
    {
        ["projects and environments are found by id and slug"] = FindAsync,
        ["names are taken once"] = NamesAsync,
        ["writes mint versions and say which is expected"] = WriteAsync,
        ["a batch is all or nothing"] = BatchAsync,
        ["values come back exactly and leave a record each"] = RevealAsync,
        ["a known revision is not sent again"] = RevisionAsync,
        ["what is deleted is gone"] = DeleteAsync,
        ["a rollback mints the old value"] = RollBackAsync,
        ["a restore does what its dry run says"] = RestoreAsync,
        ["environments are compared without values"] = CompareAsync,
        ["lists go on over pages"] = PagesAsync,
        ["search finds by key and path"] = SearchAsync,
        ["access keys do what they are granted"] = GrantsAsync,
        ["what is wrong is said to be"] = WrongAsync,
    };

    private static CancellationToken Stop => CancellationToken.None;

    private static async Task FindAsync(SecronnaClient client)
    {
        var project = await client.Projects.CreateAsync("My Web", Stop);
        var environment = await client.Environments.CreateAsync(project.Id, "Pro duction", Stop);
        Assert.Equal(("my-web", "pro-duction"), (project.Slug, environment.Slug));
        Assert.Equal(project, await client.Projects.GetAsync("my-web", Stop));
        Assert.Equal(project, await client.Projects.GetAsync(project.Id, Stop));
        Assert.Equal(environment.Id, await client.Environments.GetIdAsync("my-web/pro-duction", Stop));
        Assert.Equal("Renamed", (await client.Projects.RenameAsync(project.Id, "Renamed", Stop)).Name);
        Assert.Equal("my-web", (await client.Projects.ListAsync(Stop).SingleAsync(Stop)).Slug);
        Assert.Equal("api_key", (await client.GetMeAsync(Stop)).ActorType);
    }

    private static async Task NamesAsync(SecronnaClient client)
    {
        var project = await client.Projects.CreateAsync("Web", Stop);
        await FailsAsync("CONFLICT", client.Projects.CreateAsync("WEB", Stop));
        await FailsAsync("VALIDATION_ERROR", client.Projects.CreateAsync("", Stop));
        await FailsAsync("VALIDATION_ERROR", client.Projects.CreateAsync("---", Stop));
        await client.Environments.CreateAsync(project.Id, "Web", Stop);
        await FailsAsync("CONFLICT", client.Environments.CreateAsync(project.Id, "web", Stop));
        await FailsAsync("NOT_FOUND", client.Environments.CreateAsync("proj_none", "x", Stop));
    }

    private static async Task WriteAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        var first = await PutAsync(client, id, "A", "one", 0);
        Assert.Equal(("A", 1), (first.Key, first.Version));
        await FailsAsync("CONFLICT", PutAsync(client, id, "A", "two", 0));
        Assert.Equal((first.Id, 2), await PutAsync(client, id, "A", "two", 1) is var second ? (second.Id, second.Version) : default);
        Assert.Equal([2, 1], await client.Secrets.ListVersionsAsync(first.Id, Stop).Select(version => version.Version).ToListAsync(Stop));
        var found = await client.Secrets.GetAsync("web/production/A", Stop);
        Assert.Equal((first.Id, "web/production/A", 2), (found.Id, found.Path, found.CurrentVersion));
    }

    private static async Task BatchAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        var written = await client.Environments.WriteAllAsync(id, new BatchRequest([New("B", "b"), New("A", "a")], null), Stop);
        Assert.Equal(["B", "A"], written.Select(secret => secret.Key));
        await FailsAsync("CONFLICT", client.Environments.WriteAllAsync(
            id, new BatchRequest([New("C", "c"), new WriteSecretRequest("A", "a", 7, null)], null), Stop));
        Assert.Equal(["A", "B"], await client.Environments.ListSecretsAsync(id, null, Stop).Select(secret => secret.Key).ToListAsync(Stop));
        var history = await client.Environments.ListHistoryAsync(id, Stop).ToListAsync(Stop);
        Assert.Single(history.Select(change => change.At).Distinct());
    }

    private static async Task RevealAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        const string Value = " it's \"€\"\n\\ 😀 ";
        var written = await PutAsync(client, id, "A", Value);
        await PutAsync(client, id, "B", "");

        Assert.Equal(new Dictionary<string, string> { ["A"] = Value, ["B"] = "" }, await client.FetchSecretsAsync("web/production", null, Stop));
        Assert.Equal(Value, (await client.Secrets.RevealAsync(written.Id, null, Stop)).Value);
        Assert.Equal(Value, (await client.Secrets.RevealAsync("web/production/A", 1, Stop)).Value);
        Assert.Equal("A", Assert.Single((await client.Environments.RevealAsync(id, ["A"], null, Stop)).Secrets).Key);
        await FailsAsync("NOT_FOUND", client.Environments.RevealAsync(id, ["A", "NONE"], null, Stop));
        await FailsAsync("NOT_FOUND", client.Secrets.RevealAsync("web/production/A", 2, Stop));

        var entries = await client.ListAuditAsync(new AuditFilter { Action = "secret.reveal", Outcome = "success" }, Stop).ToListAsync(Stop);
        Assert.Equal(["A", "A", "A", "A", "B"], entries.Select(entry => entry.Metadata.Key).Order(StringComparer.Ordinal));
        Assert.Equal(entries.Select(entry => entry.Sequence).OrderDescending(), entries.Select(entry => entry.Sequence));
    }

    private static async Task RevisionAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        await PutAsync(client, id, "A", "one");
        var revision = (await client.Environments.RevealAsync(id, null, null, Stop)).Revision;
        Assert.Null(await client.Environments.RevealIfChangedAsync("web/production", revision, null, Stop));
        await PutAsync(client, id, "A", "one");
        Assert.NotEqual(revision, (await client.Environments.RevealIfChangedAsync(id, revision, null, Stop))!.Revision);
        Assert.Equal(2, await client.ListAuditAsync(new AuditFilter { Action = "secret.reveal" }, Stop).CountAsync(Stop));
    }

    private static async Task DeleteAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        var old = await PutAsync(client, id, "A", "old");
        var at = await LastAsync(client, id);
        Assert.True((await client.Secrets.DeleteAsync(old.Id, Stop)).Deleted);
        await FailsAsync("NOT_FOUND", client.Secrets.RevealAsync(old.Id, null, Stop));
        await FailsAsync("NOT_FOUND", client.Secrets.DeleteAsync(old.Id, Stop));
        Assert.NotEqual(old.Id, (await PutAsync(client, id, "A", "new", 0)).Id);
        var then = await client.Environments.RevealAsync(id, null, at, Stop);
        Assert.Equal((0, "A"), (then.Secrets.Count, Assert.Single(then.Unrecoverable)));
        await FailsAsync("CONFLICT", client.Environments.DeleteAsync(id, false, Stop));
        await client.Environments.DeleteAsync(id, true, Stop);
        await FailsAsync("NOT_FOUND", client.Environments.GetAsync(id, Stop));
    }

    private static async Task RollBackAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        var secret = await PutAsync(client, id, "A", "one");
        await PutAsync(client, id, "A", "two");
        Assert.Equal(3, (await client.Secrets.RollBackAsync(secret.Id, new RollbackRequest(1, "why"), Stop)).Version);
        Assert.Equal("one", (await client.Secrets.RevealAsync(secret.Id, null, Stop)).Value);
        await FailsAsync("NOT_FOUND", client.Secrets.RollBackAsync(secret.Id, new RollbackRequest(9, null), Stop));
        var newest = await client.Environments.ListHistoryAsync(id, Stop).FirstAsync(Stop);
        Assert.Equal(("rolled_back", 3, "why"), (newest.Change, newest.Version, newest.Comment));
    }

    private static async Task RestoreAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        await client.Environments.WriteAllAsync(id, new BatchRequest([New("A", "one"), New("B", "b"), New("C", "c")], null), Stop);
        var at = await LastAsync(client, id);
        await PutAsync(client, id, "A", "two");
        await PutAsync(client, id, "NEW", "n");
        await client.Secrets.DeleteAsync(await client.Secrets.GetIdAsync("web/production/B", Stop), Stop);
        string[] changes = ["A restored 2 1 3", "B unrecoverable   ", "C unchanged   ", "NEW pruned   "];

        Assert.Equal(changes, Changes(await client.Environments.RestoreAsync(id, new RestoreRequest(at, true, true, null), Stop)));
        Assert.Equal("two", (await client.Secrets.RevealAsync("web/production/A", null, Stop)).Value);
        Assert.Equal(changes, Changes(await client.Environments.RestoreAsync(id, new RestoreRequest(at, false, true, null), Stop)));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "one", ["C"] = "c" }, await client.FetchSecretsAsync(id, null, Stop));
        var last = await client.ListAuditAsync(new AuditFilter { EnvironmentId = id, Action = "environment.restore" }, Stop).SingleAsync(Stop);
        Assert.Equal("success", last.Outcome);
        await FailsAsync("VALIDATION_ERROR", client.Environments.RestoreAsync(id, new RestoreRequest(new Instant(253_402_300_799_000_000), null, null, null), Stop));
    }

    private static async Task CompareAsync(SecronnaClient client)
    {
        var here = await PlaceAsync(client);
        var project = await client.Projects.GetAsync("web", Stop);
        var there = (await client.Environments.CreateAsync(project.Id, "Staging", Stop)).Id;
        await client.Environments.WriteAllAsync(here, new BatchRequest([New("SAME", "v"), New("OTHER", "1"), New("HERE", "v")], null), Stop);
        await client.Environments.WriteAllAsync(there, new BatchRequest([New("SAME", "v"), New("OTHER", "2"), New("THERE", "v")], null), Stop);
        var results = await client.Environments.CompareAsync(here, new CompareRequest(there, null, null), Stop);
        Assert.Equal(["HERE only_here", "OTHER different", "SAME same", "THERE only_there"], results.Select(key => $"{key.Key} {key.Result}"));
        Assert.Equal(2, await client.ListAuditAsync(new AuditFilter { Action = "environment.compare" }, Stop).CountAsync(Stop));
    }

    private static async Task PagesAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        await client.Environments.WriteAllAsync(id, new BatchRequest([.. Enumerable.Range(0, 7).Select(i => New($"K_{i}", "v"))], null), Stop);
        var keys = new List<string>();
        string? cursor = null;
        do
        {
            var page = await client.SendAsync(HttpMethod.Get, $"/environments/{id}/secrets?limit=3{(cursor is null ? "" : "&cursor=" + cursor)}", null, Stop);
            var root = JsonDocument.Parse(page.Body).RootElement;
            keys.AddRange(root.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("key").GetString()!));
            cursor = root.GetProperty("meta").GetProperty("cursor").GetString();
            Assert.Equal(cursor is not null, root.GetProperty("meta").GetProperty("hasMore").GetBoolean());
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"K_{i}"), keys);
    }

    private static async Task SearchAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        await client.Environments.WriteAllAsync(id, new BatchRequest([New("DB_URL", "v"), New("OTHER", "v")], null), Stop);
        Assert.Equal(["web/production/DB_URL"], await client.SearchAsync("db_u", Stop).Select(found => found.Path).ToListAsync(Stop));
        Assert.Equal(2, await client.SearchAsync("web/prod", Stop).CountAsync(Stop));
        Assert.Empty(await client.SearchAsync("nowhere", Stop).ToListAsync(Stop));
    }

    private static async Task GrantsAsync(SecronnaClient client)
    {
        var created = await client.AccessKeys.CreateAsync(new AccessKeyRequest("ci", 30, [new Grant("web/production/DB_*", ["list", "reveal"])]), Stop);
        Assert.StartsWith("st_live_", created.Token, StringComparison.Ordinal);
        var listed = await client.AccessKeys.ListAsync(Stop).SingleAsync(Stop);
        Assert.Equal((created.Id, "web/production/DB_*"), (listed.Id, Assert.Single(listed.Grants).Path));
        await FailsAsync("VALIDATION_ERROR", client.AccessKeys.CreateAsync(new AccessKeyRequest("x", 0, null), Stop));
        await FailsAsync("VALIDATION_ERROR", client.AccessKeys.CreateAsync(new AccessKeyRequest("x", null, [new Grant("web", ["rule"])]), Stop));
        Assert.NotNull((await client.AccessKeys.RevokeAsync(created.Id, Stop)).Id);
        Assert.NotNull((await client.AccessKeys.ListAsync(Stop).SingleAsync(Stop)).RevokedAt);
    }

    private static async Task WrongAsync(SecronnaClient client)
    {
        var id = await PlaceAsync(client);
        await FailsAsync("NOT_FOUND", client.Environments.GetAsync("env_none", Stop));
        await FailsAsync("PAYLOAD_TOO_LARGE", PutAsync(client, id, "A", new string('x', Limits.ValueBytes + 1)));
        await FailsAsync("VALIDATION_ERROR", PutAsync(client, id, "no key", "v"));
        foreach (var (status, method, path, body) in new (int, string, string, string?)[]
        {
            (404, "GET", "/nothing", null), (405, "DELETE", "/me", null), (400, "GET", "/projects?limit=0", null), (400, "GET", "/projects?limit=501", null),
            (400, "GET", "/projects?cursor=nonsense", null), (400, "POST", "/projects", "{"), (400, "POST", "/projects", """{"name":"x","extra":1}"""),
            (400, "POST", "/projects", "{}"), (400, "GET", $"/environments/{id}/secrets?at=yesterday", null), (400, "GET", "/search/secrets", null),
        })
        {
            var answer = await client.SendAsync(new HttpMethod(method), path, body is null ? null : Encoding.UTF8.GetBytes(body), Stop);
            Assert.True(status == answer.Status, $"{method} {path}: {answer.Status}");
        }
    }

    private static async Task<string> PlaceAsync(SecronnaClient client)
    {
        var project = await client.Projects.CreateAsync("Web", Stop);
        return (await client.Environments.CreateAsync(project.Id, "Production", Stop)).Id;
    }

    private static WriteSecretRequest New(string key, string value) => new(key, value, null, null);

    private static Task<WrittenResponse> PutAsync(SecronnaClient client, string environmentId, string key, string value, int? expected = null) =>
        client.Environments.WriteAsync(environmentId, new WriteSecretRequest(key, value, expected, null), Stop);

    private static async Task<Instant> LastAsync(SecronnaClient client, string environmentId) =>
        (await client.Environments.ListHistoryAsync(environmentId, Stop).FirstAsync(Stop)).At;

    private static IEnumerable<string> Changes(RestoreResponse restored) => restored.Changes.Select(change =>
        $"{change.Key} {change.Result} {change.From} {change.To} {change.Version}");

    private static async Task FailsAsync(string code, Task request) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<SecronnaException>(() => request)).Code);
}
