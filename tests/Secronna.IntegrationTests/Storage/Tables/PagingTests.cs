using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>Reading any list page by page returns each row once, in order.</summary>
public sealed class PagingTests
{
    private const int Rows = 23;
    private const int Limit = 5;

    [Fact]
    public async Task Projects_are_paged_by_id()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AllowAsync("acc_b");
        var ids = new List<string>();
        for (var i = 0; i < Rows; i++)
        {
            ids.Add((await storage.AddProjectAsync($"p{i}")).Id);
            await storage.AddProjectAsync($"p{i}", "acc_b");
        }

        await storage.WriteAsync(transaction => ProjectTable.MarkDeletedAsync(transaction, TestStorage.Workspace, ids[3], 1));
        ids.RemoveAt(3);
        Assert.Equal(Ordered(ids), await WalkAsync(storage, "", row => row.Id, (session, after) =>
            ProjectTable.ListAsync(session, TestStorage.Workspace, after, Limit)));
    }

    [Fact]
    public async Task Environments_are_paged_by_id()
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        var other = await storage.AddProjectAsync("other");
        var ids = new List<string>();
        for (var i = 0; i < Rows; i++)
        {
            ids.Add((await storage.AddEnvironmentAsync(project, $"e{i}")).Id);
            await storage.AddEnvironmentAsync(other, $"e{i}");
        }

        await storage.WriteAsync(transaction => EnvironmentTable.MarkDeletedAsync(transaction, TestStorage.Workspace, ids[9], 1));
        ids.RemoveAt(9);
        Assert.Equal(Ordered(ids), await WalkAsync(storage, "", row => row.Id, (session, after) =>
            EnvironmentTable.ListAsync(session, TestStorage.Workspace, project.Id, after, Limit)));
    }

    [Fact]
    public async Task Secrets_are_paged_by_the_bytes_of_their_keys_and_by_id()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var elsewhere = await storage.AddEnvironmentAsync("elsewhere");
        string[] keys = ["A", "a", "B", "_", "Z_1", "z", "AA", "A1", "A_", "Aa", "b", "b1", "c"];
        var written = new List<NewVersion>();
        foreach (var key in keys)
        {
            written.Add(await storage.WriteVersionAsync(environment, key));
            await storage.WriteVersionAsync(environment, key);
            written.Add(await storage.WriteVersionAsync(elsewhere, key));
        }

        await storage.DeleteSecretAsync(environment, written[0].SecretId);
        Assert.Equal(Ordered(keys[1..]), await WalkAsync(storage, "", row => row.Key, (session, after) =>
            SecretTable.ListAsync(session, environment.Id, after, Limit)));
        Assert.Equal(Ordered(written[1..].Select(row => row.SecretId)), await WalkAsync(storage, "", row => row.Secret.Id, (session, after) =>
            SecretTable.ScanAsync(session, TestStorage.Workspace, after, Limit)));
        Assert.Equal(Ordered(keys[1..]), (await storage.ReadAsync(session =>
            VersionTable.ListSealedAsync(session, environment.Id, long.MaxValue))).Select(row => row.Secret.Key));
    }

    [Fact]
    public async Task Versions_are_paged_newest_first()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var rows = await storage.WriteVersionsAsync(environment, "KEY", Rows);
        Assert.Equal(Enumerable.Range(1, Rows).Reverse(), await WalkAsync(storage, int.MaxValue, row => row.Version, (session, below) =>
            VersionTable.ListAsync(session, rows[0].SecretId, below, Limit)));
    }

    [Fact]
    public async Task Credentials_are_paged_with_and_without_revoked_ones()
    {
        await using var storage = await TestStorage.CreateAsync();
        var ids = new List<string>();
        for (var i = 0; i < Rows; i++)
        {
            var row = Credential(storage, $"st_live_{i:D8}", ActorTypes.AccessKey);
            await storage.WriteAsync(transaction => CredentialTable.InsertAsync(transaction, row));
            await storage.WriteAsync(transaction => CredentialTable.InsertAsync(transaction, Credential(storage, $"sk_live_{i:D8}", ActorTypes.ApiKey)));
            ids.Add(row.Id);
        }

        var revoked = ids[7];
        await storage.WriteAsync(transaction => CredentialTable.RevokeAsync(transaction, revoked, 1));
        Assert.Equal(Ordered(ids), await WalkCredentialsAsync(storage, withRevoked: true));
        Assert.Equal(Ordered(ids.Except([revoked])), await WalkCredentialsAsync(storage, withRevoked: false));
    }

    [Fact]
    public async Task KEKs_are_paged_by_id_and_one_of_each_master_key_is_listed()
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        var ids = new List<string>();
        for (var i = 0; i < Rows; i++)
        {
            var kek = await storage.AddKekAsync(project);
            Assert.True(await storage.WriteAsync(transaction => KekRetirement.RetireAsync(transaction, kek.Id)));
            var under = $"mk_{i % 3}";
            await storage.WriteAsync(transaction => KekTable.RewrapAsync(transaction, kek, under, [3]));
            ids.Add(kek.Id);
        }

        Assert.Equal(Ordered(ids), await WalkAsync(storage, "", row => row.Id, (session, after) =>
            KekTable.ListAsync(session, project.Id, after, Limit)));
        Assert.Equal(["mk_0", "mk_1", "mk_2"], (await storage.ReadAsync(KekTable.ListOnePerMasterKeyAsync)).Select(row => row.MasterKeyId));
    }

    [Fact]
    public async Task Workspaces_are_paged_by_id()
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var i = 0; i < Rows; i++)
        {
            await storage.AllowAsync($"acc_{i}");
        }

        Assert.Equal(
            Ordered([TestStorage.Workspace, .. Enumerable.Range(0, Rows).Select(i => $"acc_{i}")]),
            await WalkAsync(storage, "", row => row.Id, (session, after) => WorkspaceTable.ListAsync(session, after, Limit)));
    }

    private static CredentialRow Credential(TestStorage storage, string prefix, string kind) => new(
        Ids.New(Ids.Credential, storage.Clock.GetUtcNow()), TestStorage.Workspace, kind, "name", prefix, new byte[32], storage.Now,
        "key_1", CredentialRow.NoGrants, null, null, null);

    private static Task<List<string>> WalkCredentialsAsync(TestStorage storage, bool withRevoked) =>
        WalkAsync(storage, "", row => row.Id, (session, after) =>
            CredentialTable.ListAsync(session, TestStorage.Workspace, ActorTypes.AccessKey, withRevoked, after, Limit));

    private static IEnumerable<string> Ordered(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);

    private static async Task<List<TPosition>> WalkAsync<TRow, TPosition>(
        TestStorage storage, TPosition start, Func<TRow, TPosition> position, Func<Session, TPosition, ValueTask<List<TRow>>> list)
    {
        var found = new List<TPosition>();
        while (await storage.ReadAsync(session => list(session, found.Count == 0 ? start : found[^1])) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, Limit);
            found.AddRange(page.Select(position));
        }

        return found;
    }
}
