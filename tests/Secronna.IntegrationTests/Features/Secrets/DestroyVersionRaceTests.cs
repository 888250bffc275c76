using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Features.PointInTime;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>A version is destroyed while others bring it back or reveal it. Nothing brings it back afterwards (S15).</summary>
[DependsOnTransactions]
public sealed class DestroyVersionRaceTests(SharedServer shared)
{
    private const int Rounds = 30;

    [Fact]
    public async Task A_rollback_that_opened_the_value_before_its_destruction_does_not_write_it_afterwards()
    {
        await using var installation = await TestInstallation.CreateAsync();
        await installation.AllowAsync("acc_a");
        var projectId = await installation.AddProjectAsync("acc_a", "web");
        var environmentId = await installation.AddEnvironmentAsync("acc_a", projectId, "production");
        var first = (await installation.WriteAsync("acc_a", projectId, environmentId, "KEY"))[0];
        var second = (await installation.WriteAsync("acc_a", projectId, environmentId, "KEY"))[0];
        var caller = TestInstallation.Caller("acc_a");
        var secret = await installation.Services.GetRequiredService<Database>().ReadAsync(
            first.SecretId, static (session, id) => SecretTable.FindAsync(session, "acc_a", id));
        using var value = PinnedBuffer.Rent(first.Value.Length);
        Encoding.UTF8.GetBytes(first.Value, value.Span);

        await installation.Services.GetRequiredService<VersionDestruction>().DestroyAsync(caller, first.SecretId, 1);
        var refused = await Assert.ThrowsAsync<RequestException>(() =>
            installation.Services.GetRequiredService<SecretWriter>().RollBackAsync(caller, secret!, 1, value, null, null));

        Assert.Equal((ErrorCodes.NotFound, "version not found"), (refused.Code, refused.Message));
        Assert.Equal(second.Value, await installation.RevealAsync(second));
        Assert.Equal(ErrorCodes.NotFound, await installation.RevealAsync(second with { Version = 3 }));
    }

    [Fact]
    public async Task A_rollback_beside_a_destruction_comes_before_it_or_fails()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (environment, id, _) = await NewAsync();
            var (rollback, destruction) = (environment.Api.RollBackAsync(id, 1), DestroyAsync(environment, id));

            (await destruction).Is(200);
            Assert.Contains((await rollback).Status, new[] { 201, 404 });
            AssertNothingComesBack(await environment.HistoryAsync(), (await rollback).Status == 201, "rolled_back");
        }
    }

    [Fact]
    public async Task A_restore_beside_a_destruction_comes_before_it_or_names_the_value_unrecoverable()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (environment, id, at) = await NewAsync();
            var (restore, destruction) = (environment.RestoreAsync(at), DestroyAsync(environment, id));

            (await destruction).Is(200);
            var change = Assert.Single((await restore).Changes());
            Assert.Contains(change, new[] { "A restored 2 1 3", "A unrecoverable" });
            AssertNothingComesBack(await environment.HistoryAsync(), change != "A unrecoverable", "restored");
        }
    }

    [Fact]
    public async Task A_reveal_beside_a_destruction_gives_the_value_or_is_not_found()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (environment, id, at) = await NewAsync();
            var reveals = Enumerable.Range(0, 4).Select(_ => environment.RevealAsync(id, 1)).ToList();
            var (past, destruction) = (environment.RevealAllAsync($$"""{"at":"{{at}}"}"""), DestroyAsync(environment, id));

            (await destruction).Is(200);
            Assert.All(await Task.WhenAll(reveals), reply => Assert.True(reply.Status == 404 || reply.Is(200).Data.Text("value") == "one"));
            var given = (await past).Is(200).Data;
            Assert.Equal(1, given.GetProperty("secrets").GetArrayLength() + given.GetProperty("unrecoverable").GetArrayLength());
            Assert.Empty(await environment.Workspace.AuditAsync("outcome=failed"));
        }
    }

    [Fact]
    public async Task Many_destructions_of_one_version_at_once_change_it_once()
    {
        var (environment, id, _) = await NewAsync();
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => DestroyAsync(environment, id))), reply => reply.Is(200));
        Assert.Single(await environment.Workspace.AuditAsync("action=secret.destroy"));
        Assert.Equal(3, (await environment.HistoryAsync()).Count);
    }

    // If the value came back, it did so before it was destroyed.
    private static void AssertNothingComesBack(List<System.Text.Json.JsonElement> history, bool isBack, string change)
    {
        string[] expected = isBack ? ["destroyed", change, "written", "written"] : ["destroyed", "written", "written"];
        Assert.Equal(expected, history.Select(entry => entry.Text("change")));
    }

    private async Task<(TestEnvironment Environment, string Id, string At)> NewAsync()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "one");
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("A", "two");
        return (environment, id, at);
    }

    private static Task<Reply> DestroyAsync(TestEnvironment environment, string id) =>
        environment.Api.DeleteAsync($"/secrets/{id}/versions/1");
}
