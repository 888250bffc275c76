using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>The access counter advances with every change that a decision on access depends on (S22).</summary>
public sealed class AccessCounterTests
{
    [Fact]
    public async Task Every_change_of_a_credential_or_the_allowlist_advances_the_counter()
    {
        await using var storage = await TestStorage.CreateAsync();
        var row = new CredentialRow(
            Ids.New(Ids.Credential, storage.Clock.GetUtcNow()), TestStorage.Workspace, ActorTypes.AccessKey, "name", "st_live_00000000",
            new byte[32], storage.Now, "key_1", CredentialRow.NoGrants, null, null, null);
        await AssertAdvancesAsync(storage, transaction => CredentialTable.InsertAsync(transaction, row));
        await AssertAdvancesAsync(storage, transaction => CredentialTable.UpdateAsync(transaction, row with { Name = "other" }));
        await AssertAdvancesAsync(storage, async transaction => Assert.True(await CredentialTable.RevokeAsync(transaction, row.Id, storage.Now)));
        await AssertAdvancesAsync(storage, transaction => WorkspaceTable.AllowAsync(transaction, "acc_b", "B", storage.Now));
        await AssertAdvancesAsync(storage, async transaction => Assert.True(await WorkspaceTable.DenyAsync(transaction, "acc_b")));
        await AssertAdvancesAsync(storage, transaction => WorkspaceTable.AllowAsync(transaction, "acc_b", null, storage.Now));
    }

    [Fact]
    public async Task Storing_a_use_and_probing_do_not_advance_the_counter()
    {
        await using var storage = await TestStorage.CreateAsync();
        var row = new CredentialRow(
            "key_9", TestStorage.Workspace, ActorTypes.ApiKey, "name", "sk_live_00000000", new byte[32], 1, "key_1", CredentialRow.NoGrants, null, null, null);
        await storage.WriteAsync(transaction => CredentialTable.InsertAsync(transaction, row));
        var before = await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync);
        Assert.True(await storage.WriteAsync(transaction => CredentialTable.StoreLastUseAsync(transaction, row.Id, 5)));
        Assert.False(await storage.WriteAsync(transaction => CredentialTable.StoreLastUseAsync(transaction, row.Id, 4)));
        Assert.True(await storage.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction)));
        Assert.Equal(before, await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync));
    }

    [Fact]
    public async Task A_change_that_is_undone_does_not_advance_the_counter()
    {
        await using var storage = await TestStorage.CreateAsync();
        var before = await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => storage.WriteAsync<bool>(async transaction =>
        {
            await WorkspaceTable.AllowAsync(transaction, "acc_b", null, storage.Now);
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal(before, await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync));
        Assert.False(await storage.ReadAsync(session => WorkspaceTable.IsAllowedAsync(session, "acc_b")));
    }

    private static async Task AssertAdvancesAsync(TestStorage storage, Func<Transaction, ValueTask> change)
    {
        var before = await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync);
        await storage.WriteAsync(change);
        Assert.Equal(before + 1, await storage.ReadAsync(InstallationTable.ReadAccessCounterAsync));
    }
}
