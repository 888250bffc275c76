using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Features.PointInTime;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>One version of a secret is destroyed, and the others stay (S15).</summary>
[DependsOnTransactions]
public sealed class DestroyVersionTests(SharedServer shared)
{
    private const string Sealed = "kek_id, wrapped_data_key, ciphertext, tag";

    [Fact]
    public async Task A_destroyed_version_holds_nothing_sealed_and_the_others_open()
    {
        var (environment, id) = await NewAsync();
        var others = environment.Server.Sql($"SELECT {Sealed} FROM secret_versions WHERE secret_id = @id AND version <> 2 ORDER BY version", ("@id", id));

        (await DestroyAsync(environment, id, "2")).Is(200);

        Assert.All(
            Assert.Single(environment.Server.Sql($"SELECT {Sealed} FROM secret_versions WHERE secret_id = @id AND version = 2", ("@id", id))),
            column => Assert.IsType<DBNull>(column));
        Assert.Equal(others, environment.Server.Sql($"SELECT {Sealed} FROM secret_versions WHERE secret_id = @id AND version <> 2 ORDER BY version", ("@id", id)));
        Assert.Equal(("one", "three"), (await environment.ValueAsync(id, 1), await environment.ValueAsync(id)));
        Assert.Equal("version not found", (await environment.RevealAsync(id, 2)).IsError(404, "NOT_FOUND").Message);
    }

    [Fact]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    public async Task The_files_hold_nothing_of_a_destroyed_version()
    {
        var (environment, id) = await NewAsync();
        var marks = environment.Server.Sql($"SELECT wrapped_data_key, ciphertext, tag FROM secret_versions WHERE secret_id = @id AND version = 1", ("@id", id))[0]
            .Select(column => ((byte[])column)[^16..]).ToList();
        await Until.HoldsAsync("the files hold the version", () => marks.TrueForAll(mark => IsInFiles(environment, mark)));

        (await DestroyAsync(environment, id, "1")).Is(200);

        await Until.HoldsAsync("the files hold nothing of the version", () => !marks.Exists(mark => IsInFiles(environment, mark)));
    }

    [Fact]
    public async Task The_destruction_is_recorded_once_with_who_did_it_to_which_version()
    {
        var (environment, id) = await NewAsync();
        var first = (await DestroyAsync(environment, id, "1")).Is(200);
        (await DestroyAsync(environment, id, "1")).Is(200);

        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=secret.destroy"));
        var metadata = entry.GetProperty("metadata");
        Assert.Equal((first.RequestId, "success", id), (entry.Text("requestId"), entry.Text("outcome"), metadata.Text("secretId")));
        Assert.Equal((1, environment.PathOf("A")), (metadata.Number("version"), metadata.Text("path")));
        var change = (await environment.HistoryAsync())[0];
        Assert.Equal(("destroyed", 1, environment.Workspace.ApiKeyId), (change.Text("change"), change.Number("version"), change.Text("by")));
        Assert.Equal(4, (await environment.HistoryAsync()).Count);
    }

    [Fact]
    public async Task A_destruction_that_cannot_be_recorded_is_undone()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.WriteAsync("A", "two");
        server.Break("INSERT", "trail_segments");

        (await DestroyAsync(environment, id, "1")).IsError(503, "UNAVAILABLE");

        server.Mend("trail_segments");
        Assert.Equal("one", await environment.ValueAsync(id, 1));
        Assert.Equal(2, (await environment.HistoryAsync()).Count);
    }

    [Fact]
    public async Task The_current_version_is_not_destroyed_until_a_new_value_is_written()
    {
        var (environment, id) = await NewAsync();
        Assert.Equal(
            "version 3 is the current version: write a new value first, or delete the secret",
            (await DestroyAsync(environment, id, "3")).IsError(409, "CONFLICT").Message);
        Assert.Equal("three", await environment.ValueAsync(id));
        await environment.WriteAsync("A", "four");
        (await DestroyAsync(environment, id, "3")).Is(200);
        Assert.Equal("four", await environment.ValueAsync(id));
    }

    [Theory]
    [InlineData("4")]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("x")]
    [InlineData("4294967297")]
    [InlineData("%31%20")]
    public async Task A_version_that_is_not_there_is_not_found_and_nothing_is_destroyed(string version)
    {
        var (environment, id) = await NewAsync();
        Assert.Equal("version not found", (await DestroyAsync(environment, id, version)).IsError(404, "NOT_FOUND").Message);
        Assert.Equal(3, environment.Server.Count("SELECT count(*) FROM secret_versions WHERE secret_id = @id AND kek_id IS NOT NULL", ("@id", id)));
        Assert.Equal("denied", Assert.Single(await environment.Workspace.AuditAsync("action=secret.destroy")).Text("outcome"));
    }

    [Fact]
    public async Task A_rotation_of_the_KEK_and_a_deletion_pass_over_destroyed_versions()
    {
        var (environment, id) = await NewAsync();
        (await DestroyAsync(environment, id, "2")).Is(200);
        await environment.RotateKekAsync();
        await environment.WaitForDestroyedKekAsync();
        Assert.Equal(("one", "three"), (await environment.ValueAsync(id, 1), await environment.ValueAsync(id)));

        (await environment.Api.DeleteAsync($"/secrets/{id}")).Is(200);

        await Until.HoldsAsync("everything is destroyed", () => environment.Server.Count(
            "SELECT count(*) FROM secret_versions WHERE secret_id = @id AND kek_id IS NOT NULL", ("@id", id)) == 0);
        (await DestroyAsync(environment, id, "1")).IsError(404, "NOT_FOUND");
        Assert.Equal(
            ["deleted", "destroyed", "written", "written", "written"],
            (await environment.HistoryAsync()).Select(change => change.Text("change")));
    }

    [Fact]
    public async Task An_old_version_whose_content_was_removed_by_tampering_is_damage_and_not_destroyed()
    {
        var (environment, id) = await NewAsync();
        environment.Server.Sql(
            "UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL, tag = NULL WHERE secret_id = @id AND version = 1",
            ("@id", id));

        (await environment.RevealAsync(id, 1)).IsError(500, "INTEGRITY_ERROR");
        Assert.DoesNotContain("destroyed", (await environment.Api.GetAsync($"/secrets/{id}/versions")).Is(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_past_before_and_after_a_destruction_lists_the_version_and_the_state_of_now_is_unchanged()
    {
        var (environment, id) = await NewAsync();
        var third = await environment.LastInstantAsync();
        var second = (await environment.HistoryAsync())[1].Text("at");
        var before = await environment.RevealedAsync();
        (await DestroyAsync(environment, id, "2")).Is(200);
        var destroyed = await environment.LastInstantAsync();

        Assert.Equal(before, await environment.RevealedAsync());
        Assert.Equal(before, await environment.RevealedAsync(third));
        Assert.Equal(before, await environment.RevealedAsync(destroyed));
        Assert.Equal(["A 2"], await environment.ListedAsync(second));
        Assert.Empty(await environment.RevealedAsync(second));
        Assert.Equal(["A unrecoverable"], (await environment.RestoreAsync(second)).Changes());
        Assert.Equal(["A unchanged"], (await environment.RestoreAsync(destroyed)).Changes());
    }

    [Fact]
    public async Task A_caller_that_may_list_one_key_sees_its_destruction_also_behind_newer_changes_of_others()
    {
        var (environment, id) = await NewAsync();
        (await DestroyAsync(environment, id, "1")).Is(200);
        await environment.WriteAsync("B");
        var granted = await environment.Workspace.NewGrantedClientAsync(environment.PathOf("A") + ": list");

        Assert.Equal(
            ["destroyed 1", "written 3", "written 2", "written 1"],
            (await environment.HistoryAsync(granted)).Select(change => $"{change.Text("change")} {change.Number("version")}"));
    }

    private async Task<(TestEnvironment Environment, string Id)> NewAsync()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.WriteAsync("A", "two");
        await environment.WriteAsync("A", "three");
        return (environment, id);
    }

    private static Task<Reply> DestroyAsync(TestEnvironment environment, string id, string version) =>
        environment.Api.DeleteAsync($"/secrets/{id}/versions/{version}");

    private static bool IsInFiles(TestEnvironment environment, byte[] mark) =>
        environment.Server.Files().Any(file => file.AsSpan().IndexOf(mark) >= 0);
}
