using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Audit;

/// <summary>Answers tell which audit entries their requests have recorded.</summary>
[DependsOnTransactions]
public sealed class TrailReceiptTests(SharedServer shared)
{
    [Fact]
    public async Task Reveals_writes_batches_and_deletions_tell_the_numbers_of_their_entries()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var put = await environment.PutAsync("KEY", "a value");
        var id = put.Data.Text("id");
        var replies = new List<(Reply Reply, int Entries)>
        {
            (put, 1),
            (await environment.RevealAsync(id), 1),
            (await environment.Api.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("KEY")}}"}"""), 1),
            (await BatchAsync(environment, 7), 7),
            (await environment.RevealAllAsync(), 8),
            (await environment.Api.PostAsync($"/secrets/{id}/rollback", """{"version":1}"""), 1),
            (await environment.Api.PostAsync($"/environments/{environment.Id}/compare", $$"""{"with":"{{environment.Id}}"}"""), 2),
            (await environment.Api.DeleteAsync($"/secrets/{id}"), 1),
        };

        foreach (var (reply, entries) in replies)
        {
            Assert.InRange(reply.Status, 200, 201);
            Assert.Equal(entries, reply.RecordedEntries.Count);
            Assert.Equal(await environment.Workspace.EntriesOfAsync(reply), reply.RecordedEntries);
            Assert.Equal("requestId,timestamp,trail", reply.Meta.Names());
            Assert.Equal("epoch,first,count", reply.Meta.GetProperty("trail").Names());
            Assert.Equal(1, reply.Meta.GetProperty("trail").Number("epoch"));
        }
    }

    [Fact]
    public async Task A_large_reveal_tells_its_entries_although_they_are_recorded_in_several_commits()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await BatchAsync(environment, 300);
        await BatchAsync(environment, 300, "MORE");

        var reply = (await environment.RevealAllAsync()).Is(200);

        Assert.Equal(600, reply.RecordedEntries.Count);
        Assert.Equal(await environment.Workspace.EntriesOfAsync(reply), reply.RecordedEntries);
    }

    [Fact]
    public async Task Many_requests_at_once_are_each_told_of_their_own_entries_or_of_none()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        await BatchAsync(environment, 290);
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => i % 10 == 0 ? environment.RevealAllAsync() : environment.RevealAsync(id)));

        var all = new Dictionary<string, List<long>>();
        for (string? cursor = null, path = "/audit?limit=1000&action=secret.reveal"; ;)
        {
            var page = (await environment.Api.GetAsync(cursor is null ? path : $"{path}&cursor={cursor}")).Is(200);
            foreach (var entry in page.Data.EnumerateArray())
            {
                (all.TryGetValue(entry.Text("requestId"), out var found) ? found : all[entry.Text("requestId")] = []).Insert(0, entry.GetProperty("sequence").GetInt64());
            }

            if ((cursor = page.Meta.GetProperty("cursor").GetString()) is null)
            {
                break;
            }
        }

        foreach (var reply in replies)
        {
            var entries = all[reply.Is(200).RequestId];
            Assert.Equal(entries[^1] - entries[0] + 1 == entries.Count ? entries : [], reply.RecordedEntries);
        }
    }

    [Fact]
    public async Task A_caller_who_may_not_read_the_whole_trail_is_not_told()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var key = environment.Server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        foreach (var reply in new[]
        {
            await key.PostAsync($"/secrets/{id}/reveal"), await key.PostAsync($"/environments/{environment.Id}/reveal"),
            await key.PutAsync(environment.SecretsPath, """{"key":"KEY","value":"v"}"""),
        })
        {
            Assert.InRange(reply.Status, 200, 201);
            Assert.Equal("requestId,timestamp", reply.Meta.Names());
        }

        Assert.Single((await Callers.WithToken(environment.Workspace, "member").PostAsync($"/secrets/{id}/reveal")).Is(200).RecordedEntries);
    }

    [Fact]
    public async Task A_request_that_records_nothing_tells_of_no_entry()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var header = ("Idempotency-Key", "k1");
        const string Body = """{"key":"KEY","value":"v"}""";
        Assert.Single((await environment.Api.SendAsync("PUT", environment.SecretsPath, Body, header)).Is(201).RecordedEntries);
        foreach (var reply in new[]
        {
            await environment.Api.SendAsync("PUT", environment.SecretsPath, Body, header), await environment.Api.GetAsync("/projects/" + environment.ProjectId),
        })
        {
            Assert.Equal("requestId,timestamp", reply.Meta.Names());
        }
    }

    private static async Task<Reply> BatchAsync(TestEnvironment environment, int count, string prefix = "KEY") => (await environment.Api.PostAsync(
        environment.SecretsPath + "/batch",
        $$"""{"secrets":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"key":"{{prefix}}_{{i}}","value":"v"}"""))}}]}""")).Is(201);
}
