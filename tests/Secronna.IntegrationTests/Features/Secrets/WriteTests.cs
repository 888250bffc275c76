using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>Writes never overwrite, and their numbers are unique, rising and without a gap (S12, S13).</summary>
[DependsOnTransactions]
public sealed class WriteTests(SharedServer shared)
{
    private const int Writers = 16;

    [Fact]
    public async Task Concurrent_writers_of_one_key_get_every_number_once_and_each_version_keeps_its_value()
    {
        var place = await shared.NewPlaceAsync();
        const int Each = 8;

        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var mine = new List<(string Id, int Version, string Value)>();
            for (var i = 0; i < Each; i++)
            {
                var value = $"writer {writer}, write {i}";
                var data = (await place.PutAsync("KEY", value)).Is(201).Data;
                mine.Add((data.Text("id"), data.Number("version"), value));
            }

            Assert.Equal(mine.Select(write => write.Version).Order(), mine.Select(write => write.Version));
            return mine;
        }));

        var all = written.SelectMany(writes => writes).OrderBy(write => write.Version).ToList();
        Assert.Single(all.Select(write => write.Id).Distinct());
        Assert.Equal(Enumerable.Range(1, Writers * Each), all.Select(write => write.Version));
        foreach (var (id, version, value) in all)
        {
            Assert.Equal(value, await place.ValueAsync(id, version));
        }

        Assert.Equal(all[^1].Value, await place.ValueAsync(all[0].Id));
        var listed = (await place.Api.GetAsync($"/secrets/{all[0].Id}/versions?limit=500")).Is(200).Data;
        var times = listed.EnumerateArray().Select(version => version.Time("createdAt")).ToList();
        Assert.Equal(times.Distinct().OrderDescending(), times);
    }

    [Fact]
    public async Task Concurrent_writers_of_several_keys_in_batches_leave_no_gap_and_one_instant_per_batch()
    {
        var place = await shared.NewPlaceAsync();
        string[] keys = ["A", "B", "C", "D"];

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < 5; i++)
            {
                var order = keys.Skip(writer % 4).Concat(keys.Take(writer % 4)).ToList();
                Assert.Equal(order, (await place.WriteAllAsync(order.Select(key => (key, $"{key} {writer} {i}")))).Each("key"));
            }
        }));

        var instants = new List<string[]>();
        foreach (var id in (await place.Api.GetAsync(place.Secrets)).Is(200).Data.Each("id"))
        {
            var versions = (await place.Api.GetAsync($"/secrets/{id}/versions?limit=500")).Is(200).Data;
            Assert.Equal(Enumerable.Range(1, Writers * 5).Reverse(), versions.Each("version").Select(int.Parse));
            instants.Add(versions.Each("createdAt"));
        }

        Assert.Equal(4, instants.Count);
        Assert.All(instants, these => Assert.Equal(instants[0], these));
        Assert.Equal(4, (await place.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
    }

    [Fact]
    public async Task Of_concurrent_writers_that_expect_the_same_version_one_wins()
    {
        var place = await shared.NewPlaceAsync();
        for (var expected = 0; expected < 4; expected++)
        {
            var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ =>
                place.PutAsync("KEY", "v", $$""","expectedVersion":{{expected}}""")));

            Assert.Equal(expected + 1, Assert.Single(replies, reply => reply.Status == 201).Data.Number("version"));
            Assert.All(replies.Where(reply => reply.Status != 201), reply => reply.IsError(409, "CONFLICT"));
        }
    }

    [Fact]
    public async Task ExpectedVersion_is_the_current_one_or_0_for_a_key_that_is_not_there()
    {
        var place = await shared.NewPlaceAsync();

        (await place.PutAsync("KEY", "v", ""","expectedVersion":1""")).IsError(409, "CONFLICT");
        (await place.PutAsync("KEY", "v", ""","expectedVersion":0""")).Is(201);
        (await place.PutAsync("KEY", "v", ""","expectedVersion":0""")).IsError(409, "CONFLICT");
        (await place.PutAsync("KEY", "v", ""","expectedVersion":2""")).IsError(409, "CONFLICT");
        (await place.PutAsync("KEY", "v", ""","expectedVersion":1""")).Is(201);
        (await place.PutAsync("KEY", "v", ""","expectedVersion":null""")).Is(201);
    }

    [Fact]
    public async Task A_batch_with_one_conflict_writes_nothing_at_all()
    {
        var place = await shared.NewPlaceAsync();
        var id = await place.WriteAsync("B", "kept");
        var audit = (await place.Workspace.AuditAsync("action=secret.write")).Count;

        (await place.Api.PostAsync(place.Secrets + "/batch", """
            {"secrets":[{"key":"A","value":"1"},{"key":"B","value":"2"},{"key":"C","value":"3","expectedVersion":1}]}
            """)).IsError(409, "CONFLICT");

        Assert.Equal(["B"], (await place.Api.GetAsync(place.Secrets)).Is(200).Data.Each("key"));
        Assert.Equal("kept", await place.ValueAsync(id));
        Assert.Equal(audit, (await place.Workspace.AuditAsync("action=secret.write")).Count);
        Assert.Equal(1, (await place.PutAsync("A", "1")).Is(201).Data.Number("version"));
    }

    [Fact]
    public async Task The_same_value_again_is_a_new_version_sealed_anew()
    {
        var place = await shared.NewPlaceAsync();
        var id = await place.WriteAsync("KEY", "same");

        Assert.Equal(2, (await place.PutAsync("KEY", "same")).Is(201).Data.Number("version"));

        Assert.Equal((2, 2), (Distinct("ciphertext"), Distinct("wrapped_data_key")));
        Assert.Equal(("same", "same"), (await place.ValueAsync(id, 1), await place.ValueAsync(id, 2)));

        long Distinct(string column) => place.Server.Count(
            $"SELECT count(DISTINCT {column}) FROM secret_versions WHERE secret_id = @id", ("@id", id));
    }

    [Fact]
    public async Task Writers_that_meet_a_deletion_write_a_secret_before_or_after_it()
    {
        var place = await shared.NewPlaceAsync();
        for (var round = 0; round < 60; round++)
        {
            var id = await place.WriteAsync("KEY", "first");
            var deletion = place.Api.DeleteAsync($"/secrets/{id}");
            var writes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => place.PutAsync("KEY", "second")));
            (await deletion).Is(200);

            Assert.All(writes, write => write.Is(201));
            foreach (var after in writes.Select(write => write.Data).Where(data => data.Text("id") != id))
            {
                Assert.Equal("second", await place.ValueAsync(after.Text("id"), after.Number("version")));
            }

            await Gone.SecretAsync(place, id);
        }
    }

    [Fact]
    public async Task Writers_that_meet_the_deletion_of_their_environment_succeed_before_it_or_find_nothing()
    {
        for (var round = 0; round < 5; round++)
        {
            var place = await shared.NewPlaceAsync();
            var writes = Enumerable.Range(0, Writers).Select(i => place.PutAsync($"KEY_{i}", "v")).ToList();
            var deletion = place.Api.DeleteAsync($"/environments/{place.EnvironmentId}?force=true");

            Assert.All(await Task.WhenAll(writes), reply => Assert.Contains(reply.Status, new[] { 201, 404 }));
            (await deletion).Is(200);
            (await place.PutAsync("KEY", "v")).IsError(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task Reveals_that_meet_a_deletion_give_the_value_or_find_nothing()
    {
        for (var round = 0; round < 12; round++)
        {
            var place = await shared.NewPlaceAsync();
            var id = await place.WriteAsync("KEY", "v");
            await place.WriteAllAsync(Enumerable.Range(0, 30).Select(i => ($"KEY_{i}", "v")));
            var reveals = Enumerable.Range(0, Writers).Select(i => i % 2 == 0 ? place.RevealAsync(id) : place.RevealAllAsync()).ToList();
            var deletion = (round % 3) switch
            {
                0 => place.Api.DeleteAsync($"/secrets/{id}"),
                1 => place.Api.DeleteAsync($"/environments/{place.EnvironmentId}?force=true"),
                _ => place.Api.DeleteAsync($"/projects/{place.ProjectId}?force=true"),
            };

            Assert.All(await Task.WhenAll(reveals), reply => Assert.Contains(reply.Status, new[] { 200, 404 }));
            (await deletion).Is(200);
        }
    }

    [Fact]
    public async Task A_KEK_whose_wraps_near_their_end_is_replaced_once_and_its_versions_stay_readable()
    {
        await using var server = await TestServer.StartAsync();
        var place = await server.NewPlaceAsync();
        var id = await place.WriteAsync("KEY", "old");
        server.Sql("UPDATE project_keys SET wraps = (1 << 30) - 100");
        await server.RestartAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => place.PutAsync($"KEY_{i}", $"new {i}")));
        await place.WriteAsync("KEY", "newer");

        Assert.All(replies, reply => reply.Is(201));
        var old = await place.DestroyedKekAsync();
        Assert.True(old.Number("wraps") < 1 << 30);
        Assert.Equal(("old", "newer"), (await place.ValueAsync(id, 1), await place.ValueAsync(id, 2)));
        Assert.Equal(17, (await place.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
        var entry = Assert.Single(await place.Workspace.AuditAsync("action=kek.rotate"));
        Assert.Equal(place.ProjectId, entry.GetProperty("metadata").Text("projectId"));
    }
}
