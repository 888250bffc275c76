using System.Security.Cryptography;
using System.Text.Json;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Secrets;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>The list of a secret's versions shows the hashes of the ciphertexts to those who may read the trail.</summary>
[DependsOnTransactions]
public sealed class VersionHashTests(SharedServer shared)
{
    [Fact]
    public async Task Each_version_that_is_not_destroyed_has_the_hash_of_its_ciphertext()
    {
        var environment = await (await shared.NewWorkspaceAsync()).NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        await environment.WriteAsync("A", "two");
        await environment.WriteAsync("A", "three");
        (await environment.Workspace.Api.DeleteAsync($"/secrets/{id}/versions/2")).Is(200);

        var versions = await ListAsync(environment.Workspace.Api, id);
        Assert.Equal([3, 2, 1], versions.Select(version => version.Number("version")));
        Assert.Equal([HashOf(environment, id, 3), null, HashOf(environment, id, 1)], versions.Select(HashIn));
    }

    [Theory]
    [InlineData("owner", true)]
    [InlineData("admin", true)]
    [InlineData("member", true)]
    [InlineData("restricted", false)]
    public async Task Only_callers_who_may_read_the_trail_see_hashes(string role, bool sees)
    {
        var environment = await (await shared.NewWorkspaceAsync()).NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        var caller = Callers.WithToken(environment.Workspace, role);
        Assert.Equal(sees, (await caller.GetAsync("/audit")).Status == 200);
        var list = await caller.GetAsync($"/secrets/{id}/versions");
        Assert.Equal(sees, list.Status == 200 && HashIn(list.Data[0]) is not null);

        var access = environment.Server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        Assert.Null(HashIn((await ListAsync(access, id))[0]));
    }

    [Fact]
    public async Task A_page_with_hashes_reads_a_bounded_number_of_bytes()
    {
        const int Size = 65_536;
        const int Versions = (VersionPage.MostHashedBytes / Size) + 6;
        var environment = await (await shared.NewWorkspaceAsync()).NewTestEnvironmentAsync();
        var id = "";
        for (var version = 0; version < Versions; version++)
        {
            id = await environment.WriteAsync("A", new string('x', Size));
        }

        var first = (await environment.Workspace.Api.GetAsync($"/secrets/{id}/versions?limit=200")).Is(200);
        Assert.Equal(VersionPage.MostHashedBytes / Size, first.Data.GetArrayLength());
        var all = await ListAsync(environment.Workspace.Api, id);
        Assert.Equal(Enumerable.Range(1, Versions).Reverse(), all.Select(version => (int)version.Number("version")));
        Assert.DoesNotContain(null, all.Select(HashIn));
        // Who sees no hashes has longer pages.
        var access = environment.Server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        Assert.Equal(Versions, (await access.GetAsync($"/secrets/{id}/versions?limit=200")).Is(200).Data.GetArrayLength());
    }

    private static async Task<List<JsonElement>> ListAsync(ApiClient api, string id) =>
        (await api.PagesAsync($"/secrets/{id}/versions", 200)).Items;

    private static string? HashIn(JsonElement version) =>
        version.TryGetProperty("boxHash", out var hash) ? hash.GetString() : null;

    private static string HashOf(TestEnvironment environment, string id, int version) => Convert.ToHexStringLower(SHA256.HashData(
        (byte[])environment.Server.Sql("SELECT ciphertext FROM secret_versions WHERE secret_id = @id AND version = @version", ("@id", id), ("@version", version))[0][0]));
}
