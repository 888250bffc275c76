using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault;

/// <summary>Rotations of a project's KEK while its secrets are in use (S9, S10).</summary>
[DependsOnTransactions]
public sealed class KekRotationTests(SharedServer shared)
{
    [Fact]
    public async Task A_rotation_creates_a_KEK_that_new_writes_use_at_once_and_ends_with_the_old_KEK_destroyed()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var ids = (await environment.WriteAllAsync(Enumerable.Range(0, 60).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var old = Assert.Single((await environment.KeksAsync()).EnumerateArray()).Text("id");

        var made = await environment.RotateKekAsync();
        var written = await environment.WriteAsync("AFTER", "new");

        Assert.Equal(("active", 0), (made.Text("state"), made.Number("remaining")));
        Assert.Equal(made.Text("id"), KekOf(environment, written));
        Assert.Equal(old, (await environment.WaitForDestroyedKekAsync()).Text("id"));
        Assert.Equal(61, environment.Server.Count("SELECT count(*) FROM secret_versions WHERE kek_id = @kek", ("@kek", made.Text("id"))));
        for (var i = 0; i < ids.Count; i++)
        {
            Assert.Equal($"value {i}", await environment.ValueAsync(ids[i]));
        }
    }

    [Fact]
    public async Task A_rotation_changes_no_ciphertext_and_no_other_project()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var (environment, other) = (await workspace.NewTestEnvironmentAsync("One"), await workspace.NewTestEnvironmentAsync("Other"));
        await environment.WriteAsync("KEY", "v");
        await environment.WriteAsync("KEY", "w");
        await other.WriteAsync("KEY", "v");
        var (ciphertexts, others) = (Rows(environment, "secret_id, version, ciphertext, kind, created_at, created_by, comment"), Rows(other, "*"));
        var wrapped = Rows(environment, "wrapped_data_key");

        await environment.RotateKekAsync();
        await environment.WaitForDestroyedKekAsync();

        Assert.Equal(ciphertexts, Rows(environment, "secret_id, version, ciphertext, kind, created_at, created_by, comment"));
        Assert.NotEqual(wrapped, Rows(environment, "wrapped_data_key"));
        Assert.Equal(others, Rows(other, "*"));
        Assert.Equal("active", Assert.Single((await other.KeksAsync()).EnumerateArray()).Text("state"));
    }

    [Fact]
    public async Task The_beginning_and_the_end_of_a_rotation_are_recorded_each_with_its_KEK()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var old = (await environment.KeksAsync())[0].Text("id");
        var made = await environment.RotateKekAsync();
        await environment.WaitForDestroyedKekAsync();
        var begin = Assert.Single(await environment.Workspace.AuditAsync("action=kek.rotate"));
        var end = Assert.Single(await environment.Workspace.AuditAsync("action=kek.destroy"));
        Assert.Equal(("api_key", made.Text("id"), environment.ProjectId), TargetOf(begin));
        Assert.Equal(("operator", old, environment.ProjectId), TargetOf(end));
    }

    [Fact]
    public async Task Concurrent_rotations_end_with_one_active_KEK_and_every_version_opens()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var ids = (await environment.WriteAllAsync(Enumerable.Range(0, 30).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var rotations = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => environment.RotateKekAsync()));
        Assert.Equal(4, rotations.Select(kek => kek.Text("id")).Distinct().Count());
        await environment.WaitForDestroyedKekAsync();
        Assert.Equal(5, (await environment.KeksAsync()).GetArrayLength());
        Assert.Equal("value 29", await environment.ValueAsync(ids[^1]));
        Assert.Equal(30, (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets").GetArrayLength());
        Assert.Equal(4, (await environment.Workspace.AuditAsync("action=kek.destroy")).Count);
    }

    [Fact]
    public async Task Writes_and_reveals_during_rotations_succeed_and_each_reveal_has_one_entry()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var ids = (await environment.WriteAllAsync(Enumerable.Range(0, 40).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        using var end = new CancellationTokenSource();
        var work = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var reveals = 0;
            for (var i = worker; !end.IsCancellationRequested; i++)
            {
                if (worker % 2 == 0)
                {
                    (await environment.PutAsync($"NEW_{worker}_{i % 5}", "x")).Is(201);
                }
                else
                {
                    Assert.Equal($"value {i % ids.Count}", await environment.ValueAsync(ids[i % ids.Count]));
                    reveals++;
                }
            }

            return reveals;
        })).ToList();
        for (var round = 0; round < 8; round++)
        {
            await environment.RotateKekAsync();
            await environment.WaitForDestroyedKekAsync();
        }

        await end.CancelAsync();
        var reveals = (await Task.WhenAll(work)).Sum();
        Assert.Equal(reveals, environment.Server.Count(
            "SELECT count(*) FROM audit_entries WHERE workspace_id = @id AND action = 'secret.reveal'", ("@id", environment.Workspace.Id)));
        Assert.Equal(0, environment.Server.Count(
            "SELECT count(*) FROM audit_entries WHERE workspace_id = @id AND outcome <> 'success'", ("@id", environment.Workspace.Id)));
    }

    [Fact]
    public async Task A_data_key_that_does_not_unwrap_keeps_its_KEK_and_does_not_stop_the_others()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var ids = (await environment.WriteAllAsync(Enumerable.Range(0, 20).Select(i => ($"KEY_{i}", $"value {i}")))).Each("id").ToList();
        var box = (byte[])environment.Server.Sql("SELECT wrapped_data_key FROM secret_versions WHERE secret_id = @id", ("@id", ids[7]))[0][0];
        environment.Server.Sql("UPDATE secret_versions SET wrapped_data_key = @box WHERE secret_id = @id", ("@box", Flipped(box)), ("@id", ids[7]));

        await environment.RotateKekAsync();

        await Until.HoldsAsync(
            "the data key that does not unwrap is logged",
            () => environment.Server.Log.Lines.Any(line => line.Contains("don't unwrap", StringComparison.Ordinal)
                && line.Contains(environment.ProjectId, StringComparison.Ordinal)));
        var retiring = (await environment.KeksAsync()).EnumerateArray().First();
        Assert.Equal(("retiring", 1), (retiring.Text("state"), retiring.Number("remaining")));
        Assert.Equal("value 8", await environment.ValueAsync(ids[8]));
        (await environment.RevealAsync(ids[7])).IsError(500, "INTEGRITY_ERROR");
        environment.Server.Sql("UPDATE secret_versions SET wrapped_data_key = @box WHERE secret_id = @id", ("@box", box), ("@id", ids[7]));
        Assert.Equal("value 7", await environment.ValueAsync(ids[7]));
    }

    private static (string, string, string) TargetOf(System.Text.Json.JsonElement entry) =>
        (entry.Text("actorType"), entry.GetProperty("metadata").Text("targetId"), entry.GetProperty("metadata").Text("projectId"));

    private static byte[] Flipped(byte[] box) => [.. box[..^1], (byte)(box[^1] ^ 1)];

    private static string KekOf(TestEnvironment environment, string secretId) =>
        (string)environment.Server.Sql("SELECT kek_id FROM secret_versions WHERE secret_id = @id", ("@id", secretId))[0][0];

    private static List<string> Rows(TestEnvironment environment, string columns) =>
    [
        .. environment.Server.Sql(
            $"SELECT {columns} FROM secret_versions WHERE secret_id IN (SELECT id FROM secrets WHERE environment_id = @id) ORDER BY secret_id, version",
            ("@id", environment.Id))
            .Select(row => string.Join('|', row.Select(cell => cell is byte[] bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : cell.ToString()))),
    ];
}
