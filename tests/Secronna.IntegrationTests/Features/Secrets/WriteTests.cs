using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>Writes never overwrite. Their version numbers are unique and ascending, without a gap (S12, S13).</summary>
[DependsOnTransactions]
public sealed class WriteTests(SharedServer shared)
{
    private const int Writers = 16;

    [Fact]
    public async Task Concurrent_writers_of_one_key_get_each_version_number_once_and_each_version_keeps_its_value()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        const int WritesPerWriter = 8;

        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var mine = new List<(string Id, int Version, string Value)>();
            for (var i = 0; i < WritesPerWriter; i++)
            {
                var value = $"writer {writer}, write {i}";
                var data = (await environment.PutAsync("KEY", value)).Is(201).Data;
                mine.Add((data.Text("id"), data.Number("version"), value));
            }

            Assert.Equal(mine.Select(write => write.Version).Order(), mine.Select(write => write.Version));
            return mine;
        }));

        var all = written.SelectMany(writes => writes).OrderBy(write => write.Version).ToList();
        Assert.Single(all.Select(write => write.Id).Distinct());
        Assert.Equal(Enumerable.Range(1, Writers * WritesPerWriter), all.Select(write => write.Version));
        foreach (var (id, version, value) in all)
        {
            Assert.Equal(value, await environment.ValueAsync(id, version));
        }

        Assert.Equal(all[^1].Value, await environment.ValueAsync(all[0].Id));
        var listed = (await environment.Api.GetAsync($"/secrets/{all[0].Id}/versions?limit=500")).Is(200).Data;
        var times = listed.EnumerateArray().Select(version => version.Time("createdAt")).ToList();
        Assert.Equal(times.Distinct().OrderDescending(), times);
    }

    [Fact]
    public async Task Concurrent_batches_leave_no_gap_in_version_numbers_and_have_one_instant_each()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        string[] keys = ["A", "B", "C", "D"];

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < 5; i++)
            {
                var order = keys.Skip(writer % 4).Concat(keys.Take(writer % 4)).ToList();
                Assert.Equal(order, (await environment.WriteAllAsync(order.Select(key => (key, $"{key} {writer} {i}")))).Each("key"));
            }
        }));

        var instants = new List<string[]>();
        foreach (var id in (await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.Each("id"))
        {
            var versions = (await environment.Api.GetAsync($"/secrets/{id}/versions?limit=500")).Is(200).Data;
            Assert.Equal(Enumerable.Range(1, Writers * 5).Reverse(), versions.Each("version").Select(int.Parse));
            instants.Add(versions.Each("createdAt"));
        }

        Assert.Equal(4, instants.Count);
        Assert.All(instants, these => Assert.Equal(instants[0], these));
        Assert.Equal(4, (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
    }

    [Fact]
    public async Task Of_concurrent_writers_that_expect_the_same_version_one_succeeds()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var expected = 0; expected < 4; expected++)
        {
            var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ =>
                environment.PutAsync("KEY", "v", $$""","expectedVersion":{{expected}}""")));

            Assert.Equal(expected + 1, Assert.Single(replies, reply => reply.Status == 201).Data.Number("version"));
            Assert.All(replies.Where(reply => reply.Status != 201), reply => reply.IsError(409, "CONFLICT"));
        }
    }

    [Fact]
    public async Task ExpectedVersion_must_be_the_current_version_or_0_for_an_absent_key()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await environment.PutAsync("KEY", "v", ""","expectedVersion":1""")).IsError(409, "CONFLICT");
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":0""")).Is(201);
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":0""")).IsError(409, "CONFLICT");
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":2""")).IsError(409, "CONFLICT");
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":1""")).Is(201);
        (await environment.PutAsync("KEY", "v", ""","expectedVersion":null""")).Is(201);
    }

    [Fact]
    public async Task A_batch_with_one_conflict_writes_nothing_at_all()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("B", "kept");
        var audit = (await environment.Workspace.AuditAsync("action=secret.write")).Count;

        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", """
            {"secrets":[{"key":"A","value":"1"},{"key":"B","value":"2"},{"key":"C","value":"3","expectedVersion":1}]}
            """)).IsError(409, "CONFLICT");

        Assert.Equal(["B"], (await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.Each("key"));
        Assert.Equal("kept", await environment.ValueAsync(id));
        Assert.Equal(audit, (await environment.Workspace.AuditAsync("action=secret.write")).Count);
        Assert.Equal(1, (await environment.PutAsync("A", "1")).Is(201).Data.Number("version"));
    }

    [Fact]
    public async Task Writing_the_same_value_again_seals_a_new_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "same");

        Assert.Equal(2, (await environment.PutAsync("KEY", "same")).Is(201).Data.Number("version"));

        Assert.Equal((2, 2), (Distinct("ciphertext"), Distinct("wrapped_data_key")));
        Assert.Equal(("same", "same"), (await environment.ValueAsync(id, 1), await environment.ValueAsync(id, 2)));

        long Distinct(string column) => environment.Server.Count(
            $"SELECT count(DISTINCT {column}) FROM secret_versions WHERE secret_id = @id", ("@id", id));
    }

    [Fact]
    public async Task Writes_beside_a_deletion_succeed_in_the_old_or_in_a_new_secret()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var round = 0; round < 60; round++)
        {
            var id = await environment.WriteAsync("KEY", "first");
            var deletion = environment.Api.DeleteAsync($"/secrets/{id}");
            var writes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => environment.PutAsync("KEY", "second")));
            (await deletion).Is(200);

            Assert.All(writes, write => write.Is(201));
            foreach (var after in writes.Select(write => write.Data).Where(data => data.Text("id") != id))
            {
                Assert.Equal("second", await environment.ValueAsync(after.Text("id"), after.Number("version")));
            }

            await AssertDeleted.SecretAsync(environment, id);
        }
    }

    [Fact]
    public async Task Writes_beside_the_deletion_of_their_environment_succeed_or_are_not_found()
    {
        for (var round = 0; round < 5; round++)
        {
            var environment = await shared.NewTestEnvironmentAsync();
            var writes = Enumerable.Range(0, Writers).Select(i => environment.PutAsync($"KEY_{i}", "v")).ToList();
            var deletion = environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true");

            Assert.All(await Task.WhenAll(writes), reply => Assert.Contains(reply.Status, new[] { 201, 404 }));
            (await deletion).Is(200);
            (await environment.PutAsync("KEY", "v")).IsError(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task Reveals_beside_a_deletion_give_the_value_or_are_not_found()
    {
        for (var round = 0; round < 12; round++)
        {
            var environment = await shared.NewTestEnvironmentAsync();
            var id = await environment.WriteAsync("KEY", "v");
            await environment.WriteAllAsync(Enumerable.Range(0, 30).Select(i => ($"KEY_{i}", "v")));
            var reveals = Enumerable.Range(0, Writers).Select(i => i % 2 == 0 ? environment.RevealAsync(id) : environment.RevealAllAsync()).ToList();
            var deletion = (round % 3) switch
            {
                0 => environment.Api.DeleteAsync($"/secrets/{id}"),
                1 => environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true"),
                _ => environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true"),
            };

            Assert.All(await Task.WhenAll(reveals), reply => Assert.Contains(reply.Status, new[] { 200, 404 }));
            (await deletion).Is(200);
        }
    }

    [Fact]
    public async Task A_KEK_near_its_limit_of_wraps_is_replaced_once_and_its_versions_stay_readable()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "old");
        server.Sql("UPDATE project_keys SET wraps = (1 << 30) - 100");
        await server.RestartAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => environment.PutAsync($"KEY_{i}", $"new {i}")));
        await environment.WriteAsync("KEY", "newer");

        Assert.All(replies, reply => reply.Is(201));
        var old = await environment.WaitForDestroyedKekAsync();
        Assert.True(old.Number("wraps") < 1 << 30);
        Assert.Equal(("old", "newer"), (await environment.ValueAsync(id, 1), await environment.ValueAsync(id, 2)));
        Assert.Equal(17, (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=kek.rotate"));
        Assert.Equal(environment.ProjectId, entry.GetProperty("metadata").Text("projectId"));
    }
}
