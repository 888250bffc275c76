using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>A project's KEK is rotated while its secrets are used (S9, S10).</summary>
[DependsOnTransactions]
public sealed class KekRotationTests(SharedServer shared)
{
    [Fact]
    public async Task Rotation_gives_a_new_KEK_that_new_writes_use_at_once_and_ends_with_the_old_one_destroyed()
    {
        var place = await shared.NewPlaceAsync();
        var ids = (await place.WriteAllAsync(Enumerable.Range(0, 60).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var old = Assert.Single((await place.KeksAsync()).EnumerateArray()).Text("id");

        var made = await place.RotateAsync();
        var written = await place.WriteAsync("AFTER", "new");

        Assert.Equal(("active", 0), (made.Text("state"), made.Number("remaining")));
        Assert.Equal(made.Text("id"), KekOf(place, written));
        Assert.Equal(old, (await place.DestroyedKekAsync()).Text("id"));
        Assert.Equal(61, place.Server.Count("SELECT count(*) FROM secret_versions WHERE kek_id = @kek", ("@kek", made.Text("id"))));
        for (var i = 0; i < ids.Count; i++)
        {
            Assert.Equal($"value {i}", await place.ValueAsync(ids[i]));
        }
    }

    [Fact]
    public async Task Rotation_leaves_every_value_s_ciphertext_and_every_other_project_as_they_were()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var (place, other) = (await workspace.NewPlaceAsync("One"), await workspace.NewPlaceAsync("Other"));
        await place.WriteAsync("KEY", "v");
        await place.WriteAsync("KEY", "w");
        await other.WriteAsync("KEY", "v");
        var (ciphertexts, others) = (Rows(place, "secret_id, version, ciphertext, kind, created_at, created_by, comment"), Rows(other, "*"));
        var wrapped = Rows(place, "wrapped_data_key");

        await place.RotateAsync();
        await place.DestroyedKekAsync();

        Assert.Equal(ciphertexts, Rows(place, "secret_id, version, ciphertext, kind, created_at, created_by, comment"));
        Assert.NotEqual(wrapped, Rows(place, "wrapped_data_key"));
        Assert.Equal(others, Rows(other, "*"));
        Assert.Equal("active", Assert.Single((await other.KeksAsync()).EnumerateArray()).Text("state"));
    }

    [Fact]
    public async Task Beginning_and_end_are_in_the_trail_each_with_its_KEK()
    {
        var place = await shared.NewPlaceAsync();
        var old = (await place.KeksAsync())[0].Text("id");
        var made = await place.RotateAsync();
        await place.DestroyedKekAsync();
        var begin = Assert.Single(await place.Workspace.AuditAsync("action=kek.rotate"));
        var end = Assert.Single(await place.Workspace.AuditAsync("action=kek.destroy"));
        Assert.Equal(("api_key", made.Text("id"), place.ProjectId), About(begin));
        Assert.Equal(("operator", old, place.ProjectId), About(end));
    }

    [Fact]
    public async Task Rotations_one_upon_another_end_with_one_active_KEK_and_every_version_opens()
    {
        var place = await shared.NewPlaceAsync();
        var ids = (await place.WriteAllAsync(Enumerable.Range(0, 30).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var rotations = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => place.RotateAsync()));
        Assert.Equal(4, rotations.Select(kek => kek.Text("id")).Distinct().Count());
        await place.DestroyedKekAsync();
        Assert.Equal(5, (await place.KeksAsync()).GetArrayLength());
        Assert.Equal("value 29", await place.ValueAsync(ids[^1]));
        Assert.Equal(30, (await place.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
        Assert.Equal(4, (await place.Workspace.AuditAsync("action=kek.destroy")).Count);
    }

    [Fact]
    public async Task Writes_and_reveals_under_rotations_all_succeed_and_each_reveal_has_one_entry()
    {
        var place = await shared.NewPlaceAsync();
        var ids = (await place.WriteAllAsync(Enumerable.Range(0, 40).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        using var end = new CancellationTokenSource();
        var work = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var reveals = 0;
            for (var i = worker; !end.IsCancellationRequested; i++)
            {
                if (worker % 2 == 0)
                {
                    (await place.PutAsync($"NEW_{worker}_{i % 5}", "x")).Is(201);
                }
                else
                {
                    Assert.Equal($"value {i % ids.Count}", await place.ValueAsync(ids[i % ids.Count]));
                    reveals++;
                }
            }

            return reveals;
        })).ToList();
        for (var round = 0; round < 8; round++)
        {
            await place.RotateAsync();
            await place.DestroyedKekAsync();
        }

        await end.CancelAsync();
        var reveals = (await Task.WhenAll(work)).Sum();
        Assert.Equal(reveals, place.Server.Count(
            "SELECT count(*) FROM audit_entries WHERE workspace_id = @id AND action = 'secret.reveal'", ("@id", place.Workspace.Id)));
        Assert.Equal(0, place.Server.Count(
            "SELECT count(*) FROM audit_entries WHERE workspace_id = @id AND outcome <> 'success'", ("@id", place.Workspace.Id)));
    }

    [Fact]
    public async Task A_data_key_that_does_not_unwrap_keeps_its_KEK_alive_and_holds_up_no_other()
    {
        var place = await shared.NewPlaceAsync();
        var ids = (await place.WriteAllAsync(Enumerable.Range(0, 20).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var box = (byte[])place.Server.Sql("SELECT wrapped_data_key FROM secret_versions WHERE secret_id = @id", ("@id", ids[7]))[0][0];
        place.Server.Sql("UPDATE secret_versions SET wrapped_data_key = @box WHERE secret_id = @id", ("@box", Flipped(box)), ("@id", ids[7]));

        await place.RotateAsync();

        await Until.HoldsAsync(
            "the log says so",
            () => place.Server.Log.Lines.Any(line => line.Contains("don't unwrap", StringComparison.Ordinal)
                && line.Contains(place.ProjectId, StringComparison.Ordinal)));
        var retiring = (await place.KeksAsync()).EnumerateArray().First();
        Assert.Equal(("retiring", 1), (retiring.Text("state"), retiring.Number("remaining")));
        Assert.Equal("value 8", await place.ValueAsync(ids[8]));
        (await place.RevealAsync(ids[7])).IsError(500, "INTEGRITY_ERROR");
        place.Server.Sql("UPDATE secret_versions SET wrapped_data_key = @box WHERE secret_id = @id", ("@box", box), ("@id", ids[7]));
        Assert.Equal("value 7", await place.ValueAsync(ids[7]));
    }

    private static (string, string, string) About(System.Text.Json.JsonElement entry) =>
        (entry.Text("actorType"), entry.GetProperty("metadata").Text("targetId"), entry.GetProperty("metadata").Text("projectId"));

    private static byte[] Flipped(byte[] box) => [.. box[..^1], (byte)(box[^1] ^ 1)];

    private static string KekOf(Place place, string secretId) =>
        (string)place.Server.Sql("SELECT kek_id FROM secret_versions WHERE secret_id = @id", ("@id", secretId))[0][0];

    private static List<string> Rows(Place place, string columns) =>
    [
        .. place.Server.Sql(
            $"SELECT {columns} FROM secret_versions WHERE secret_id IN (SELECT id FROM secrets WHERE environment_id = @id) ORDER BY secret_id, version",
            ("@id", place.EnvironmentId))
            .Select(row => string.Join('|', row.Select(cell => cell is byte[] bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : cell.ToString()))),
    ];
}
