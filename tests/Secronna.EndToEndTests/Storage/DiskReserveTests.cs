using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Faults;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Storage;

/// <summary>On a disk that a writer fills, reveals with their record go on, and deletions make room for writes again (S31).</summary>
[RunsAlone]
public sealed class DiskReserveTests
{
    private const int Keys = 250;
    private const int ReserveMebibytes = 60;
    private const long Reserve = (long)ReserveMebibytes << 20;

    // A write is refused where it might take a part of the reserve: a batch is counted with twice its bytes.
    private const long RefusedBelow = Reserve + (4 << 20);

    [Fact]
    public async Task A_writer_cannot_take_the_room_that_reveals_need_for_their_record()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        using var disk = SmallDisk.MountOn(installation.DataFolder, mebibytes: ReserveMebibytes + 30);
        installation.Environment["Secronna__Storage__ReservedBytes"] = $"{Reserve}";
        await installation.SetUpAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (project, environment) = await api.CreateEnvironmentAsync("Victim");
        Assert.Equal(201, (await WriteBatchAsync(api, environment, 100)).Status);
        var (_, filler) = await api.CreateEnvironmentAsync("Filler");

        var refused = await FillAsync(api, filler, disk);

        Assert.Equal((503, "UNAVAILABLE"), (refused.Status, refused.ErrorCode));
        Assert.Contains("disk is nearly full", (string)refused.Envelope["error"]!["message"]!, StringComparison.Ordinal);
        Assert.InRange(disk.FreeBytes, Reserve * 7 / 8, RefusedBelow);
        await Until.HoldsAsync("health warns of the disk", async () => await api.GetAsync("/health/ready") is { Status: 200 } ready
            && ready.Data["warnings"]!.ToJsonString() == """["disk_low"]""");
        await ExpectRevealsAsync(api, environment, times: 40);
        Assert.Equal(200, (await api.DeleteAsync($"/api/v1/environments/{filler}?force=true")).Status);
        await Until.HoldsAsync(
            "what was deleted makes room for writes", async () => (await WriteBatchAsync(api, environment, 100)).Status == 201);
        Assert.Equal(200, (await api.GetAsync($"/api/v1/projects/{project}")).Status);
        Assert.InRange(server.Log.Split("Writes are refused").Length - 1, 0, 1);
    }

    [Fact]
    public async Task Reveals_go_on_until_the_disk_is_really_full_and_none_goes_unrecorded()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        using var disk = SmallDisk.MountOn(installation.DataFolder, mebibytes: ReserveMebibytes + 10);
        installation.Environment["Secronna__Storage__ReservedBytes"] = $"{Reserve}";
        await installation.SetUpAsync();
        await using var server = await installation.ServeAsync();
        using var api = new Api(server.Url, installation.Token);
        var (_, environment) = await api.CreateEnvironmentAsync("Victim");
        Assert.Equal(201, (await WriteBatchAsync(api, environment, 100)).Status);
        await FillAsync(api, environment, disk);
        var revealed = 0;
        Answer last;
        do
        {
            last = await api.PostAsync($"/api/v1/environments/{environment}/reveal");
            revealed += last.Status == 200 ? 1 : 0;
        }
        while (last.Status == 200);

        Assert.Equal((503, "UNAVAILABLE"), (last.Status, last.ErrorCode));
        Assert.InRange(disk.FreeBytes, 0, Reserve / 8);
        // The reserve had room for the entries of many more reveals than one.
        Assert.True(revealed > 50, $"only {revealed} reveals");
        await server.KillAsync();
        var recorded = SqliteFile.One<long>(
            installation.DatabaseFile, "SELECT count(*) FROM audit_entries WHERE action = 'secret.reveal' AND outcome = 'success'");
        Assert.True(recorded >= revealed * Keys, $"{recorded} entries for {revealed * Keys} values");
    }

    private static async Task ExpectRevealsAsync(Api api, string environment, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(200, (await api.PostAsync($"/api/v1/environments/{environment}/reveal")).Status);
        }
    }

    private static async Task<Answer> FillAsync(Api api, string environment, SmallDisk disk)
    {
        Answer answer;
        do
        {
            answer = await WriteBatchAsync(api, environment, 4_000);
        }
        while (answer.Status == 201 || disk.FreeBytes > RefusedBelow);
        return answer;
    }

    private static Task<Answer> WriteBatchAsync(Api api, string environment, int length)
    {
        JsonArray secrets = [.. Enumerable.Range(0, Keys).Select(i => new JsonObject { ["key"] = $"KEY_{i}", ["value"] = new string('v', length) })];
        return api.PostAsync($"/api/v1/environments/{environment}/secrets/batch", new JsonObject { ["secrets"] = secrets });
    }
}
