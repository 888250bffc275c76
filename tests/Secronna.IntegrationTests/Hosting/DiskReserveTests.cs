using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Features.PointInTime;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>
/// While only the reserve of the disk is left, nothing that grows the database is taken, and everything else goes on (S31). The
/// tests make the reserve larger than any disk.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class DiskReserveTests
{
    private const long MoreThanAnyDisk = 1L << 50;

    [Fact]
    public async Task Below_the_reserve_writes_are_refused_and_reveals_deletions_and_revocations_go_on_with_their_record()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var api = environment.Api;
        var id = await environment.WriteAsync("A", "1");
        var other = await environment.WriteAsync("B", "1");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "2");
        var key = await environment.Workspace.NewAccessKeyAsync();
        await ReserveAsync(server, MoreThanAnyDisk, isLow: true);

        Reply[] refused =
        [
            await environment.PutAsync("A", "3"),
            await api.PostAsync(environment.SecretsPath + "/batch", """{"secrets":[{"key":"A","value":"3"}]}"""),
            await environment.RestoreAsync(at),
            await api.RollBackAsync(id, 1),
            await api.PostAsync("/projects", """{"name":"more"}"""),
            await api.PatchAsync($"/projects/{environment.ProjectId}", """{"name":"more"}"""),
            await api.PostAsync($"/projects/{environment.ProjectId}/environments", """{"name":"more"}"""),
            await api.PatchAsync($"/environments/{environment.Id}", """{"name":"more"}"""),
            await api.PostAsync($"/projects/{environment.ProjectId}/keys/rotate"),
            await api.PostAsync("/api-keys", """{"name":"more"}"""),
            await api.PostAsync("/access-keys", """{"name":"more"}"""),
        ];

        Assert.All(refused, reply => Assert.Contains("disk is nearly full", reply.IsError(503, "UNAVAILABLE").Message, StringComparison.Ordinal));
        (await environment.RevealAsync(id)).Is(200);
        (await environment.RevealAllAsync()).Is(200);
        (await environment.RestoreAsync(at, ""","dryRun":true""")).Is(200);
        (await server.With(key.Text("token")).GetAsync(environment.SecretsPath)).Is(200);
        (await api.PatchAsync($"/access-keys/{key.Text("id")}", """{"grants":[{"path":"web","actions":["list"]}]}""")).Is(200);
        (await server.With(key.Text("token")).PutAsync(environment.SecretsPath, """{"key":"A","value":"3"}""")).Is(503);
        (await server.With(key.Text("token")).PostAsync("/projects", """{"name":"more"}""")).IsError(403, "FORBIDDEN");
        (await api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);
        (await api.DeleteAsync($"/secrets/{other}")).Is(200);
        Assert.Equal(3, (await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success")).Count);
        Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));

        await ReserveAsync(server, 1, isLow: false);
        (await environment.PutAsync("A", "3")).Is(201);
    }

    [Fact]
    public async Task Health_warns_of_a_low_disk_and_each_change_is_logged_once()
    {
        await using var server = await TestServer.StartAsync();
        await Until.HoldsAsync("the server is ready", async () => (await HealthAsync(server, "/health/ready")).Status == 200);
        Assert.Equal("""{"status":"ready","warnings":[]}""", (await HealthAsync(server, "/api/v1/health")).Data.GetRawText());

        await ReserveAsync(server, MoreThanAnyDisk, isLow: true);
        foreach (var (path, status) in new[] { ("/health/ready", "ready"), ("/api/v1/health", "ready"), ("/health/live", "live") })
        {
            var data = (await HealthAsync(server, path)).Is(200).Data.GetRawText();
            Assert.Equal($$"""{"status":"{{status}}","warnings":["disk_low"]}""", data);
        }

        Assert.Single(server.Log.Lines, line => line.Contains("Writes are refused", StringComparison.Ordinal));
        await ReserveAsync(server, 0, isLow: false);
        Assert.Single(server.Log.Lines, line => line.Contains("has room again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_is_getting_full_is_warned_of_while_writes_are_still_taken()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var room = (await server.Installation.Database.FindDiskRoomAsync())!.Value;
        Assert.InRange(room.FreeBytes, 1, room.TotalBytes);
        // More than a quarter of what is free, and less than all of it.
        await ReserveAsync(server, room.FreeBytes / 2, isLow: room.FreeBytes < room.TotalBytes / 2);
        (await environment.PutAsync("A", "1")).Is(201);
    }

    [Fact]
    public void Every_operation_that_mints_or_creates_is_declared_to_grow_the_database()
    {
        var operations = typeof(Operations).GetProperties().Select(property => (property.Name, Operation: (Operation)property.GetValue(null)!));
        var growing = operations.Where(each => each.Operation.Growth is StorageGrowth.Rows or StorageGrowth.Versions).Select(each => each.Name);
        var expected = operations.Select(each => each.Name).Where(name =>
            name.StartsWith("Create", StringComparison.Ordinal) || name.StartsWith("Rename", StringComparison.Ordinal)
            || name.StartsWith("Rotate", StringComparison.Ordinal) || name is "ChangeEnvironment" or "WriteSecrets" or "RollBackSecret" or "RestoreEnvironment" or "CompareEnvironments");
        Assert.Equal(expected.Order(StringComparer.Ordinal), growing.Order(StringComparer.Ordinal));
    }

    private static Task<Reply> HealthAsync(TestServer server, string path) => server.Anyone.SendToAsync("GET", path);

    private static async Task ReserveAsync(TestServer server, long bytes, bool isLow)
    {
        server.Services.GetRequiredService<StorageSettings>().ReservedBytes = bytes;
        await Until.HoldsAsync("the server has looked at the disk", () => server.Services.GetRequiredService<DiskSpace>().IsLow == isLow);
    }
}
